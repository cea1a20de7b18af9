/**
 * The superblock: first sector of every allocation group. Group 0 has the primary, the rest copies.
 *
 *   0       32     48      80         128        160     180       200        224      264
 *   | sizes | uuid | roots | geometry | counters | quota | stripes | features | v5 ids |
 *
 * Blocks are file-system blocks unless the comment says bytes or sectors. See docs/format/xfs.md 2.
 */
import { be16, be32, be64, le32, raw, struct, u8 } from '../../ondisk/index.js';

/** "XFSB" */
export const SUPERBLOCK_MAGIC = 0x58465342;

/** Bytes of the record that every version has; the rest of the sector is zeros or newer fields. */
export class Superblock extends struct('Superblock', 264, {
  magic: be32, // always SUPERBLOCK_MAGIC
  blockSize: be32, // bytes, 512 to 65536
  dataBlocks: be64, // sb_dblocks
  realtimeBlocks: be64, // sb_rblocks
  realtimeExtents: be64, // sb_rextents
  uuid: raw(16), // what users see; may differ from metaUuid
  logStart: be64, // first block of the log; 0 = the log is on another device
  rootIno: be64,
  realtimeBitmapIno: be64,
  realtimeSummaryIno: be64,
  realtimeExtentBlocks: be32,
  agBlocks: be32, // blocks in every group but the last, which may have fewer
  agCount: be32,
  realtimeBitmapBlocks: be32,
  logBlocks: be32,
  versionNumber: be16, // low four bits: version, 4 or 5; the rest: feature bits
  sectorSize: be16, // bytes, 512 to 32768
  inodeSize: be16, // bytes, 256 to 2048
  inodesPerBlock: be16,
  label: raw(12), // padded with zeros
  blockLog: u8, // log2 of blockSize
  sectorLog: u8,
  inodeLog: u8,
  inodesPerBlockLog: u8,
  agBlockLog: u8, // log2 of agBlocks, rounded up: width of the block part of a block number
  realtimeExtentLog: u8,
  inProgress: u8, // 1 while mkfs has not finished
  inodeMaxPercent: u8, // most of the space that inodes may take; 0 = all
  inodeCount: be64, // allocated, used or not
  inodesFree: be64,
  freeBlocks: be64, // sb_fdblocks
  freeRealtimeExtents: be64,
  userQuotaIno: be64,
  groupQuotaIno: be64,
  quotaFlags: be16,
  flags: u8,
  sharedVersion: u8,
  inodeAlignment: be32, // blocks
  stripeUnit: be32, // blocks
  stripeWidth: be32, // blocks
  dirBlockLog: u8, // log2 of blocks in a directory block
  logSectorLog: u8,
  logSectorSize: be16, // bytes
  logStripeUnit: be32, // bytes; 0 and 1 mean none
  features2: be32,
  badFeatures2: be32, // a copy, of old misaligned writers
  featuresCompat: be32,
  featuresRoCompat: be32,
  featuresIncompat: be32,
  featuresLogIncompat: be32,
  crc: le32, // CRC32c of the whole sector; v5
  sparseInodeAlignment: be32, // blocks
  projectQuotaIno: be64,
  lsn: be64,
  metaUuid: raw(16), // what metadata blocks carry, where the metauuid feature is on
}) {}

/** Bits of `versionNumber` above the version. */
export const VersionBit = {
  attr: 0x0010,
  nlink: 0x0020,
  quota: 0x0040,
  align: 0x0080,
  dalign: 0x0100,
  shared: 0x0200,
  logv2: 0x0400,
  sector: 0x0800,
  extflg: 0x1000,
  dirv2: 0x2000,
  asciiCi: 0x4000,
  moreBits: 0x8000,
} as const;

/** Bits of `features2`. */
export const Feature2Bit = {
  lazysbcount: 0x0002,
  attr2: 0x0008,
  parent: 0x0010, // of SGI; never in Linux
  projid32: 0x0080,
  crc: 0x0100,
  ftype: 0x0200,
} as const;

const isPowerOfTwo = (n: number, log: number): boolean => n === 2 ** log;

/**
 * Returns the first rule about sizes that this superblock breaks, or `undefined`. What features it has,
 * and whether they can be read, is `features.ts`; after this has passed its numbers are safe to use.
 */
export function verifySuperblock(sb: Superblock): string | undefined {
  const version = sb.versionNumber & 0xf;
  if (sb.magic !== SUPERBLOCK_MAGIC) return 'superblock.magic = XFSB';
  if (version !== 4 && version !== 5) return 'superblock.version is 4 or 5';
  // One bit of damage makes 4 of 5, and nothing would be checked by its checksum any more.
  if (version === 4 && (sb.crc !== 0 || (sb.features2 & Feature2Bit.crc) !== 0))
    return 'superblock.crc: only version 5 has checksums';
  if (sb.blockSize < (version === 5 ? 1024 : 512) || sb.blockSize > 65536)
    return 'superblock.blockSize: 512 (v5: 1024) to 65536';
  if (!isPowerOfTwo(sb.blockSize, sb.blockLog)) return 'superblock.blockSize = 2^blockLog';
  if (sb.sectorSize < 512 || sb.sectorSize > 32768) return 'superblock.sectorSize: 512 to 32768';
  if (!isPowerOfTwo(sb.sectorSize, sb.sectorLog)) return 'superblock.sectorSize = 2^sectorLog';
  if (sb.sectorSize > sb.blockSize) return 'superblock.sectorSize <= blockSize';
  return verifyInodes(sb, version) ?? verifyGroups(sb) ?? verifyLog(sb);
}

function verifyInodes(sb: Superblock, version: number): string | undefined {
  if (sb.inodeSize < (version === 5 ? 512 : 256) || sb.inodeSize > 2048)
    return 'superblock.inodeSize: 256 (v5: 512) to 2048';
  if (!isPowerOfTwo(sb.inodeSize, sb.inodeLog)) return 'superblock.inodeSize = 2^inodeLog';
  if (sb.inodesPerBlock * sb.inodeSize !== sb.blockSize)
    return 'superblock.inodesPerBlock * inodeSize = blockSize';
  if (!isPowerOfTwo(sb.inodesPerBlock, sb.inodesPerBlockLog))
    return 'superblock.inodesPerBlock = 2^inodesPerBlockLog';
  if (sb.inodeMaxPercent > 100) return 'superblock.inodeMaxPercent <= 100';
  if (sb.dirBlockLog + sb.blockLog > 16) return 'a directory block is at most 65536 bytes';
  return undefined;
}

/** A group has 64 blocks at least; only the last may be shorter than the others. */
const AG_BLOCKS_MIN = 64;

function verifyGroups(sb: Superblock): string | undefined {
  if (sb.agCount === 0) return 'superblock.agCount > 0';
  if (sb.agBlocks < AG_BLOCKS_MIN) return 'superblock.agBlocks >= 64';
  if (
    sb.agBlockLog > 31 ||
    sb.agBlocks > 2 ** sb.agBlockLog ||
    sb.agBlocks * 2 <= 2 ** sb.agBlockLog
  )
    return 'superblock.agBlockLog = log2(agBlocks), rounded up';
  if (sb.dataBlocks > sb.agCount * sb.agBlocks)
    return 'superblock.dataBlocks <= agCount * agBlocks';
  if (sb.dataBlocks < (sb.agCount - 1) * sb.agBlocks + AG_BLOCKS_MIN)
    return 'superblock.dataBlocks >= (agCount - 1) * agBlocks + 64';
  if (sb.dataBlocks * sb.blockSize > Number.MAX_SAFE_INTEGER) return 'the volume is below 8 PiB';
  if (sb.rootIno <= 0) return 'superblock.rootIno > 0';
  return undefined;
}

function verifyLog(sb: Superblock): string | undefined {
  if (sb.logStart === 0) return undefined; // external: refused by name
  const group = Math.floor(sb.logStart / 2 ** sb.agBlockLog);
  const block = sb.logStart % 2 ** sb.agBlockLog;
  if (sb.logStart < 0 || group >= sb.agCount) return 'superblock.logStart lies in a group';
  if (sb.logBlocks === 0 || block + sb.logBlocks > sb.agBlocks)
    return 'superblock.logBlocks: the log lies in one group';
  if (group * sb.agBlocks + block + sb.logBlocks > sb.dataBlocks)
    return 'superblock.logBlocks: the log lies in the volume';
  return undefined;
}

/**
 * The inode on disk: a core, then the literal area that two forks share.
 *
 *   v3   0      32      56       92       100      176         176 + 8 * forkOffset      inodeSize
 *        | mode | times | sizes  | links  | v3 ids | data fork | attribute fork           |
 *
 * v1 and v2 (v4 volumes) have no v3 part: their literal area begins at byte 100.
 */
import { be16, be32, be64, le32, raw, struct, u8 } from '../../ondisk/index.js';
import { verifyUuid } from './block-header.js';
import { EXTENT_BYTES, verifyExtents } from './extent.js';
import type { Geometry } from './geometry.js';

/** "IN" */
export const DINODE_MAGIC = 0x494e;

/** Bytes of the core by version. */
const DINODE_V2_BYTES = 100;

export class Dinode extends struct('Dinode', 176, {
  magic: be16, // always DINODE_MAGIC
  mode: be16, // as st_mode; 0 = the inode is free
  version: u8, // 1 and 2 on v4, 3 on v5
  format: u8, // of the data fork: ForkFormat
  oldLinks: be16, // v1: link count
  uid: be32,
  gid: be32,
  links: be32, // v2 and v3
  projectLow: be16,
  projectHigh: be16, // with projid32
  bigExtents: raw(8), // be64: extents of the data fork, with Flag2.nrext64; else pad and flush count
  accessed: raw(8), // Timestamp
  modified: raw(8),
  changed: raw(8),
  size: raw(8), // be64, bytes; up to 2^63 - 1, so read by words
  blocks: be64, // of both forks and their trees
  extentSizeHint: be32, // blocks
  extents: be32, // of the data fork; with Flag2.nrext64: of the attribute fork
  attrExtents: be16, // 0 with Flag2.nrext64
  forkOffset: u8, // where the attribute fork begins in the literal area, units of 8 bytes; 0 = none
  attrFormat: u8,
  dmEventMask: be32,
  dmState: be16,
  flags: be16, // InodeFlag
  generation: be32,
  nextUnlinked: be32, // agino; all ones when not on an unlinked list
  crc: le32, // v3, as all that follows: CRC32c of the whole inode
  changeCount: raw(8), // be64
  lsn: be64,
  flags2: be64, // InodeFlag2
  cowExtentSizeHint: be32,
  pad: raw(12),
  born: raw(8), // Timestamp
  ino: be64, // its own number
  uuid: raw(16),
}) {}

/** What a fork holds in the literal area. */
export const ForkFormat = {
  device: 0, // a be32 device number
  local: 1, // the contents themselves
  extents: 2, // packed extents
  btree: 3, // the root of a block map
} as const;

export const InodeFlag = {
  realtime: 0x1,
  prealloc: 0x2,
  newBitmap: 0x4,
  immutable: 0x8,
  append: 0x10,
  sync: 0x20,
  noatime: 0x40,
  nodump: 0x80,
  realtimeInherit: 0x100,
  projectInherit: 0x200,
  nosymlinks: 0x400,
  extentSize: 0x800,
  extentSizeInherit: 0x1000,
  nodefrag: 0x2000,
  filestream: 0x4000,
} as const;

export const InodeFlag2 = {
  dax: 0x1,
  reflink: 0x2,
  cowExtentSize: 0x4,
  bigtime: 0x8,
  nrext64: 0x10,
} as const;

/** Names of the flags of both words that are set, in the order of their bits. */
export function flagNames(flags: number, flags2: number): string[] {
  const named = (bits: object, word: number): string[] =>
    Object.entries(bits).flatMap(([name, bit]: [string, number]) =>
      (word & bit) === 0 ? [] : [name],
    );
  return [...named(InodeFlag, flags), ...named(InodeFlag2, flags2)];
}

export interface ForkShape {
  readonly format: number;
  /** Offset in the inode, and length, bytes. */
  readonly at: number;
  readonly length: number;
  readonly extents: number;
}

export function coreBytes(dinode: Dinode): number {
  return dinode.version >= 3 ? Dinode.bytes : DINODE_V2_BYTES;
}

/** The low word, which has all flags there are. */
export function flags2Of(dinode: Dinode): number {
  return dinode.version >= 3 ? dinode.view.getUint32(dinode.at + Dinode.offsets.flags2 + 4) : 0;
}

function hasFlag2(dinode: Dinode, flag: number): boolean {
  return (flags2Of(dinode) & flag) !== 0;
}

export const isReflinked = (dinode: Dinode): boolean => hasFlag2(dinode, InodeFlag2.reflink);
export const isBigtime = (dinode: Dinode): boolean => hasFlag2(dinode, InodeFlag2.bigtime);

/** Extent count of the data fork. Up to 48 bits with nrext64. */
function dataExtents(dinode: Dinode): number {
  if (!hasFlag2(dinode, InodeFlag2.nrext64)) return dinode.extents;
  const at = dinode.at + Dinode.offsets.bigExtents;
  return dinode.view.getUint32(at) * 0x1_0000_0000 + dinode.view.getUint32(at + 4);
}

export function dataFork(dinode: Dinode, geometry: Geometry): ForkShape {
  const at = coreBytes(dinode);
  const room = geometry.inodeBytes - at;
  const length = dinode.forkOffset === 0 ? room : dinode.forkOffset * 8;
  return { format: dinode.format, at, length, extents: dataExtents(dinode) };
}

/** The attribute fork, or `undefined` where the inode has none. */
export function attrFork(dinode: Dinode, geometry: Geometry): ForkShape | undefined {
  if (dinode.forkOffset === 0) return undefined;
  const at = coreBytes(dinode) + dinode.forkOffset * 8;
  const extents = hasFlag2(dinode, InodeFlag2.nrext64) ? dinode.extents : dinode.attrExtents;
  return { format: dinode.attrFormat, at, length: geometry.inodeBytes - at, extents };
}

const TYPE_MASK = 0o170000;
const REGULAR = 0o100000;
const DIRECTORY = 0o040000;
const SYMLINK = 0o120000;
const DEVICE_TYPES = new Set([0o010000, 0o020000, 0o060000, 0o140000]);

/** Header of a block map's root inside an inode: level and count. */
export const BMAP_ROOT_HEADER_BYTES = 4;

/**
 * Returns the first rule this inode breaks, or `undefined`. Its checksum has been checked.
 *
 * @param ino the number it must be; v4 inodes do not record theirs.
 */
export function verifyDinode(dinode: Dinode, ino: number, geometry: Geometry): string | undefined {
  if (dinode.magic !== DINODE_MAGIC) return 'inode.magic = IN';
  if (geometry.hasCrc !== (dinode.version === 3)) return 'inode.version is 3 on v5, 1 or 2 on v4';
  if (!geometry.hasCrc && dinode.version !== 1 && dinode.version !== 2)
    return 'inode.version is 3 on v5, 1 or 2 on v4';
  if (dinode.version === 3) {
    if (dinode.ino !== ino) return 'inode.ino is its own number';
    const rule = verifyUuid(dinode.view, dinode.at + Dinode.offsets.uuid, geometry);
    if (rule !== undefined) return rule;
  }
  if (dinode.mode === 0) return undefined; // free: nothing else is kept up
  if (dinode.view.getUint8(dinode.at + Dinode.offsets.size) >= 0x80) return 'inode.size < 2^63';
  // Blocks of a regular file count as often as it maps them, and reflink lets it map one block often.
  const isRegular = (dinode.mode & TYPE_MASK) === REGULAR;
  if (dinode.blocks < 0 || (!isRegular && dinode.blocks > geometry.dataBlocks))
    return 'inode.blocks fits the volume';
  if ((dinode.flags & InodeFlag.realtime) !== 0)
    return 'no realtime inode without a realtime section';
  const isDirectory = (dinode.mode & TYPE_MASK) === DIRECTORY;
  if (isDirectory && sizeBytes(dinode) > geometry.dataBlocks * geometry.blockBytes)
    return 'a directory is smaller than the volume';
  return verifyForks(dinode, geometry);
}

/** Rounded beyond 2^53, which is enough to compare with the size of a volume. */
function sizeBytes(dinode: Dinode): number {
  const at = dinode.at + Dinode.offsets.size;
  return dinode.view.getUint32(at) * 0x1_0000_0000 + dinode.view.getUint32(at + 4);
}

function verifyForks(dinode: Dinode, geometry: Geometry): string | undefined {
  const room = geometry.inodeBytes - coreBytes(dinode);
  if (dinode.forkOffset * 8 >= room) return 'inode.forkOffset lies in the literal area';
  if (hasFlag2(dinode, InodeFlag2.nrext64) && (!geometry.hasNrext64 || dinode.attrExtents !== 0))
    return 'inode.flags2: nrext64 only with the feature';
  const type = dinode.mode & TYPE_MASK;
  const data = dataFork(dinode, geometry);
  if (DEVICE_TYPES.has(type)) {
    if (data.format !== ForkFormat.device) return 'a device, fifo or socket has a device fork';
  } else if (type === REGULAR || type === DIRECTORY || type === SYMLINK) {
    const rule = verifyFork(dinode, data, type !== REGULAR);
    if (rule !== undefined) return rule;
  } else return 'inode.mode names a known type';
  const attr = attrFork(dinode, geometry);
  if (data.extents + (attr?.extents ?? 0) > dinode.blocks) return 'inode.extents: each has a block';
  if (attr !== undefined) return verifyFork(dinode, attr, true);
  const absent = dinode.attrFormat === ForkFormat.extents || dinode.attrFormat === 0;
  return absent && dinode.attrExtents === 0 ? undefined : 'no attribute fork, no attribute extents';
}

function verifyFork(dinode: Dinode, fork: ForkShape, mayBeLocal: boolean): string | undefined {
  switch (fork.format) {
    case ForkFormat.local: {
      if (!mayBeLocal) return 'a regular file is not local';
      if (fork.extents !== 0) return 'a local fork has no extents';
      if (fork.at !== coreBytes(dinode)) return undefined; // attributes: their own verifier knows
      return sizeBytes(dinode) > fork.length ? 'local contents fit the fork' : undefined;
    }
    case ForkFormat.extents:
      if (fork.extents * EXTENT_BYTES > fork.length) return 'extents fit the fork';
      return verifyExtents(dinode.view, dinode.at + fork.at, fork.extents);
    case ForkFormat.btree:
      if (fork.length < BMAP_ROOT_HEADER_BYTES + 16)
        return 'the root of the block map fits the fork';
      return undefined;
    default:
      return 'the fork has a known format';
  }
}

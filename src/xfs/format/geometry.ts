/**
 * What every reader needs to know of a volume, worked out once from its superblock.
 *
 *     block number (fsblock):   | group | block in group: agBlockLog bits |     sparse: groups are
 *     inode number:             | group | block in group | index in block |     padded to 2^agBlockLog
 *
 * Units: blocks are file-system blocks, agblocks count from the start of a group, addresses are bytes
 * from the start of the file system. Numbers exceed 32 bits, so they are taken apart by division.
 */
import { hasFeature } from './features.js';
import type { Superblock } from './superblock.js';

export class Geometry {
  readonly blockBytes: number;
  readonly sectorBytes: number;
  readonly inodeBytes: number;
  readonly inodesPerBlock: number;
  readonly dataBlocks: number;
  readonly agBlocks: number;
  readonly agCount: number;
  readonly rootIno: number;
  /** Directory blocks: bytes, and file-system blocks in one. */
  readonly dirBlockBytes: number;
  readonly dirBlocks: number;
  /** v5: metadata carries checksum, UUID, own address and owner. */
  readonly hasCrc: boolean;
  /** Directory entries carry the type of the file. */
  readonly hasFtype: boolean;
  readonly hasAsciiCi: boolean;
  readonly hasNrext64: boolean;
  readonly hasBigtime: boolean;
  readonly hasReflink: boolean;
  readonly hasFinobt: boolean;
  readonly hasRmapbt: boolean;
  readonly hasSparse: boolean;
  readonly hasParent: boolean;
  /** The UUID that metadata blocks carry. */
  readonly uuid: Uint8Array;
  readonly logAddress: number;
  readonly logBytes: number;
  readonly logStripeBytes: number;
  /** Blocks that inodes are read by: a cluster where clusters are aligned, else one. */
  readonly clusterBlocks: number;

  /** 2^agBlockLog: what a group number is worth in a block number. */
  readonly #agStride: number;

  /** `sb` has passed `verifySuperblock`. */
  constructor(sb: Superblock) {
    this.blockBytes = sb.blockSize;
    this.sectorBytes = sb.sectorSize;
    this.inodeBytes = sb.inodeSize;
    this.inodesPerBlock = sb.inodesPerBlock;
    this.dataBlocks = sb.dataBlocks;
    this.agBlocks = sb.agBlocks;
    this.agCount = sb.agCount;
    this.rootIno = sb.rootIno;
    this.dirBlocks = 2 ** sb.dirBlockLog;
    this.dirBlockBytes = this.dirBlocks * sb.blockSize;
    this.hasCrc = (sb.versionNumber & 0xf) === 5;
    this.hasFtype = hasFeature(sb, this.hasCrc ? 'incompat' : 'features2', 'ftype');
    this.hasAsciiCi = hasFeature(sb, 'version', 'ascii-ci');
    this.hasNrext64 = hasFeature(sb, 'incompat', 'nrext64');
    this.hasBigtime = hasFeature(sb, 'incompat', 'bigtime');
    this.hasReflink = hasFeature(sb, 'ro_compat', 'reflink');
    this.hasFinobt = hasFeature(sb, 'ro_compat', 'finobt');
    this.hasRmapbt = hasFeature(sb, 'ro_compat', 'rmapbt');
    this.hasSparse = hasFeature(sb, 'incompat', 'sparse');
    this.hasParent = hasFeature(sb, 'incompat', 'parent');
    this.uuid = (hasFeature(sb, 'incompat', 'metauuid') ? sb.metaUuid : sb.uuid).slice();
    this.#agStride = 2 ** sb.agBlockLog;
    this.logAddress = this.blockAddress(sb.logStart);
    this.logBytes = sb.logBlocks * sb.blockSize;
    this.logStripeBytes = sb.logStripeUnit;
    this.clusterBlocks = clusterBlocks(sb, this.hasCrc);
  }

  /** Blocks of group `agno`; the last may be shorter. */
  agLength(agno: number): number {
    return agno === this.agCount - 1 ? this.dataBlocks - agno * this.agBlocks : this.agBlocks;
  }

  agno(block: number): number {
    return Math.floor(block / this.#agStride);
  }

  agblock(block: number): number {
    return block % this.#agStride;
  }

  /** Byte address of a block number. The one place where block numbers become addresses. */
  blockAddress(block: number): number {
    return this.agAddress(this.agno(block), this.agblock(block));
  }

  /** Byte address of a block of a group. */
  agAddress(agno: number, agblock: number): number {
    return (agno * this.agBlocks + agblock) * this.blockBytes;
  }

  /** Do these blocks all lie in one group, past its headers? */
  isDataRange(block: number, length: number): boolean {
    const agno = this.agno(block);
    if (block < 0 || agno >= this.agCount || length <= 0) return false;
    const agblock = this.agblock(block);
    return agblock >= this.#firstFreeBlock && agblock + length <= this.agLength(agno);
  }

  isAgBlock(agno: number, agblock: number): boolean {
    return agblock >= this.#firstFreeBlock && agblock < this.agLength(agno);
  }

  /** Could an inode of this number exist? */
  isIno(ino: number): boolean {
    if (ino <= 0) return false;
    const { agno, agblock } = this.inodePlace(ino);
    return agno < this.agCount && this.isAgBlock(agno, agblock);
  }

  /** Where an inode lies: group, block in it, and index in that block. */
  inodePlace(ino: number): { agno: number; agblock: number; index: number } {
    const block = Math.floor(ino / this.inodesPerBlock);
    return {
      agno: this.agno(block),
      agblock: this.agblock(block),
      index: ino % this.inodesPerBlock,
    };
  }

  /** The inode number of inode `agino` of a group. */
  inodeNumber(agno: number, agino: number): number {
    return agno * this.#agStride * this.inodesPerBlock + agino;
  }

  /** Four sectors of headers (superblock, AGF, AGI, AGFL) begin every group. */
  get #firstFreeBlock(): number {
    return Math.ceil((4 * this.sectorBytes) / this.blockBytes);
  }
}

/** Bytes of inodes that mkfs and the kernel lay out, and align, together: 32 inodes on v5. */
const CLUSTER_BYTES = 8192;

function clusterBlocks(sb: Superblock, hasCrc: boolean): number {
  const bytes = hasCrc ? (CLUSTER_BYTES * sb.inodeSize) / 256 : CLUSTER_BYTES;
  const blocks = Math.max(1, bytes / sb.blockSize);
  return sb.inodeAlignment > 0 && sb.inodeAlignment % blocks === 0 ? blocks : 1;
}

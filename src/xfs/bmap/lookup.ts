/**
 * Block maps: which blocks of the volume a block of a fork is.
 *
 * A fork maps by packed extents in the inode, or by a B+tree whose root is there. Either is read through
 * the cache at each lookup: nothing is kept for each extent, so a file of a million extents costs no memory.
 */
import type { CorruptError } from '../../core/index.js';
import { BtreeCursor, type BtreeNode, type BtreeOps, type BtreeSource } from '../../btree/index.js';
import type { BlockOps } from '../../buffer/index.js';
import { BTREE_LEVELS_MAX, LongBtreeHeader, verifyBtreeBlock } from '../format/btree-block.js';
import { BMAP_ROOT_HEADER_BYTES, ForkFormat, type ForkShape } from '../format/dinode.js';
import {
  EXTENT_BYTES,
  extentBlock,
  extentEnd,
  readExtent,
  type FileExtent,
} from '../format/extent.js';
import type { Geometry } from '../format/geometry.js';
import { forkBytes, type XfsInode } from '../inode/inode.js';
import { btreeNode } from '../btree-node.js';
import type { Mount } from '../mount.js';

/** One past the last block of any file: 2^63 bytes of 1,024-byte blocks, the last number that is exact. */
export const FILE_BLOCKS_MAX = 2 ** 53;

/** A part of a fork that is one extent or one hole. `start` is undefined for a hole. */
export interface Run {
  readonly block: number;
  readonly length: number;
  /** Block number on the volume. */
  readonly start: number | undefined;
  readonly unwritten: boolean;
}

const KEY_BYTES = 8;

const keyBlock = (view: DataView, at: number): number =>
  view.getUint32(at) * 0x1_0000_0000 + view.getUint32(at + 4);

const bmapOps: BtreeOps<number> = {
  keyBytes: KEY_BYTES,
  recordBytes: EXTENT_BYTES,
  pointerBytes: 8,
  compareKey: (view, at, target) => keyBlock(view, at) - target,
  compareKeys: (view, at, other, otherAt) => keyBlock(view, at) - keyBlock(other, otherAt),
  compareRecord: (view, at, target) => extentBlock(view, at) - target,
  compareRecords: (view, at, other, otherAt) =>
    extentEnd(view, at) <= extentBlock(other, otherAt) ? -1 : 1, // nor may they overlap
  compareRecordKey: (view, at, other, otherAt) => extentBlock(view, at) - keyBlock(other, otherAt),
};

const MAGIC = [0x424d4150, 0x424d4133] as const; // BMAP, BMA3

const bmapBlockOps: BlockOps<Geometry> = {
  name: 'block map block',
  crcOffset: ({ hasCrc }) => (hasCrc ? LongBtreeHeader.offsets.crc : undefined),
  verify: (block, geometry) =>
    verifyBtreeBlock(block.view, block.address, geometry, {
      magic: MAGIC[geometry.hasCrc ? 1 : 0],
      isLong: true,
      ops: bmapOps,
    }),
};

class BmapSource implements BtreeSource {
  constructor(
    readonly mount: Mount,
    readonly inode: XfsInode,
    readonly fork: ForkShape,
  ) {}

  root(): BtreeNode {
    const { view, at } = forkBytes(this.mount, this.inode, this.fork);
    const level = view.getUint16(at);
    const count = view.getUint16(at + 2);
    const entriesMax = Math.floor((this.fork.length - BMAP_ROOT_HEADER_BYTES) / (KEY_BYTES + 8));
    if (level === 0 || level >= BTREE_LEVELS_MAX)
      throw this.inode.corrupt('block map: level 1 to 8');
    if (count === 0 || count > entriesMax)
      throw this.inode.corrupt('block map: the root fits the fork');
    const keysAt = at + BMAP_ROOT_HEADER_BYTES;
    const pointersAt = keysAt + entriesMax * KEY_BYTES;
    const corrupt = (rule: string): CorruptError => this.inode.corrupt(rule);
    return { view, level, count, keysAt, pointersAt, recordsAt: keysAt, corrupt };
  }

  child(pointer: number): BtreeNode {
    const { geometry, cache } = this.mount;
    if (!geometry.isDataRange(pointer, 1))
      throw this.inode.corrupt('block map: blocks lie in a group');
    const address = geometry.blockAddress(pointer);
    const block = cache.read(address, geometry.blockBytes, bmapBlockOps);
    const { owner } = new LongBtreeHeader(block.view);
    if (geometry.hasCrc && owner !== this.inode.ino) throw block.corrupt('owner is the inode');
    return btreeNode(block, geometry, bmapOps);
  }
}

/**
 * The run that holds `block` of a fork, beginning at `block`.
 *
 * @throws CorruptError when the fork has no block map, or the map is broken
 */
export function lookupRun(mount: Mount, inode: XfsInode, fork: ForkShape, block: number): Run {
  const { here, next } =
    fork.format === ForkFormat.btree
      ? lookupTree(mount, inode, fork, block)
      : lookupExtents(mount, inode, fork, block);
  if (here !== undefined && block < here.block + here.length) {
    checkExtent(mount, inode, here);
    const into = block - here.block;
    const { start, length, unwritten } = here;
    return { block, length: length - into, start: start + into, unwritten };
  }
  const end = next ?? FILE_BLOCKS_MAX;
  if (end <= block) throw inode.corrupt('block map: extents ascend');
  return { block, length: end - block, start: undefined, unwritten: false };
}

/** The extent that begins at or before the block, and where the one after it begins. */
interface Neighbours {
  readonly here: FileExtent | undefined;
  readonly next: number | undefined;
}

function lookupExtents(mount: Mount, inode: XfsInode, fork: ForkShape, block: number): Neighbours {
  if (fork.format !== ForkFormat.extents) throw inode.corrupt('the fork has a block map');
  const { view, at } = forkBytes(mount, inode, fork);
  let low = 0;
  let high = fork.extents;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (extentBlock(view, at + middle * EXTENT_BYTES) <= block) low = middle + 1;
    else high = middle;
  }
  return {
    here: low === 0 ? undefined : readExtent(view, at + (low - 1) * EXTENT_BYTES),
    next: low === fork.extents ? undefined : extentBlock(view, at + low * EXTENT_BYTES),
  };
}

function lookupTree(mount: Mount, inode: XfsInode, fork: ForkShape, block: number): Neighbours {
  const cursor = new BtreeCursor(new BmapSource(mount, inode, fork), bmapOps);
  const found = cursor.atMost(block);
  if (!found)
    return {
      here: undefined,
      next: cursor.empty ? undefined : extentBlock(cursor.view, cursor.at),
    };
  const here = readExtent(cursor.view, cursor.at);
  if (block < here.block + here.length) return { here, next: undefined };
  return { here, next: cursor.next() ? extentBlock(cursor.view, cursor.at) : undefined };
}

function checkExtent(mount: Mount, inode: XfsInode, extent: FileExtent): void {
  if (!mount.geometry.isDataRange(extent.start, extent.length))
    throw inode.corrupt('block map: extents lie in one group');
}

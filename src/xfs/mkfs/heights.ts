/**
 * How high trees can become: from how many records they may hold and how few fit a block at the least.
 * Reservations of log and space depend on these, and through them the least size of a log.
 */
import { EXTENT_BYTES } from '../format/extent.js';
import { btreeHeaderBytes } from '../format/btree-block.js';
import type { MkfsFeatures } from './options.js';

export interface TreeHeights {
  readonly freeSpace: number;
  readonly rmap: number;
  readonly refcount: number;
  readonly inode: number;
  readonly dataMap: number;
  readonly attrMap: number;
  /** Most and least free-space records in a leaf. */
  readonly freeSpacePerLeaf: { readonly max: number; readonly min: number };
}

interface Sizes {
  readonly blockBytes: number;
  readonly agBlocks: number;
  readonly agBlockLog: number;
  readonly inodesPerBlock: number;
  readonly features: MkfsFeatures;
}

/** Least records in a leaf and in a node: half of what fits. */
function leastPerBlock(
  blockBytes: number,
  isLong: boolean,
  record: number,
  key: number,
): [number, number] {
  const room = blockBytes - btreeHeaderBytes(isLong, true);
  const pointer = isLong ? 8 : 4;
  return [
    Math.floor(Math.floor(room / record) / 2),
    Math.floor(Math.floor(room / (key + pointer)) / 2),
  ];
}

function heightFor(records: number, [leaf, node]: [number, number]): number {
  let height = 1;
  for (let blocks = Math.ceil(records / leaf); blocks > 1; height++)
    blocks = Math.ceil(blocks / node);
  return height;
}

/** The height of a tree that fills a whole group: it can hold no more than there are blocks for. */
function heightWithin(blocks: number, [leaf, node]: [number, number]): number {
  if (blocks < 1) return 0;
  let height = 0;
  let width = 1;
  let left = blocks;
  const fanOut = (level: number): number => (level === 0 ? leaf : node);
  while (width < left) {
    left -= width;
    height++;
    width *= fanOut(height);
  }
  return height + 1;
}

/** Records in the root of a block map: at least 3 of the data fork, 2 of the attribute fork. */
function mapHeight(extents: number, rootRecords: number, [leaf, node]: [number, number]): number {
  let height = 1;
  for (let blocks = Math.ceil(extents / leaf); blocks > 1; height++)
    blocks = blocks <= rootRecords ? 1 : Math.ceil(blocks / node);
  return height;
}

const INODES_PER_CHUNK = 64;

export function treeHeights({
  blockBytes,
  agBlocks,
  agBlockLog,
  inodesPerBlock,
  features,
}: Sizes): TreeHeights {
  const freeSpace = leastPerBlock(blockBytes, false, 8, 8);
  const rmap = leastPerBlock(blockBytes, false, 24, 40);
  const map = leastPerBlock(blockBytes, true, EXTENT_BYTES, 8);
  const chunks = (2 ** agBlockLog * inodesPerBlock) / INODES_PER_CHUNK;
  const roomForRecords = Math.floor((blockBytes - btreeHeaderBytes(false, true)) / 8);
  let rmapHeight = 0;
  if (features.rmapbt)
    rmapHeight = features.reflink ? heightWithin(agBlocks, rmap) : heightFor(agBlocks, rmap);
  return {
    freeSpace: heightFor(Math.floor((agBlocks + 1) / 2), freeSpace),
    rmap: rmapHeight,
    refcount: features.reflink ? heightFor(agBlocks, leastPerBlock(blockBytes, false, 12, 4)) : 0,
    inode: heightFor(chunks, leastPerBlock(blockBytes, false, 16, 4)),
    dataMap: mapHeight(features.nrext64 ? 2 ** 48 - 1 : 2 ** 31 - 1, 3, map),
    attrMap: mapHeight(features.nrext64 ? 2 ** 32 - 1 : 2 ** 15 - 1, 2, map),
    freeSpacePerLeaf: { max: roomForRecords, min: freeSpace[0] },
  };
}

/**
 * Headers of B+tree blocks. Trees of a group have short pointers (agblocks, 32 bits), block maps of
 * inodes long ones (block numbers, 64 bits); v5 adds an identity to both.
 *
 *   short  0       8      16     24    32    48     52   56        long  0       8       24     32    40    56     64   68  72
 *          | level | sibs | blkno | lsn | uuid | owner| crc |            | level | sibs  | blkno | lsn | uuid | owner | crc |  |
 *
 * After a leaf's header come its records; after a node's, room for as many keys as fit with as many
 * pointers, then the pointers.
 */
import { be16, be32, be64, le32, raw, struct } from '../../ondisk/index.js';
import { verifyIdentity } from './block-header.js';
import type { Geometry } from './geometry.js';

export class ShortBtreeHeader extends struct('ShortBtreeHeader', 56, {
  magic: be32,
  level: be16, // 0 = a leaf
  count: be16, // records, or keys and pointers
  left: be32, // sibling, agblock; all ones when none
  right: be32,
  blkno: be64, // v5, as all that follows
  lsn: be64,
  uuid: raw(16),
  owner: be32, // number of the group
  crc: le32,
}) {}

export class LongBtreeHeader extends struct('LongBtreeHeader', 72, {
  magic: be32,
  level: be16,
  count: be16,
  left: be64, // sibling, block number; -1 when none
  right: be64,
  blkno: be64, // v5, as all that follows
  lsn: be64,
  uuid: raw(16),
  owner: be64, // inode number
  crc: le32,
  pad: be32,
}) {}

/** Where headers end: v4 has no identity. */
export function btreeHeaderBytes(isLong: boolean, hasCrc: boolean): number {
  if (isLong) return hasCrc ? LongBtreeHeader.bytes : LongBtreeHeader.offsets.blkno;
  return hasCrc ? ShortBtreeHeader.bytes : ShortBtreeHeader.offsets.blkno;
}

/** No tree is higher: 2^52 blocks at the least fan-out are covered. */
export const BTREE_LEVELS_MAX = 9;

/** What the verifier must know of a tree: sizes of its entries, and their order. */
interface TreeShape {
  /** The one that this volume's version uses. */
  readonly magic: number;
  readonly isLong: boolean;
  readonly ops: {
    readonly keyBytes: number;
    readonly recordBytes: number;
    compareRecords(view: DataView, at: number, other: DataView, otherAt: number): number;
    compareKeys(view: DataView, at: number, other: DataView, otherAt: number): number;
  };
}

/** The rules of every tree block. */
export function verifyBtreeBlock(
  view: DataView,
  address: number,
  geometry: Geometry,
  tree: TreeShape,
): string | undefined {
  const header = tree.isLong ? new LongBtreeHeader(view) : new ShortBtreeHeader(view);
  if (header.magic !== tree.magic) return 'magic is that of the tree';
  if (header.level >= BTREE_LEVELS_MAX) return 'level < 9';
  if (header.level > 0 && header.count === 0) return 'a node is not empty';
  const { keyBytes, recordBytes, compareKeys, compareRecords } = tree.ops;
  const start = btreeHeaderBytes(tree.isLong, geometry.hasCrc);
  const isLeaf = header.level === 0;
  const entryBytes = isLeaf ? recordBytes : keyBytes + (tree.isLong ? 8 : 4);
  if (header.count > Math.floor((view.byteLength - start) / entryBytes))
    return 'count fits the block';
  const [stride, compare] = isLeaf ? [recordBytes, compareRecords] : [keyBytes, compareKeys];
  const last = start + (header.count - 1) * stride;
  for (let at = start; at < last; at += stride)
    if (compare(view, at, view, at + stride) >= 0) return 'records and keys ascend';
  if (!geometry.hasCrc) return undefined;
  const { uuid, blkno } = tree.isLong ? LongBtreeHeader.offsets : ShortBtreeHeader.offsets;
  return verifyIdentity(view, address, geometry, uuid, blkno);
}

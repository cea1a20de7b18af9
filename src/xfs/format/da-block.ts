/**
 * Blocks of hash-ordered indexes: of directories (leaf, node, free) and of attributes (leaf, node).
 *
 *   v4   | forward 4 | back 4 | magic 2 | pad 2 |                                          12 bytes
 *   v5   | forward 4 | back 4 | magic 2 | pad 2 | crc | blkno | lsn | uuid | owner |       56 bytes
 *
 * then count and a second number, then (v5) a pad to 64. `forward` and `back` are file blocks; 0 = none.
 */
import { be16, be32, be64, le32, raw, struct } from '../../ondisk/index.js';
import { verifyIdentity } from './block-header.js';
import { DirLeafEntry } from './dir-data.js';
import type { Geometry } from './geometry.js';

export const DaMagic = {
  dirLeaf1: 0xd2f1, // the one leaf of a leaf-form directory
  dirLeaf1v3: 0x3df1,
  dirLeafN: 0xd2ff, // one of many, under nodes
  dirLeafNv3: 0x3dff,
  node: 0xfebe,
  nodeV3: 0x3ebe,
  attrLeaf: 0xfbee,
  attrLeafV3: 0x3bee,
} as const;

export class DaHeader extends struct('DaHeader', 56, {
  forward: be32,
  back: be32,
  magic: be16,
  pad: be16,
  crc: le32, // v5, as all that follows
  blkno: be64,
  lsn: be64,
  uuid: raw(16),
  owner: be64,
}) {}

const DA_V4_HEADER_BYTES = 12;

export const LEAF_CHAIN_RULE = 'leaves form a chain, not a loop';

/**
 * May a walk along a chain go on to this leaf? Each leaf names the one before, so that no leaf follows
 * two others, and a loop can only lead back to where the walk began. File blocks.
 *
 * @param at of the leaf @param previous the one before @param first where the walk began
 */
export function isNextLeaf(view: DataView, at: number, previous: number, first: number): boolean {
  return at !== first && new DaHeader(view).back === previous;
}

export function daHeaderBytes(geometry: Geometry): number {
  return geometry.hasCrc ? DaHeader.bytes : DA_V4_HEADER_BYTES;
}

/** Where the entries of leaves and nodes begin: two 16-bit numbers follow the header, v5 pads to 64. */
export function daEntriesAt(geometry: Geometry): number {
  return geometry.hasCrc ? 64 : 16;
}

/** The two numbers: entries, and stale ones (leaf) or the level (node). */
export function daCount(view: DataView, geometry: Geometry): number {
  return view.getUint16(daHeaderBytes(geometry));
}

export function daSecond(view: DataView, geometry: Geometry): number {
  return view.getUint16(daHeaderBytes(geometry) + 2);
}

export function daMagic(view: DataView): number {
  return view.getUint16(DaHeader.offsets.magic);
}

/** An entry of a node: `hash` is the greatest below `child`, a file block. Laid out like a leaf entry. */
export class DaNodeEntry extends struct('DaNodeEntry', 8, {
  hash: be32,
  child: be32,
}) {}

/** Nodes are at most this high. */
const DA_LEVELS_MAX = 5;

export function verifyDaIdentity(
  view: DataView,
  address: number,
  geometry: Geometry,
): string | undefined {
  if (!geometry.hasCrc) return undefined;
  return verifyIdentity(view, address, geometry, DaHeader.offsets.uuid, DaHeader.offsets.blkno);
}

/** Rules of a node, whichever index it serves. */
export function verifyDaNode(
  view: DataView,
  address: number,
  geometry: Geometry,
): string | undefined {
  const count = daCount(view, geometry);
  const level = daSecond(view, geometry);
  if (level === 0 || level > DA_LEVELS_MAX) return 'node: level 1 to 5';
  if (count === 0) return 'node: not empty';
  const rule = verifySorted(view, count, geometry);
  return rule ?? verifyDaIdentity(view, address, geometry);
}

/** Leaf blocks of a directory: entries fit and ascend by hash. */
export function verifyDirLeaf(
  view: DataView,
  address: number,
  geometry: Geometry,
): string | undefined {
  const count = daCount(view, geometry);
  if (daSecond(view, geometry) > count) return 'directory leaf: stale <= count';
  return verifySorted(view, count, geometry) ?? verifyDaIdentity(view, address, geometry);
}

function verifySorted(view: DataView, count: number, geometry: Geometry): string | undefined {
  const start = daEntriesAt(geometry);
  if (count > (view.byteLength - start) / DirLeafEntry.bytes)
    return 'index block: count fits the block';
  for (let i = 1, at = start; i < count; i++, at += DirLeafEntry.bytes)
    if (view.getUint32(at) > view.getUint32(at + DirLeafEntry.bytes))
      return 'index block: hashes ascend';
  return undefined;
}

/** Index of the first entry whose hash is not below `hash`; `count` when there is none. */
export function daSearch(view: DataView, start: number, count: number, hash: number): number {
  let low = 0;
  let high = count;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (view.getUint32(start + middle * 8) < hash) low = middle + 1;
    else high = middle;
  }
  return low;
}

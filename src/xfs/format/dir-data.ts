/**
 * Directory data: where the entries lie.
 *
 *   block form    | header | entry | unused | entry ... | hash index | tail |   the whole directory
 *   data block    | header | entry | entry | unused ...                     |   one of many
 *
 *   entry    | ino 8 | length 1 | name | type 1, with ftype | pad to 8 | own offset 2 |
 *   unused   | 0xffff | length 2 |  ...                                 | own offset 2 |
 *
 * Space is counted in bytes from the start of the directory's data; a "data pointer" is that / 8.
 */
import { be32, be64, le32, raw, struct } from '../../ondisk/index.js';
import { verifyIdentity } from './block-header.js';
import type { Geometry } from './geometry.js';
import { isEntryName } from './name.js';

/** "XD2B", "XDB3", "XD2D", "XDD3": block form and data blocks, v4 and v5. */
export const DirDataMagic = {
  block: 0x58443242,
  block3: 0x58444233,
  data: 0x58443244,
  data3: 0x58444433,
} as const;

/** v5. The v4 header is `magic` and then `bestFree`: 16 bytes. */
export class DirDataHeader extends struct('DirDataHeader', 64, {
  magic: be32,
  crc: le32,
  blkno: be64,
  lsn: be64,
  uuid: raw(16),
  owner: be64, // inode number of the directory
  bestFree: raw(12), // the three longest unused runs: offset, length, be16
  pad: be32,
}) {}

const DIR_DATA_V4_HEADER_BYTES = 16;

/** End of a block-form directory: how long the index before it is. */
export class DirBlockTail extends struct('DirBlockTail', 8, {
  count: be32,
  stale: be32, // entries of the index that point nowhere
}) {}

/** An entry of a hash index, here and in leaf blocks. */
export class DirLeafEntry extends struct('DirLeafEntry', 8, {
  hash: be32,
  pointer: be32, // data pointer; 0 = stale
}) {}

/** First two bytes of an unused run. */
export const UNUSED_TAG = 0xffff;
export const DATA_ALIGN = 8;

/** Where the leaf blocks of a directory begin, bytes of its data space; the free index is as far again. */
export const LEAF_SPACE = 2 ** 35;

export function dirDataHeaderBytes(geometry: Geometry): number {
  return geometry.hasCrc ? DirDataHeader.bytes : DIR_DATA_V4_HEADER_BYTES;
}

/** An entry with the shortest name. */
const DIR_ENTRY_BYTES_MIN = 16;

/** Bytes that an entry with a name of `length` bytes takes. */
export function dirEntryBytes(length: number, hasFtype: boolean): number {
  const bytes = 8 + 1 + length + (hasFtype ? 1 : 0) + 2;
  return Math.ceil(bytes / DATA_ALIGN) * DATA_ALIGN;
}

export function isBlockForm(view: DataView): boolean {
  const magic = view.getUint32(0);
  return magic === DirDataMagic.block || magic === DirDataMagic.block3;
}

/** Where the entries of this block end: at its end, or at the index of block form. Verified blocks only. */
export function dirDataEnd(view: DataView): number {
  if (!isBlockForm(view)) return view.byteLength;
  const tail = new DirBlockTail(view, view.byteLength - DirBlockTail.bytes);
  return tail.at - tail.count * DirLeafEntry.bytes;
}

/** Every entry and every unused run is walked, so that readers need check nothing again. */
export function verifyDirData(
  view: DataView,
  address: number,
  geometry: Geometry,
): string | undefined {
  const magic = view.getUint32(0);
  const { block, block3, data, data3 } = DirDataMagic;
  if (magic !== (geometry.hasCrc ? block3 : block) && magic !== (geometry.hasCrc ? data3 : data))
    return 'directory data: magic XD2B, XD2D, XDB3 or XDD3';
  if (geometry.hasCrc) {
    const { uuid, blkno } = DirDataHeader.offsets;
    const rule = verifyIdentity(view, address, geometry, uuid, blkno);
    if (rule !== undefined) return rule;
  }
  if (isBlockForm(view)) {
    const tail = new DirBlockTail(view, view.byteLength - DirBlockTail.bytes);
    const room = tail.at - dirDataHeaderBytes(geometry);
    if (tail.count > Math.floor(room / DirLeafEntry.bytes))
      return 'block tail: the index fits the block';
    if (tail.stale > tail.count) return 'block tail: stale <= count';
  }
  return verifyEntries(view, geometry);
}

function verifyEntries(view: DataView, geometry: Geometry): string | undefined {
  const end = dirDataEnd(view);
  let at = dirDataHeaderBytes(geometry);
  while (at < end) {
    const isUnused = view.getUint16(at) === UNUSED_TAG;
    if (!isUnused && at + DIR_ENTRY_BYTES_MIN > end) return 'directory entry fits the block';
    const nameLength = isUnused ? 0 : view.getUint8(at + 8);
    const length = isUnused ? view.getUint16(at + 2) : dirEntryBytes(nameLength, geometry.hasFtype);
    if (length === 0 || length % DATA_ALIGN !== 0) return 'unused run: length is a multiple of 8';
    if (length > end - at) return 'directory entry fits the block';
    if (view.getUint16(at + length - 2) !== at) return 'directory entry: the tag is its own offset';
    if (!isUnused && !isEntryName(view, at + 9, nameLength))
      return 'directory entry: the name is not empty and has no NUL and no slash';
    at += length;
  }
  return undefined;
}

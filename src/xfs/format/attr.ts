/**
 * Extended attributes, two forms of three.
 *
 *   short   | total 2 | count 1 | pad 1 | entries |      entry | nameLen 1 | valueLen 1 | flags 1 | name | value |
 *   leaf    | header | hash index ->        free        <- names and values |
 *   remote  a value in blocks of its own; v5: each block has a header
 *
 * Node form is leaves under the nodes of da-block.ts. Values are at most 65536 bytes.
 */
import { be16, be32, be64, le32, raw, struct, u8 } from '../../ondisk/index.js';
import { verifyIdentity } from './block-header.js';
import { daHeaderBytes, verifyDaIdentity } from './da-block.js';
import type { Geometry } from './geometry.js';
import { isAttributeName } from './name.js';

export const AttrFlag = {
  local: 0x01, // the value lies in the leaf
  root: 0x02, // namespace trusted.
  secure: 0x04, // namespace security.
  parent: 0x08, // a parent pointer
  incomplete: 0x80, // being written when the system stopped: not there
} as const;

export const ATTR_NAMESPACE_MASK = AttrFlag.root | AttrFlag.secure | AttrFlag.parent;

export const ATTR_VALUE_BYTES_MAX = 65536;

export class AttrShortHeader extends struct('AttrShortHeader', 4, {
  total: be16, // bytes, this header included
  count: u8,
  pad: u8,
}) {}

export class AttrShortEntry extends struct('AttrShortEntry', 3, {
  nameLength: u8,
  valueLength: u8,
  flags: u8,
}) {}

/** @param length room in the fork, bytes. */
export function verifyAttrShort(view: DataView, start: number, length: number): string | undefined {
  if (length < AttrShortHeader.bytes) return 'short attributes: the header fits';
  const header = new AttrShortHeader(view, start);
  if (header.total > length || header.total < AttrShortHeader.bytes)
    return 'short attributes: total fits the fork';
  const end = start + header.total;
  let at = start + AttrShortHeader.bytes;
  for (let i = 0; i < header.count; i++) {
    if (at + AttrShortEntry.bytes > end) return 'short attributes: entries fit';
    const entry = new AttrShortEntry(view, at);
    const nameAt = at + AttrShortEntry.bytes;
    at = nameAt + entry.nameLength + entry.valueLength;
    if (at > end) return 'short attributes: entries fit';
    if (!isAttributeName(view, nameAt, entry.nameLength))
      return 'short attributes: names are not empty and have no NUL';
  }
  return at === end ? undefined : 'short attributes: entries fill it';
}

/** After the index header (da-block.ts), and its layout is the same in v4 and v5 but for the pad. */
export class AttrLeafHeader extends struct('AttrLeafHeader', 20, {
  count: be16,
  usedBytes: be16, // of names and values
  firstUsed: be16, // where they begin; 0 = 65536
  holes: u8,
  pad: u8,
  freeMap: raw(12), // three runs: offset, length, be16
}) {}

export class AttrLeafEntry extends struct('AttrLeafEntry', 8, {
  hash: be32,
  nameAt: be16, // where name and value lie in the block, bytes
  flags: u8,
  pad: u8,
}) {}

/** Name and value in the leaf: | valueLength 2 | nameLength 1 | name | value |. */
export const ATTR_LOCAL_HEADER_BYTES = 3;

export class AttrRemoteName extends struct('AttrRemoteName', 9, {
  valueBlock: be32, // file block of the attribute fork
  valueLength: be32, // bytes
  nameLength: u8,
}) {}

export function attrEntriesAt(geometry: Geometry): number {
  return geometry.hasCrc ? 80 : 32;
}

export function verifyAttrLeaf(
  view: DataView,
  address: number,
  geometry: Geometry,
): string | undefined {
  const header = new AttrLeafHeader(view, daHeaderBytes(geometry));
  const start = attrEntriesAt(geometry);
  const indexEnd = start + header.count * AttrLeafEntry.bytes;
  if (indexEnd > view.byteLength) return 'attribute leaf: the index fits the block';
  let hash = 0;
  for (let at = start; at < indexEnd; at += AttrLeafEntry.bytes) {
    const entry = new AttrLeafEntry(view, at);
    if (entry.hash < hash) return 'attribute leaf: hashes ascend';
    hash = entry.hash;
    if (entry.nameAt < indexEnd) return 'attribute leaf: names lie behind the index';
    const rule = verifyAttrName(view, entry);
    if (rule !== undefined) return rule;
  }
  return verifyDaIdentity(view, address, geometry);
}

/** Of an entry's name, and of its value where that lies behind it. */
function verifyAttrName(view: DataView, entry: AttrLeafEntry): string | undefined {
  const isLocal = (entry.flags & AttrFlag.local) !== 0;
  const nameAt = entry.nameAt + (isLocal ? ATTR_LOCAL_HEADER_BYTES : AttrRemoteName.bytes);
  if (nameAt > view.byteLength) return 'attribute leaf: names fit the block';
  const length = view.getUint8(nameAt - 1); // the last field of either header
  const valueLength = isLocal ? view.getUint16(entry.nameAt) : 0;
  if (nameAt + length + valueLength > view.byteLength) return 'attribute leaf: names fit the block';
  if (!isAttributeName(view, nameAt, length))
    return 'attribute leaf: names are not empty and have no NUL';
  return undefined;
}

/** "XARM" */
export const ATTR_REMOTE_MAGIC = 0x5841524d;

/** Begins every block of a remote value, v5. */
export class AttrRemoteHeader extends struct('AttrRemoteHeader', 56, {
  magic: be32,
  offset: be32, // of this block's part in the value, bytes
  length: be32, // of this block's part, bytes
  crc: le32,
  uuid: raw(16),
  owner: be64,
  blkno: be64,
  lsn: be64,
}) {}

export function attrRemoteHeaderBytes(geometry: Geometry): number {
  return geometry.hasCrc ? AttrRemoteHeader.bytes : 0;
}

export function verifyAttrRemote(
  view: DataView,
  address: number,
  geometry: Geometry,
): string | undefined {
  if (!geometry.hasCrc) return undefined;
  const header = new AttrRemoteHeader(view);
  if (header.magic !== ATTR_REMOTE_MAGIC) return 'attribute value: magic XARM';
  if (header.length > view.byteLength - AttrRemoteHeader.bytes)
    return 'attribute value: its part fits';
  const { uuid, blkno } = AttrRemoteHeader.offsets;
  return verifyIdentity(view, address, geometry, uuid, blkno);
}

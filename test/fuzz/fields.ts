/**
 * The fields of a structure, found in its bytes: where an edit says something, and is not just noise.
 *
 * The bytes are those of the pristine image, so they are taken at their word.
 */
import {
  AttrFlag,
  AttrLeafEntry,
  AttrLeafHeader,
  AttrRemoteHeader,
  AttrRemoteName,
  AttrShortEntry,
  AttrShortHeader,
  attrEntriesAt,
} from '#src/xfs/format/attr.js';
import { Agf, Agfl } from '#src/xfs/format/agf.js';
import { Agi } from '#src/xfs/format/agi.js';
import { FreeRecord, InodeRecord, RefcountRecord, RmapRecord } from '#src/xfs/format/ag-records.js';
import {
  LongBtreeHeader,
  ShortBtreeHeader,
  btreeHeaderBytes,
} from '#src/xfs/format/btree-block.js';
import {
  DaHeader,
  DaMagic,
  daEntriesAt,
  daHeaderBytes,
  daMagic,
} from '#src/xfs/format/da-block.js';
import {
  BMAP_ROOT_HEADER_BYTES,
  Dinode,
  ForkFormat,
  attrFork,
  dataFork,
} from '#src/xfs/format/dinode.js';
import type { ForkShape } from '#src/xfs/format/dinode.js';
import {
  DirBlockTail,
  DirDataHeader,
  UNUSED_TAG,
  dirDataHeaderBytes,
  dirEntryBytes,
  isBlockForm,
} from '#src/xfs/format/dir-data.js';
import { readShortEntry, shortHeaderBytes } from '#src/xfs/format/dir-short.js';
import { EXTENT_BYTES } from '#src/xfs/format/extent.js';
import type { Geometry } from '#src/xfs/format/geometry.js';
import { LOG_MAGIC, LogRecordHeader } from '#src/xfs/format/log-record.js';
import { Superblock } from '#src/xfs/format/superblock.js';
import { SymlinkHeader } from '#src/xfs/format/symlink.js';

export interface Field {
  /** Bytes from the start of the structure. */
  readonly at: number;
  /** Width: 1, 2, 4 or 8 bytes; 16 for a packed extent. */
  readonly bytes: number;
}

interface Record {
  readonly bytes: number;
  readonly offsets: Readonly<{ [field: string]: number }>;
}

/** Collects fields; those that do not fit are left out. */
class Fields {
  readonly all: Field[] = [];

  constructor(
    readonly view: DataView,
    readonly geometry: Geometry,
  ) {}

  add(at: number, ...widths: number[]): void {
    for (const bytes of widths) {
      if (at >= 0 && at + bytes <= this.view.byteLength) this.all.push({ at, bytes });
      at += bytes;
    }
  }

  /** All fields of a record; those of other widths in words. */
  addRecord(record: Record, start = 0, end = record.bytes): void {
    const edges = Object.values(record.offsets).filter((offset) => offset < end);
    edges.push(end);
    for (let i = 1; i < edges.length; i++) {
      const at = edges[i - 1]!;
      const bytes = edges[i]! - at;
      if (bytes <= 8) this.add(start + at, bytes);
      else
        for (let word = 0; word + 4 <= Math.min(bytes, 16); word += 4)
          this.add(start + at + word, 4);
    }
  }
}

/** Of many entries, these come as fields: the first and the last ones. */
const ENDS_KEPT = 6;

function* ends(count: number): Generator<number> {
  for (let i = 0; i < count; i++) if (i < ENDS_KEPT || i >= count - ENDS_KEPT) yield i;
}

export function fieldsOf(
  structure: string,
  bytes: Uint8Array,
  geometry: Geometry,
): readonly Field[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const fields = new Fields(view, geometry);
  const tree = TREES[structure];
  if (tree !== undefined) addTree(fields, tree);
  else FINDERS[structure]?.(fields);
  return fields.all;
}

interface TreeEntries {
  readonly isLong: boolean;
  readonly keyBytes: number;
  /** Widths of the fields of a record. */
  readonly record: readonly number[];
}

const shortTree = (keyBytes: number, record: readonly number[]): TreeEntries => ({
  isLong: false,
  keyBytes,
  record,
});
const words = (record: Record): number[] => Array.from({ length: record.bytes / 4 }, () => 4);
const INODE_RECORD = [4, 2, 1, 1, 8];
if (INODE_RECORD.reduce((sum, bytes) => sum + bytes) !== InodeRecord.bytes)
  throw new Error('inode record');

const TREES: Readonly<{ [structure: string]: TreeEntries }> = {
  'by-block free-space tree block': shortTree(8, words(FreeRecord)),
  'by-size free-space tree block': shortTree(8, words(FreeRecord)),
  'inode tree block': shortTree(4, INODE_RECORD),
  'free-inode tree block': shortTree(4, INODE_RECORD),
  'reverse-map tree block': shortTree(40, words(RmapRecord)),
  'reference-count tree block': shortTree(4, words(RefcountRecord)),
  'block map block': { isLong: true, keyBytes: 8, record: [EXTENT_BYTES] },
};

function addTree(fields: Fields, { isLong, keyBytes, record }: TreeEntries): void {
  const { view, geometry } = fields;
  const start = btreeHeaderBytes(isLong, geometry.hasCrc);
  fields.addRecord(isLong ? LongBtreeHeader : ShortBtreeHeader, 0, start);
  const { level, count } = new ShortBtreeHeader(view);
  const recordBytes = record.reduce((sum, width) => sum + width);
  for (const i of ends(count)) {
    if (level === 0) fields.add(start + i * recordBytes, ...record);
    else addNodeEntry(fields, start, i, keyBytes, isLong ? 8 : 4, view.byteLength - start);
  }
}

function addNodeEntry(
  fields: Fields,
  start: number,
  i: number,
  keyBytes: number,
  pointerBytes: number,
  room: number,
): void {
  const entriesMax = Math.floor(room / (keyBytes + pointerBytes));
  const keyWidth = Math.min(8, keyBytes);
  fields.add(start + i * keyBytes, keyWidth);
  fields.add(start + entriesMax * keyBytes + i * pointerBytes, pointerBytes);
}

const FINDERS: Readonly<{ [structure: string]: (fields: Fields) => void }> = {
  superblock: (fields) => fields.addRecord(Superblock),
  agf: (fields) => fields.addRecord(Agf),
  agi: (fields) => fields.addRecord(Agi),
  agfl(fields) {
    if (fields.geometry.hasCrc) fields.addRecord(Agfl);
    fields.add(fields.geometry.hasCrc ? Agfl.bytes : 0, 4, 4, 4, 4, 4, 4, 4, 4);
  },
  inode: addInode,
  log: addLog,
  'directory data block': addDirectoryData,
  'directory index block': addIndex,
  'attribute block': addIndex,
  'attribute value block': (fields) => fields.addRecord(AttrRemoteHeader),
  'symbolic link block': (fields) => {
    fields.addRecord(SymlinkHeader);
    fields.add(SymlinkHeader.bytes, 1, 1, 1, 1);
  },
};

/** Headers of records, and the cycle numbers in the first words of blocks. */
function addLog(fields: Fields): void {
  const { view } = fields;
  for (let at = 0; at < view.byteLength; at += 512) {
    if (view.getUint32(at) === LOG_MAGIC) fields.addRecord(LogRecordHeader, at);
    else if (view.getUint32(at) !== 0) fields.add(at, 4);
  }
}

function addDirectoryData(fields: Fields): void {
  const { view, geometry } = fields;
  const start = dirDataHeaderBytes(geometry);
  fields.addRecord(DirDataHeader, 0, geometry.hasCrc ? start : 4);
  if (!geometry.hasCrc) fields.add(4, 2, 2, 2, 2, 2, 2);
  let end = view.byteLength;
  if (isBlockForm(view)) {
    const tail = end - DirBlockTail.bytes;
    fields.add(tail, 4, 4);
    const count = view.getUint32(tail);
    end = tail - count * 8;
    for (const i of ends(count)) fields.add(end + i * 8, 4, 4);
  }
  for (let at = start; at < end;) {
    const isUnused = view.getUint16(at) === UNUSED_TAG;
    const name = isUnused ? 0 : view.getUint8(at + 8);
    const length = isUnused ? view.getUint16(at + 2) : dirEntryBytes(name, geometry.hasFtype);
    if (isUnused) fields.add(at, 2, 2);
    else fields.add(at, 8, 1, 1, ...(name > 1 ? [1] : []));
    if (geometry.hasFtype && !isUnused) fields.add(at + 9 + name, 1);
    fields.add(at + length - 2, 2);
    at += Math.max(8, length);
  }
}

function addIndex(fields: Fields): void {
  const { view, geometry } = fields;
  const header = daHeaderBytes(geometry);
  fields.addRecord(DaHeader, 0, header);
  const magic = daMagic(view);
  if (magic === DaMagic.attrLeaf || magic === DaMagic.attrLeafV3) {
    addAttributeLeaf(fields, header);
    return;
  }
  fields.add(header, 2, 2);
  const start = daEntriesAt(geometry);
  for (const i of ends(view.getUint16(header))) fields.add(start + i * 8, 4, 4);
  fields.add(view.byteLength - 4, 4); // of a lone leaf: how many free-space numbers lie before it
}

function addAttributeLeaf(fields: Fields, header: number): void {
  const { view, geometry } = fields;
  fields.addRecord(AttrLeafHeader, header);
  const start = attrEntriesAt(geometry);
  for (const i of ends(view.getUint16(header))) {
    const entry = start + i * AttrLeafEntry.bytes;
    fields.addRecord(AttrLeafEntry, entry);
    const name = view.getUint16(entry + AttrLeafEntry.offsets.nameAt);
    const flags = view.getUint8(entry + AttrLeafEntry.offsets.flags);
    if ((flags & AttrFlag.local) !== 0) fields.add(name, 2, 1, 1);
    else fields.addRecord(AttrRemoteName, name);
  }
}

function addInode(fields: Fields): void {
  const { view, geometry } = fields;
  const dinode = new Dinode(view);
  fields.addRecord(Dinode, 0, geometry.hasCrc ? Dinode.bytes : Dinode.offsets.crc);
  addFork(fields, dataFork(dinode, geometry), dinode.mode);
  const attributes = attrFork(dinode, geometry);
  if (attributes !== undefined) addFork(fields, attributes, undefined);
}

const DIRECTORY = 0o040000;

/** @param mode of the inode, when this is its data fork */
function addFork(fields: Fields, fork: ForkShape, mode: number | undefined): void {
  switch (fork.format) {
    case ForkFormat.device:
      fields.add(fork.at, 4);
      break;
    case ForkFormat.local:
      if (mode === undefined) addShortAttributes(fields, fork.at);
      else if ((mode & 0o170000) === DIRECTORY) addShortDirectory(fields, fork.at);
      else fields.add(fork.at, 1, 1, 1, 1);
      break;
    case ForkFormat.extents:
      for (const i of ends(fork.extents)) fields.add(fork.at + i * EXTENT_BYTES, EXTENT_BYTES);
      break;
    case ForkFormat.btree: {
      fields.add(fork.at, 2, 2);
      const start = fork.at + BMAP_ROOT_HEADER_BYTES;
      const room = fork.length - BMAP_ROOT_HEADER_BYTES;
      for (const i of ends(fields.view.getUint16(fork.at + 2)))
        addNodeEntry(fields, start, i, 8, 8, room);
    }
  }
}

function addShortDirectory(fields: Fields, start: number): void {
  const { view, geometry } = fields;
  const isWide = view.getUint8(start + 1) !== 0;
  fields.add(start, 1, 1, isWide ? 8 : 4);
  let at = start + shortHeaderBytes(view, start);
  for (let i = 0; i < view.getUint8(start); i++) {
    fields.add(at, 1, 2, 1);
    const entry = readShortEntry(view, start, at, geometry.hasFtype);
    const ino = entry.next - (isWide ? 8 : 4);
    if (geometry.hasFtype) fields.add(ino - 1, 1);
    fields.add(ino, isWide ? 8 : 4);
    at = entry.next;
  }
}

function addShortAttributes(fields: Fields, start: number): void {
  const { view } = fields;
  fields.addRecord(AttrShortHeader, start);
  let at = start + AttrShortHeader.bytes;
  for (let i = 0; i < view.getUint8(start + 2); i++) {
    fields.addRecord(AttrShortEntry, at);
    fields.add(at + AttrShortEntry.bytes, 1);
    at += AttrShortEntry.bytes + view.getUint8(at) + view.getUint8(at + 1);
  }
}

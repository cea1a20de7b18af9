/**
 * Extended attributes of an inode, whatever form they have: all of them, or one by its name.
 *
 * A raw attribute is what the disk holds: a name, flags for its namespace, a value or where it lies.
 */
import type { Block } from '../../buffer/index.js';
import {
  ATTR_LOCAL_HEADER_BYTES,
  ATTR_NAMESPACE_MASK,
  ATTR_VALUE_BYTES_MAX,
  AttrFlag,
  AttrLeafEntry,
  AttrLeafHeader,
  AttrRemoteHeader,
  AttrRemoteName,
  AttrShortEntry,
  AttrShortHeader,
  attrEntriesAt,
  attrRemoteHeaderBytes,
  verifyAttrShort,
} from '../format/attr.js';
import { daHeaderBytes, daSearch } from '../format/da-block.js';
import { leafAfter, leafOf, type IndexLeaf, type ReadIndexBlock } from '../da/walk.js';
import { ForkFormat, type ForkShape } from '../format/dinode.js';
import { hashName } from '../format/hash.js';
import { forkBytes, type XfsInode } from '../inode/inode.js';
import type { Mount } from '../mount.js';
import { readAttrBlock, readRemoteBlock } from './blocks.js';

export interface RawAttribute {
  readonly name: Uint8Array;
  /** AttrFlag bits of the namespace; none = user. */
  readonly namespace: number;
  /** The value, or where a remote one lies. */
  readonly value: Uint8Array | RemoteValue;
}

interface RemoteValue {
  /** File block of the attribute fork. */
  readonly block: number;
  /** Bytes. */
  readonly length: number;
}

/** Visits attributes in the order of the disk until `visit` returns true. */
export function visitAttributes(
  mount: Mount,
  inode: XfsInode,
  visit: (attribute: RawAttribute) => boolean,
): void {
  const fork = inode.attr;
  if (fork === undefined) return;
  if (fork.format === ForkFormat.local) visitShort(mount, inode, fork, visit);
  else if (fork.extents > 0 || fork.format === ForkFormat.btree)
    visitLeaves(mount, inode, fork, 0, visit);
}

/** @param namespace AttrFlag bits */
export function findAttribute(
  mount: Mount,
  inode: XfsInode,
  name: Uint8Array,
  namespace: number,
): RawAttribute | undefined {
  const fork = inode.attr;
  if (fork === undefined) return undefined;
  let found: RawAttribute | undefined;
  const visit = (attribute: RawAttribute): boolean => {
    if (attribute.namespace !== namespace || !sameBytes(attribute.name, name)) return false;
    found = attribute;
    return true;
  };
  if (fork.format === ForkFormat.local) visitShort(mount, inode, fork, visit);
  else if (fork.extents > 0 || fork.format === ForkFormat.btree) {
    const hash = hashName(name);
    visitLeaves(mount, inode, fork, hash, visit, hash);
  }
  return found;
}

export function attributeValue(mount: Mount, inode: XfsInode, { value }: RawAttribute): Uint8Array {
  if (value instanceof Uint8Array) return value.slice();
  const { length } = value;
  if (length > ATTR_VALUE_BYTES_MAX)
    throw inode.corrupt('attribute values are at most 65536 bytes');
  const bytes = new Uint8Array(length);
  const header = attrRemoteHeaderBytes(mount.geometry);
  let { block } = value;
  for (let at = 0; at < length; block++) {
    const part = readRemoteBlock(mount, inode, inode.attr!, block);
    const partBytes = Math.min(length - at, part.bytes.length - header);
    if (header > 0) {
      const own = new AttrRemoteHeader(part.view);
      if (own.offset !== at || own.length !== partBytes)
        throw part.corrupt('attribute value: parts follow each other');
    }
    bytes.set(part.bytes.subarray(header, header + partBytes), at);
    at += partBytes;
  }
  return bytes;
}

export function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i]);
}

type Visit = (attribute: RawAttribute) => boolean;

function visitShort(mount: Mount, inode: XfsInode, fork: ForkShape, visit: Visit): void {
  const { view, at: start, bytes } = forkBytes(mount, inode, fork);
  const rule = verifyAttrShort(view, start, fork.length);
  if (rule !== undefined) throw inode.corrupt(rule);
  const { count } = new AttrShortHeader(view, start);
  let at = start + AttrShortHeader.bytes;
  for (let i = 0; i < count; i++) {
    const entry = new AttrShortEntry(view, at);
    const nameAt = at + AttrShortEntry.bytes - start;
    const valueAt = nameAt + entry.nameLength;
    at = start + valueAt + entry.valueLength;
    const attribute: RawAttribute = {
      name: bytes.subarray(nameAt, valueAt),
      namespace: entry.flags & ATTR_NAMESPACE_MASK,
      value: bytes.subarray(valueAt, valueAt + entry.valueLength),
    };
    if ((entry.flags & AttrFlag.incomplete) === 0 && visit(attribute)) return;
  }
}

/** Entries of hash `from` and above, to `to`, leaf by leaf. */
function visitLeaves(
  mount: Mount,
  inode: XfsInode,
  fork: ForkShape,
  from: number,
  visit: Visit,
  to = 0xffff_ffff,
): void {
  const { geometry } = mount;
  const start = attrEntriesAt(geometry);
  const read: ReadIndexBlock = (at) => readAttrBlock(mount, inode, fork, at);
  const first = leafOf(geometry, read, 0, from);
  for (let leaf: IndexLeaf | undefined = first; leaf !== undefined;) {
    const { view } = leaf.block;
    const { count } = new AttrLeafHeader(view, daHeaderBytes(geometry));
    for (let i = daSearch(view, start, count, from); i < count; i++) {
      const entry = new AttrLeafEntry(view, start + i * AttrLeafEntry.bytes);
      if (entry.hash > to) return;
      const isComplete = (entry.flags & AttrFlag.incomplete) === 0;
      if (isComplete && visit(readLeafAttribute(leaf.block, entry))) return;
    }
    leaf = leafAfter(read, leaf, first);
  }
}

/** `leaf` is verified: names and values lie in the block. */
function readLeafAttribute(leaf: Block, entry: AttrLeafEntry): RawAttribute {
  const { nameAt: at, flags } = entry;
  const namespace = flags & ATTR_NAMESPACE_MASK;
  if ((flags & AttrFlag.local) !== 0) {
    const nameAt = at + ATTR_LOCAL_HEADER_BYTES;
    const valueAt = nameAt + leaf.view.getUint8(at + 2);
    const valueLength = leaf.view.getUint16(at);
    return {
      name: leaf.bytes.subarray(nameAt, valueAt),
      namespace,
      value: leaf.bytes.subarray(valueAt, valueAt + valueLength),
    };
  }
  const remote = new AttrRemoteName(leaf.view, at);
  const nameAt = at + AttrRemoteName.bytes;
  return {
    name: leaf.bytes.subarray(nameAt, nameAt + remote.nameLength),
    namespace,
    value: { block: remote.valueBlock, length: remote.valueLength },
  };
}

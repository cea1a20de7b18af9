/**
 * Finding a name: by comparing in a short directory, by hash in all other forms.
 *
 *   node    [ hash, child | ... ]          the child whose greatest hash is the first not below
 *   leaf    [ hash, pointer | ... ]        all entries of that hash; they may go on in the next leaf
 *   data    the entry at pointer * 8       whose name decides
 */
import type { Block } from '../../buffer/index.js';
import { leafAfter, leafOf, type IndexLeaf, type ReadIndexBlock } from '../da/walk.js';
import { ForkFormat } from '../format/dinode.js';
import { daCount, daEntriesAt, daSearch } from '../format/da-block.js';
import {
  DATA_ALIGN,
  DirBlockTail,
  DirLeafEntry,
  LEAF_SPACE,
  dirDataEnd,
  dirDataHeaderBytes,
  isBlockForm,
} from '../format/dir-data.js';
import { readShortEntry, shortHeaderBytes } from '../format/dir-short.js';
import { foldByte, hashName, hashNameFolded } from '../format/hash.js';
import type { XfsInode } from '../inode/inode.js';
import type { Mount } from '../mount.js';
import { readDataBlock, readIndexBlock } from './blocks.js';
import { checkedIno, entryIno, entryName, isUnused, stride } from './entry.js';
import { shortFork } from './list.js';

/** Inode number of the entry with this name, or `undefined`. */
export function lookupName(
  mount: Mount,
  directory: XfsInode,
  name: Uint8Array,
): number | undefined {
  if (directory.data.format === ForkFormat.local) return lookupShort(mount, directory, name);
  const hash = mount.geometry.hasAsciiCi ? hashNameFolded(name) : hashName(name);
  const first = readDataBlock(mount, directory, 0);
  if (first === undefined) throw directory.corrupt('a directory has a first block');
  const search = new NameSearch(mount, directory, name, hash);
  if (isBlockForm(first.view)) {
    const tail = new DirBlockTail(first.view, first.view.byteLength - DirBlockTail.bytes);
    search.scan(first, dirDataEnd(first.view), tail.count);
  } else search.descend();
  return search.found;
}

function lookupShort(mount: Mount, directory: XfsInode, name: Uint8Array): number | undefined {
  const { view, at: start, bytes } = shortFork(mount, directory);
  const { hasFtype, hasAsciiCi } = mount.geometry;
  const count = view.getUint8(start);
  let folded: number | undefined;
  let at = start + shortHeaderBytes(view, start);
  for (let i = 0; i < count; i++) {
    const entry = readShortEntry(view, start, at, hasFtype);
    at = entry.next;
    const nameAt = entry.nameAt - start;
    const own = bytes.subarray(nameAt, nameAt + entry.nameLength);
    if (sameName(own, name)) return checkedIno(mount, directory, entry.ino);
    if (hasAsciiCi && sameFolded(own, name)) folded ??= checkedIno(mount, directory, entry.ino);
  }
  return folded;
}

function sameName(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}

function sameFolded(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (foldByte(a[i]!) !== foldByte(b[i]!)) return false;
  return true;
}

/** One search through the hash index. The exact name wins over one that differs in case. */
class NameSearch {
  #exact: number | undefined;
  #folded: number | undefined;

  constructor(
    readonly mount: Mount,
    readonly directory: XfsInode,
    readonly name: Uint8Array,
    readonly hash: number,
  ) {}

  get found(): number | undefined {
    return this.#exact ?? this.#folded;
  }

  /** Down the nodes, then along the leaves as long as they hold the hash. */
  descend(): void {
    const { mount, directory, hash } = this;
    const { geometry } = mount;
    const base = LEAF_SPACE / geometry.blockBytes;
    const read: ReadIndexBlock = (at) => {
      if (at < base) throw directory.corrupt('index blocks lie in the leaf space');
      return readIndexBlock(mount, directory, at);
    };
    const first = leafOf(geometry, read, base, hash);
    for (let leaf: IndexLeaf | undefined = first; leaf !== undefined;) {
      const { view } = leaf.block;
      const ended = this.scan(leaf.block, daEntriesAt(geometry), daCount(view, geometry));
      if (ended || this.#exact !== undefined) return;
      leaf = leafAfter(read, leaf, first);
    }
  }

  /** Tries the entries of one index. Returns whether a greater hash was met: nothing follows. */
  scan(index: Block, start: number, count: number): boolean {
    const { view } = index;
    for (let i = daSearch(view, start, count, this.hash); i < count; i++) {
      const at = start + i * DirLeafEntry.bytes;
      if (view.getUint32(at) !== this.hash) return true;
      const pointer = view.getUint32(at + 4);
      if (pointer !== 0) this.#try(pointer * DATA_ALIGN);
      if (this.#exact !== undefined) return true;
    }
    return false;
  }

  /** @param place of the entry, bytes of data space */
  #try(place: number): void {
    const { mount, directory, name } = this;
    const { geometry } = mount;
    const at = place % geometry.dirBlockBytes;
    const first = (place - at) / geometry.blockBytes;
    const block = place < LEAF_SPACE ? readDataBlock(mount, directory, first) : undefined;
    if (block === undefined || !isEntry(mount, block, at))
      throw directory.corrupt('the hash index points at entries');
    const own = entryName(block, at);
    if (sameName(own, name)) this.#exact = entryIno(mount, directory, block, at);
    else if (geometry.hasAsciiCi && sameFolded(own, name))
      this.#folded ??= entryIno(mount, directory, block, at);
  }
}

/** Does a used entry begin at `at`? Its tag says so; the verifier has checked tags where entries are. */
function isEntry(mount: Mount, block: Block, at: number): boolean {
  const end = dirDataEnd(block.view);
  if (at < dirDataHeaderBytes(mount.geometry) || at + 16 > end || isUnused(block, at)) return false;
  const length = stride(block, at, mount.geometry.hasFtype);
  return at + length <= end && block.view.getUint16(at + length - 2) === at;
}

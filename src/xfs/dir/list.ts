/**
 * Listing a directory, a part at a time.
 *
 * A place is a position in the directory's data space, bytes; it means the same in every form, short form
 * included, so it can be gone on from later.
 */
import type { DirectoryEntry, DirectoryPart } from '../../vfs/index.js';
import { lookupRun } from '../bmap/lookup.js';
import { ForkFormat } from '../format/dinode.js';
import { LEAF_SPACE, dirDataEnd, dirDataHeaderBytes } from '../format/dir-data.js';
import { readShortEntry, shortHeaderBytes, verifyShortDir } from '../format/dir-short.js';
import { forkBytes, type XfsInode } from '../inode/inode.js';
import type { Mount } from '../mount.js';
import { readDataBlock } from './blocks.js';
import {
  checkedIno,
  entryType,
  isDotName,
  isUnused,
  readEntry,
  stride,
  entryName,
} from './entry.js';

/** Entries from place `from` on: the rest of one data block, or all of a short directory. */
export function listDirectory(mount: Mount, directory: XfsInode, from: number): DirectoryPart {
  if (directory.data.format === ForkFormat.local) return listShort(mount, directory, from);
  const { blockBytes, dirBlocks, dirBlockBytes } = mount.geometry;
  const end = Math.min(LEAF_SPACE / blockBytes, directory.size.block); // its size bounds its data
  let block = Math.floor(from / dirBlockBytes) * dirBlocks;
  while (block < end) {
    const run = lookupRun(mount, directory, directory.data, block);
    if (run.start === undefined) {
      block += Math.ceil(run.length / dirBlocks) * dirBlocks;
      continue;
    }
    const entries = listBlock(mount, directory, block, from - block * blockBytes);
    block += dirBlocks;
    if (entries.length > 0) return { entries, next: block < end ? block * blockBytes : undefined };
  }
  return { entries: [], next: undefined };
}

/** @param from bytes into the block; may lie before it */
function listBlock(
  mount: Mount,
  directory: XfsInode,
  first: number,
  from: number,
): DirectoryEntry[] {
  const entries: DirectoryEntry[] = [];
  const block = readDataBlock(mount, directory, first);
  if (block === undefined) return entries;
  const { hasFtype } = mount.geometry;
  const end = dirDataEnd(block.view);
  for (let at = dirDataHeaderBytes(mount.geometry); at < end; at += stride(block, at, hasFtype)) {
    if (at < from || isUnused(block, at) || isDotName(entryName(block, at))) continue;
    entries.push(readEntry(mount, directory, block, at));
  }
  return entries;
}

/** The fork of a short directory, verified. Its length is the inode's size. */
export function shortFork(
  mount: Mount,
  directory: XfsInode,
): { view: DataView; at: number; bytes: Uint8Array } {
  const fork = forkBytes(mount, directory, directory.data);
  const size = directory.smallSize(mount.geometry);
  const rule = verifyShortDir(fork.view, fork.at, size, mount.geometry);
  if (rule !== undefined) throw directory.corrupt(rule);
  return fork;
}

function listShort(mount: Mount, directory: XfsInode, from: number): DirectoryPart {
  const { view, at: start, bytes } = shortFork(mount, directory);
  const { hasFtype } = mount.geometry;
  const entries: DirectoryEntry[] = [];
  const count = view.getUint8(start);
  let at = start + shortHeaderBytes(view, start);
  for (let i = 0; i < count; i++) {
    const entry = readShortEntry(view, start, at, hasFtype);
    at = entry.next;
    if (entry.offset < from) continue;
    const nameAt = entry.nameAt - start;
    entries.push({
      name: bytes.subarray(nameAt, nameAt + entry.nameLength),
      ino: checkedIno(mount, directory, entry.ino),
      type: entryType(entry.type),
    });
  }
  return { entries, next: undefined };
}

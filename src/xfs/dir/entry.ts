/** One entry of a directory data block, which its verifier has walked; and the file types in entries. */
import type { Block } from '../../buffer/index.js';
import { FileType, type DirectoryEntry } from '../../vfs/index.js';
import { UNUSED_TAG, dirEntryBytes } from '../format/dir-data.js';
import type { XfsInode } from '../inode/inode.js';
import type { Mount } from '../mount.js';

/** Type bits of st_mode by the type byte of an entry. */
const TYPES = [
  0,
  FileType.regular,
  FileType.directory,
  FileType.character,
  FileType.block,
  FileType.fifo,
  FileType.socket,
  FileType.symlink,
  FileType.character, // a whiteout: a character device 0, 0
];

export function entryType(onDisk: number): number {
  return TYPES[onDisk] ?? 0;
}

export function isUnused(block: Block, at: number): boolean {
  return block.view.getUint16(at) === UNUSED_TAG;
}

/** Bytes from this entry or unused run to the next. */
export function stride(block: Block, at: number, hasFtype: boolean): number {
  return isUnused(block, at)
    ? block.view.getUint16(at + 2)
    : dirEntryBytes(block.view.getUint8(at + 8), hasFtype);
}

export function entryName(block: Block, at: number): Uint8Array {
  return block.bytes.subarray(at + 9, at + 9 + block.view.getUint8(at + 8));
}

/** @throws CorruptError when no inode can have this number */
export function checkedIno(mount: Mount, directory: XfsInode, ino: number): number {
  if (!mount.geometry.isIno(ino)) throw directory.corrupt('a directory entry names an inode');
  return ino;
}

/** Inode number of the entry at `at`. */
export function entryIno(mount: Mount, directory: XfsInode, block: Block, at: number): number {
  const high = block.view.getUint32(at);
  const ino = high > 0x1f_ffff ? -1 : high * 0x1_0000_0000 + block.view.getUint32(at + 4);
  return checkedIno(mount, directory, ino);
}

export function readEntry(
  mount: Mount,
  directory: XfsInode,
  block: Block,
  at: number,
): DirectoryEntry {
  const name = entryName(block, at);
  const typeAt = at + 9 + name.length;
  const type = mount.geometry.hasFtype ? entryType(block.view.getUint8(typeAt)) : 0;
  return { name, ino: entryIno(mount, directory, block, at), type };
}

export function isDotName(name: Uint8Array): boolean {
  return name[0] === 0x2e && (name.length === 1 || (name.length === 2 && name[1] === 0x2e));
}

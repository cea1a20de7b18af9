/**
 * What a file system must provide to be read. Synchronous: metadata runs to completion, and on a device
 * that cannot be read synchronously `settle` runs the code again when a missing block has come.
 */
import type { BlockDevice } from '../device/index.js';
import type { Inode } from './inode.js';

export interface DirectoryEntry {
  readonly name: Uint8Array;
  readonly ino: number;
  /** Type bits of st_mode, or 0 where the directory does not record them. */
  readonly type: number;
}

/** A part of a directory; `next` is where the rest begins, `undefined` at the end. */
export interface DirectoryPart {
  readonly entries: DirectoryEntry[];
  readonly next: number | undefined;
}

/** Bytes and counts, as statfs(2). */
export interface Usage {
  readonly blockBytes: number;
  readonly blocks: number;
  readonly freeBlocks: number;
  readonly inodes: number;
  readonly freeInodes: number;
  /** f_type. */
  readonly magic: number;
}

export interface Driver {
  readonly device: BlockDevice;
  readonly rootIno: number;
  readonly blockBytes: number;
  /** Runs synchronous code over this driver to its end: at once, unless blocks must be waited for. */
  settle<T>(code: () => T): T | Promise<T>;
  /** @throws CorruptError when the number names no inode */
  inode(ino: number): Inode;
  /** @returns inode number, or `undefined` when there is no such entry ("." and ".." are the caller's) */
  lookup(directory: Inode, name: Uint8Array): number | undefined;
  /** Entries from a place on, "." and ".." left out; at least one unless at the end. 0 is the beginning. */
  list(directory: Inode, from: number): DirectoryPart;
  readlink(inode: Inode): Uint8Array;
  /** Names with their namespace: user.x, trusted.x, security.x, system.x. */
  listAttributes(inode: Inode): Uint8Array[];
  getAttribute(inode: Inode, name: Uint8Array): Uint8Array | undefined;
  usage(): Usage;
}

/**
 * What every file system tells about a file, in the terms of stat(2) but exact: no field is rounded.
 *
 * Times are split into seconds and nanoseconds, the size into blocks and bytes, so that the common path
 * makes no bigint. A driver's own class extends this with its maps.
 */
import type { Position } from '../core/index.js';

/** S_IFMT and the types in it, as in st_mode. */
export const FileType = {
  mask: 0o170000,
  socket: 0o140000,
  symlink: 0o120000,
  regular: 0o100000,
  block: 0o060000,
  directory: 0o040000,
  character: 0o020000,
  fifo: 0o010000,
} as const;

/** A moment: seconds since 1970 (negative before), and 0 to 999,999,999 nanoseconds. */
export interface Timespec {
  readonly seconds: number;
  readonly nanoseconds: number;
}

export interface Device {
  readonly major: number;
  readonly minor: number;
}

export interface Inode {
  readonly ino: number;
  /** Type and permission bits, as st_mode. */
  readonly mode: number;
  readonly nlink: number;
  readonly uid: number;
  readonly gid: number;
  /** Of a block or character device; zeros otherwise. */
  readonly rdev: Device;
  /** Exact to 2^63 - 1 bytes. */
  readonly size: Position;
  /** Space taken, in units of 512 bytes. */
  readonly sectors: number;
  readonly accessed: Timespec;
  readonly modified: Timespec;
  readonly changed: Timespec;
  /** Of the file itself; `changed` where the file system does not record it. */
  readonly born: Timespec;
}

export function fileType(inode: Inode): number {
  return inode.mode & FileType.mask;
}

export function isDirectory(inode: Inode): boolean {
  return fileType(inode) === FileType.directory;
}

export function isSymlink(inode: Inode): boolean {
  return fileType(inode) === FileType.symlink;
}

export function isRegular(inode: Inode): boolean {
  return fileType(inode) === FileType.regular;
}

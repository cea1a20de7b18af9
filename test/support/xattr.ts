/** Extended attributes of a mounted file, never through a symlink. */
import type { Entry, XattrValue } from './entry.js';
import { xattrValue } from './hash.js';
import { cString, libc } from './libc.js';

const VALUE_BYTES_MAX = 65_536;
const value = Buffer.alloc(VALUE_BYTES_MAX);
const list = Buffer.alloc(65_536);

/** All of them, sorted by name; undefined when there are none. */
export function readXattrs(path: Buffer): Entry['xattrs'] {
  const names = listXattrs(path);
  if (names.length === 0) return undefined;
  const xattrs: Record<string, XattrValue> = {};
  const pathText = cString(path);
  for (const name of names.sort()) {
    const length = libc('lgetxattr', pathText, cString(name), value, VALUE_BYTES_MAX);
    xattrs[name] = xattrValue(value.subarray(0, length));
  }
  return xattrs;
}

/** The kernel answers E2BIG above 64 KiB of names, whatever room it is given. */
function listXattrs(path: Buffer): string[] {
  const length = libc('llistxattr', cString(path), list, list.length);
  return list.toString('utf8', 0, length).split('\0').slice(0, -1);
}

export function setXattr(path: Buffer, name: string, bytes: Uint8Array): void {
  libc('lsetxattr', cString(path), cString(name), bytes, bytes.length, 0);
}

export function removeXattr(path: Buffer, name: string): void {
  libc('lremovexattr', cString(path), cString(name));
}

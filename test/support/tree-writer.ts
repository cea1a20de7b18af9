/** Makes files of every kind below a mounted directory. Paths are absolute in the file system. */
import {
  chmodSync,
  closeSync,
  fsyncSync,
  ftruncateSync,
  lchownSync,
  linkSync,
  mkdirSync,
  openSync,
  renameSync,
  symlinkSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import type { XfsFacts } from './entry.js';
import { setFlags } from './inode-flags.js';
import { cString, libc } from './libc.js';
import { run } from './shell.js';
import { removeXattr, setXattr } from './xattr.js';

export type PathLike = string | Uint8Array;

function bytesOf(text: PathLike): Buffer {
  return typeof text === 'string' ? Buffer.from(text) : Buffer.from(text);
}

const AT_FDCWD = -100;
const AT_SYMLINK_NOFOLLOW = 0x100;
const FICLONERANGE = 0x4020_940d;

/** Modes of fallocate(2). */
export const Allocate = {
  grow: 0,
  keepSize: 1,
  punchHole: 3,
  collapse: 8,
  zero: 16,
  insert: 32,
} as const;

export class TreeWriter {
  readonly #root: Buffer;

  constructor(mountPoint: string) {
    this.#root = Buffer.from(mountPoint);
  }

  /** Where a path of the file system lies on this machine. */
  place(path: PathLike): Buffer {
    return Buffer.concat([this.#root, bytesOf(path)]);
  }

  directory(path: PathLike, mode = 0o755): void {
    mkdirSync(this.place(path));
    this.mode(path, mode);
  }

  file(path: PathLike, contents: string | Uint8Array = '', mode = 0o644): void {
    writeFileSync(this.place(path), contents);
    this.mode(path, mode);
  }

  symlink(path: PathLike, target: PathLike): void {
    symlinkSync(bytesOf(target), this.place(path));
  }

  link(path: PathLike, existing: PathLike): void {
    linkSync(this.place(existing), this.place(path));
  }

  fifo(path: PathLike, mode = 0o644): void {
    this.#node(path, 0o010000 | mode, 0n);
  }

  socket(path: PathLike, mode = 0o755): void {
    this.#node(path, 0o140000 | mode, 0n);
  }

  device(path: PathLike, kind: 'character' | 'block', major: number, minor: number): void {
    const [high, low] = [BigInt(major), BigInt(minor)];
    const device = (low & 0xffn) | ((high & 0xfffn) << 8n) | ((low & ~0xffn) << 12n);
    this.#node(path, (kind === 'block' ? 0o060000 : 0o020000) | 0o600, device);
  }

  #node(path: PathLike, mode: number, device: bigint): void {
    libc('mknod', cString(this.place(path)), mode, device);
    this.mode(path, mode & 0o7777);
  }

  remove(path: PathLike): void {
    unlinkSync(this.place(path));
  }

  rename(from: PathLike, to: PathLike): void {
    renameSync(this.place(from), this.place(to));
  }

  mode(path: PathLike, mode: number): void {
    chmodSync(this.place(path), mode);
  }

  owner(path: PathLike, uid: number, gid: number): void {
    lchownSync(this.place(path), uid, gid);
  }

  /** Nanoseconds since 1970; of the name itself, where it is a symlink. */
  times(path: PathLike, accessed: bigint, modified: bigint): void {
    const times = Buffer.alloc(32);
    [accessed, modified].forEach((time, index) => {
      const rest = ((time % 1_000_000_000n) + 1_000_000_000n) % 1_000_000_000n;
      times.writeBigInt64LE((time - rest) / 1_000_000_000n, index * 16);
      times.writeBigInt64LE(rest, index * 16 + 8);
    });
    libc('utimensat', AT_FDCWD, cString(this.place(path)), times, AT_SYMLINK_NOFOLLOW);
  }

  xattr(path: PathLike, name: string, value: string | Uint8Array): void {
    setXattr(this.place(path), name, bytesOf(value));
  }

  removeXattr(path: PathLike, name: string): void {
    removeXattr(this.place(path), name);
  }

  /** As setfacl -m takes it; 'd:' entries make a directory's default. */
  acl(path: PathLike, entries: string): void {
    run('setfacl', ['-m', entries, this.#text(path)]);
  }

  flags(path: PathLike, facts: XfsFacts): void {
    this.#withOpen(path, 'r', (descriptor) => setFlags(descriptor, facts));
  }

  writeAt(path: PathLike, position: number | bigint, bytes: Uint8Array): void {
    this.writeEach(path, [[position, bytes]]);
  }

  /** Writes in place, and waits for the disk at the end. */
  writeEach(path: PathLike, writes: Iterable<readonly [number | bigint, Uint8Array]>): void {
    this.#withOpen(path, 'r+', (descriptor) => {
      for (const [position, bytes] of writes) {
        libc('pwrite', descriptor, bytes, bytes.length, position); // writeSync knows no bigint
      }
      fsyncSync(descriptor);
    });
  }

  truncate(path: PathLike, size: number): void {
    this.#withOpen(path, 'r+', (descriptor) => ftruncateSync(descriptor, size));
  }

  allocate(path: PathLike, mode: number, offset: number, length: number): void {
    this.#withOpen(path, 'r+', (descriptor) => {
      libc('fallocate', descriptor, mode, offset, length);
    });
  }

  /** Shares `length` bytes of one file with another: reflink. 0 means to the end. */
  clone(from: PathLike, to: PathLike, fromOffset = 0, toOffset = 0, length = 0): void {
    this.#withOpen(from, 'r', (source) => {
      this.#withOpen(to, 'r+', (target) => {
        const request = Buffer.alloc(32);
        request.writeBigInt64LE(BigInt(source), 0);
        request.writeBigUInt64LE(BigInt(fromOffset), 8);
        request.writeBigUInt64LE(BigInt(length), 16);
        request.writeBigUInt64LE(BigInt(toOffset), 24);
        libc('ioctl', target, FICLONERANGE, request);
      });
    });
  }

  #withOpen(path: PathLike, flags: string, use: (descriptor: number) => void): void {
    const descriptor = openSync(this.place(path), flags);
    try {
      use(descriptor);
    } finally {
      closeSync(descriptor);
    }
  }

  /** For tools and calls that take text: only for names that are UTF-8. */
  #text(path: PathLike): string {
    return this.place(path).toString();
  }
}

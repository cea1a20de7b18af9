/**
 * The C library, as much of it as node:fs lacks: mappings, locks, and exact inode attributes.
 *
 * This is the one place that knows koffi. It is loaded at the first call, so that a platform without
 * it can still read an image. Every function throws a `SystemError` where C returns -1. Addresses and
 * lengths are numbers: user space ends below 2^53 on all 64-bit machines. In a worker, too, every
 * call is synchronous: koffi's asynchronous ones crash there.
 */
import { constants } from 'node:buffer';
import { createRequire } from 'node:module';
import { FsError } from '../core/index.js';
import { joinDeviceNumber, type DeviceNumber } from './device-number.js';
import { SystemError } from './system-error.node.js';

export const PROT_READ = 1;
export const PROT_WRITE = 2;
export const MAP_SHARED = 0x01;
export const MAP_PRIVATE = 0x02;
export const MAP_FIXED = 0x10;
export const MAP_ANONYMOUS = 0x20;
export const MAP_NORESERVE = 0x4000;
export const MADV_DONTNEED = 4;
export const LOCK_SH = 1;
export const LOCK_EX = 2;
export const LOCK_NB = 4;
export const LOCK_UN = 8;

const AT_FDCWD = -100;
const AT_SYMLINK_NOFOLLOW = 0x100;
const O_NONBLOCK = 0o4000;
const O_CLOEXEC = 0o2000000;
const UFFD_USER_MODE_ONLY = 1;

/** The one system call without a function in the C library; the same on all newer architectures. */
const SYS_USERFAULTFD: Partial<Record<NodeJS.Architecture, number>> = {
  x64: 323,
  arm64: 282,
  riscv64: 282,
  loong64: 282,
};

/** A time as an inode has it. */
export interface TimeSpec {
  /** Since 1970, negative before; an integer. */
  readonly seconds: number;
  /** 0 to 999,999,999. */
  readonly nanoseconds: number;
}

/** Paths and names are bytes, without the zero at the end. */
export interface Libc {
  readonly pageBytes: number;

  /** @returns the address of the mapping. */
  mmap(
    address: number,
    length: number,
    protection: number,
    flags: number,
    descriptor: number,
    offset: number,
  ): number;
  munmap(address: number, length: number): void;
  madvise(address: number, length: number, advice: number): void;
  /**
   * Memory as an ArrayBuffer, which must not outlive it. Each costs a garbage collection: few, long-lived.
   * @throws FsError EOVERFLOW beyond what one ArrayBuffer can hold.
   */
  view(address: number, length: number): ArrayBuffer;

  flock(descriptor: number, operation: number): void;
  /** @returns what the call returns; `argument` is read and written in place. */
  ioctl(descriptor: number, request: number, argument: NodeJS.TypedArray): number;

  /** Sets an attribute of `path` itself, also where that is a symbolic link. */
  lsetxattr(path: Uint8Array, name: Uint8Array, value: Uint8Array): void;
  utimensat(path: Uint8Array, accessed: TimeSpec, modified: TimeSpec, noFollow: boolean): void;
  futimens(descriptor: number, accessed: TimeSpec, modified: TimeSpec): void;
  /** @param mode with the type: S_IFCHR, S_IFBLK, S_IFSOCK ... The umask applies. */
  mknod(path: Uint8Array, mode: number, device: DeviceNumber): void;
  mkfifo(path: Uint8Array, mode: number): void;

  /** @returns a new descriptor, not blocking, closed on exec. */
  userfaultfd(userModeOnly: boolean): number;
}

let loaded: { readonly libc: Libc } | { readonly problem: string } | undefined;

/** `undefined` where the C library cannot be called: `libcProblem` says why. */
export function libc(): Libc | undefined {
  loaded ??= load();
  return 'libc' in loaded ? loaded.libc : undefined;
}

/** Why there is no `libc()`, for a user to read; `undefined` where there is one. */
export function libcProblem(): string | undefined {
  loaded ??= load();
  return 'problem' in loaded ? loaded.problem : undefined;
}

function load(): { readonly libc: Libc } | { readonly problem: string } {
  if (process.platform !== 'linux')
    return { problem: `native calls are made on Linux only, this is ${process.platform}` };
  try {
    return { libc: bind(createRequire(import.meta.url)('koffi') as typeof import('koffi')) };
  } catch (error) {
    return {
      problem: `koffi does not load: ${error instanceof Error ? error.message : String(error)}`,
    };
  }
}

function bind(koffi: typeof import('koffi')): Libc {
  const library = koffi.load(null); // the process itself: glibc or musl, whichever Node runs on
  const mmap = library.func('intptr_t mmap(uintptr_t, size_t, int, int, int, int64_t)');
  const munmap = library.func('int munmap(uintptr_t, size_t)');
  const madvise = library.func('int madvise(uintptr_t, size_t, int)');
  const flock = library.func('int flock(int, int)');
  const ioctl = library.func('int ioctl(int, unsigned long, void *)');
  const lsetxattr = library.func('int lsetxattr(void *, void *, void *, size_t, int)');
  const utimensat = library.func('int utimensat(int, void *, void *, int)');
  const futimens = library.func('int futimens(int, void *)');
  const mkfifo = library.func('int mkfifo(void *, uint32_t)');
  const syscall = library.func('long syscall(long, long)');
  const getpagesize = library.func('int getpagesize()');

  const check = (result: number, name: string, path?: Uint8Array): number => {
    if (result !== -1) return result;
    const words = path === undefined ? undefined : new TextDecoder().decode(path);
    throw new SystemError(koffi.errno(), name, words);
  };

  return {
    pageBytes: getpagesize(),

    mmap(address, length, protection, flags, descriptor, offset) {
      return check(mmap(address, length, protection, flags, descriptor, offset), 'mmap');
    },
    munmap(address, length) {
      check(munmap(address, length), 'munmap');
    },
    madvise(address, length, advice) {
      check(madvise(address, length, advice), 'madvise');
    },
    view(address, length) {
      // Beyond the limit V8 does not throw: it aborts the process.
      if (length > constants.MAX_LENGTH) throw tooLong(length);
      return koffi.view(address, length);
    },

    flock(descriptor, operation) {
      check(flock(descriptor, operation), 'flock');
    },
    ioctl(descriptor, request, argument) {
      return check(ioctl(descriptor, request, argument), 'ioctl');
    },

    lsetxattr(path, name, value) {
      const result = lsetxattr(toCString(path), toCString(name), value, value.length, 0);
      check(result, 'lsetxattr', path);
    },
    utimensat(path, accessed, modified, noFollow) {
      const times = toTimes(accessed, modified);
      const flags = noFollow ? AT_SYMLINK_NOFOLLOW : 0;
      check(utimensat(AT_FDCWD, toCString(path), times, flags), 'utimensat', path);
    },
    futimens(descriptor, accessed, modified) {
      check(futimens(descriptor, toTimes(accessed, modified)), 'futimens');
    },
    mknod(path, mode, device) {
      check(bindMknod(library)(toCString(path), mode, joinDeviceNumber(device)), 'mknod', path);
    },
    mkfifo(path, mode) {
      check(mkfifo(toCString(path), mode), 'mkfifo', path);
    },

    userfaultfd(userModeOnly) {
      const number = SYS_USERFAULTFD[process.arch];
      if (number === undefined)
        throw new FsError('ENOTSUP', { detail: `userfaultfd is not known on ${process.arch}` });
      const flags = O_CLOEXEC | O_NONBLOCK | (userModeOnly ? UFFD_USER_MODE_ONLY : 0);
      return check(syscall(number, flags), 'userfaultfd');
    },
  };
}

type Mknod = (path: Uint8Array, mode: number, device: bigint) => number;

/** Before glibc 2.33, mknod is a macro over __xmknod, which takes a version and a pointer. */
function bindMknod(library: ReturnType<typeof import('koffi').load>): Mknod {
  try {
    return library.func('int mknod(void *, uint32_t, uint64_t)');
  } catch {
    const older = library.func('int __xmknod(int, void *, uint32_t, void *)');
    return (path, mode, device) => older(0, path, mode, BigUint64Array.of(device));
  }
}

/** The longest ArrayBuffer; said with what to do about it, since Node 20 users will meet it. */
export function tooLong(length: number): FsError {
  return new FsError('EOVERFLOW', {
    detail:
      `${length} bytes do not fit one ArrayBuffer: Node ${process.versions.node} allows ` +
      `${constants.MAX_LENGTH}; map a window of it, with offset and length` +
      (constants.MAX_LENGTH <= 2 ** 32 ? ', or use Node 22 or later' : ''),
  });
}

/** @throws FsError EINVAL for a zero inside, which would silently cut the name short. */
function toCString(bytes: Uint8Array): Uint8Array {
  if (bytes.includes(0)) throw new FsError('EINVAL', { detail: 'a zero byte in a name' });
  const string = new Uint8Array(bytes.length + 1);
  string.set(bytes);
  return string;
}

/**
 * Two struct timespec.
 * @throws FsError EINVAL for nanoseconds out of range: two such values mean "now" and "leave it".
 */
function toTimes(accessed: TimeSpec, modified: TimeSpec): BigInt64Array {
  const words = new BigInt64Array(4);
  putTime(words, 0, accessed);
  putTime(words, 2, modified);
  return words;
}

function putTime(words: BigInt64Array, at: number, { seconds, nanoseconds }: TimeSpec): void {
  if (!(nanoseconds >= 0 && nanoseconds < 1_000_000_000))
    throw new FsError('EINVAL', { detail: `${nanoseconds} nanoseconds in a time` });
  words[at] = BigInt(seconds);
  words[at + 1] = BigInt(nanoseconds);
}

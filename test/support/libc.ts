/**
 * The few calls of the C library that node:fs lacks. Linux only; loaded at the first call, so that a
 * test file can be imported anywhere.
 */
import koffi from 'koffi';

type Call = (...args: unknown[]) => number | bigint;

const SIGNATURES = {
  ioctl: 'int ioctl(int descriptor, unsigned long request, void *argument)',
  fallocate: 'int fallocate(int descriptor, int mode, int64_t offset, int64_t length)',
  pwrite: 'int64_t pwrite(int descriptor, const void *bytes, size_t length, int64_t position)',
  lseek: 'int64_t lseek(int descriptor, int64_t offset, int whence)',
  mknod: 'int mknod(const void *path, uint32_t mode, uint64_t device)',
  utimensat: 'int utimensat(int directory, const void *path, const void *times, int flags)',
  llistxattr: 'int64_t llistxattr(const void *path, void *list, size_t size)',
  lgetxattr: 'int64_t lgetxattr(const void *path, const void *name, void *value, size_t size)',
  lsetxattr:
    'int lsetxattr(const void *path, const void *name, const void *value, size_t size, int flags)',
  lremovexattr: 'int lremovexattr(const void *path, const void *name)',
} as const;

type Name = keyof typeof SIGNATURES;

const calls = new Map<Name, Call>();

/** Calls by name. @throws Error with `code` as node:fs has it, when the answer is negative. */
export function libc(name: Name, ...args: unknown[]): number {
  return Number(libcExact(name, ...args));
}

/** For answers that a number may round. */
export function libcExact(name: Name, ...args: unknown[]): bigint {
  const result = callOf(name)(...args);
  if (result >= 0) return BigInt(result);
  const errno = koffi.errno();
  const codes = Object.entries(koffi.os.errno);
  const code = codes.find(([, value]) => value === errno)?.[0] ?? `${errno}`;
  throw Object.assign(new Error(`${name}: ${code}`), { code, errno: -errno, syscall: name });
}

function callOf(name: Name): Call {
  let call = calls.get(name);
  if (call === undefined) {
    call = koffi.load(null).func(SIGNATURES[name]) as Call;
    calls.set(name, call);
  }
  return call;
}

/** Bytes of a C string. */
export function cString(text: string | Uint8Array): Buffer {
  return Buffer.concat([typeof text === 'string' ? Buffer.from(text) : text, Buffer.alloc(1)]);
}

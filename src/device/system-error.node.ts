/**
 * Errors of the operating system, in the shape of node:fs' own, and their way into `FsError`.
 *
 * What we call ourselves through libc fails with a `SystemError`, which carries the code, errno,
 * syscall and path that the same failure of a node:fs call would. A device turns both into `FsError`.
 */
import { getSystemErrorMap } from 'node:util';
import { FsError, type ErrorCode } from '../core/index.js';

export class SystemError extends Error {
  override readonly name = 'SystemError';
  /** 'ENOENT', as libuv names it. */
  readonly code: string;
  /** Negative, as node:fs has it. */
  readonly errno: number;
  readonly path?: string;

  /** @param errno positive, as C has it */
  constructor(
    errno: number,
    readonly syscall: string,
    path?: string,
  ) {
    const [code, words] = getSystemErrorMap().get(-errno) ?? [`E${errno}`, 'unknown error'];
    super(`${code}: ${words}, ${syscall}${path === undefined ? '' : ` '${path}'`}`);
    this.code = code;
    this.errno = -errno;
    if (path !== undefined) this.path = path;
  }
}

/** Is it an error of the operating system: a `SystemError`, or one that node:fs threw? */
export function isSystemError(error: unknown): error is Error & { readonly code: string } {
  return (
    error instanceof Error &&
    'code' in error &&
    typeof error.code === 'string' &&
    'errno' in error &&
    !(error instanceof FsError)
  );
}

/** What can be said about opening an image in the words of the operating system. */
const OPEN_CODES: ReadonlySet<string> = new Set([
  'EPERM',
  'ENOENT',
  'EIO',
  'EACCES',
  'ENOTDIR',
  'EROFS',
  'ENAMETOOLONG',
  'ELOOP',
  'EOVERFLOW',
  'ENXIO',
] satisfies ErrorCode[]);

/** The same error as an `FsError` where it has a code for it; others pass through. */
export function openError(error: unknown, path: string): unknown {
  if (!isSystemError(error) || !OPEN_CODES.has(error.code)) return error;
  return new FsError(error.code as ErrorCode, { syscall: 'open', path });
}

/** A failed transfer is EIO and says why, except for a full host, which a caller may do something about. */
export function transferError(error: unknown, position: number, path: string): unknown {
  const where = `${path} at byte ${position}`;
  if (error instanceof FsError)
    return new FsError(error.code, { detail: `${where}: ${error.context.detail}` });
  if (!isSystemError(error)) return error;
  const code = error.code === 'ENOSPC' ? 'ENOSPC' : 'EIO';
  return new FsError(code, { detail: `${where}: ${error.message}` });
}

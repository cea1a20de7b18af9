/**
 * The two families of errors that cross the API; the third, a broken invariant of ours, is `assert`.
 *
 * `FsError` is expected: a name that is not there, a feature that is refused. `CorruptError` says that
 * the media disagrees with itself. Both carry `code`, `errno`, `syscall` and `path` as node:fs' do.
 */

/** Linux errno of each code that daxkit raises, with the words that Node prints for it. */
const ERRNO = {
  EPERM: [1, 'operation not permitted'],
  ENOENT: [2, 'no such file or directory'],
  EIO: [5, 'i/o error'],
  EBADF: [9, 'bad file descriptor'],
  EACCES: [13, 'permission denied'],
  EBUSY: [16, 'resource busy or locked'],
  EEXIST: [17, 'file already exists'],
  ENOTDIR: [20, 'not a directory'],
  EISDIR: [21, 'illegal operation on a directory'],
  EINVAL: [22, 'invalid argument'],
  EFBIG: [27, 'file too large'],
  ENOSPC: [28, 'no space left on device'],
  EROFS: [30, 'read-only file system'],
  ERANGE: [34, 'result too large'],
  ENAMETOOLONG: [36, 'name too long'],
  ENOTEMPTY: [39, 'directory not empty'],
  ELOOP: [40, 'too many symbolic links encountered'],
  ENODATA: [61, 'no data available'],
  EBADMSG: [74, 'bad message'],
  EOVERFLOW: [75, 'value too large for defined data type'],
  ENOTSUP: [95, 'operation not supported'],
  ENXIO: [6, 'no such device or address'],
  EUCLEAN: [117, 'structure needs cleaning'],
} as const satisfies Record<string, readonly [number, string]>;

export type ErrorCode = keyof typeof ERRNO;

/** What an error says beyond its code; every part is optional, as in node:fs. */
export interface ErrorContext {
  readonly syscall?: string;
  readonly path?: string;
  /** Why, where the code alone would leave a user guessing. */
  readonly detail?: string;
}

function place({ syscall, path }: ErrorContext): string {
  if (syscall === undefined) return '';
  return path === undefined ? `, ${syscall}` : `, ${syscall} '${path}'`;
}

/** An expected failure, shaped like the errors of node:fs: `errno` is negative. */
export class FsError extends Error {
  override readonly name: string = 'FsError';
  readonly errno: number;
  readonly syscall?: string;
  readonly path?: string;

  constructor(
    readonly code: ErrorCode,
    readonly context: ErrorContext = {},
  ) {
    const [errno, words] = ERRNO[code];
    const detail = context.detail === undefined ? '' : `: ${context.detail}`;
    super(`${code}: ${words}${detail}${place(context)}`);
    this.errno = -errno;
    if (context.syscall !== undefined) this.syscall = context.syscall;
    if (context.path !== undefined) this.path = context.path;
  }
}

/**
 * The media disagrees with itself. EUCLEAN like the kernel's EFSCORRUPTED; EBADMSG when it was the
 * checksum that failed, like the kernel's EFSBADCRC.
 */
export class CorruptError extends Error {
  override readonly name: string = 'CorruptError';
  readonly errno: number;
  readonly syscall?: string;
  readonly path?: string;

  /**
   * @param rule the rule that is broken, as it stands in docs/format
   * @param structure what breaks it: 'agf', 'inode 131', 'directory data block'
   * @param address where it lies, bytes from the start of the file system
   */
  constructor(
    readonly rule: string,
    readonly structure: string,
    readonly address?: number,
    readonly code: 'EUCLEAN' | 'EBADMSG' = 'EUCLEAN',
    context: ErrorContext = {},
  ) {
    const where = address === undefined ? '' : ` at byte ${address}`;
    super(`${code}: ${ERRNO[code][1]}: ${structure}${where} breaks "${rule}"${place(context)}`);
    this.errno = -ERRNO[code][0];
    if (context.syscall !== undefined) this.syscall = context.syscall;
    if (context.path !== undefined) this.path = context.path;
  }
}

/** The same error with the call and the path in it, for the border of the API. Others pass through. */
export function inCall(error: unknown, syscall: string, path?: string): unknown {
  const call: ErrorContext = path === undefined ? { syscall } : { syscall, path };
  if (error instanceof FsError && error.syscall === undefined)
    return new FsError(error.code, { ...error.context, ...call });
  if (error instanceof CorruptError && error.syscall === undefined)
    return new CorruptError(error.rule, error.structure, error.address, error.code, call);
  return error;
}

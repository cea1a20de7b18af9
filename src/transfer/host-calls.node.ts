/** What copying asks of the host beyond node:fs: exact times, special files, attributes. */
import { futimesSync, lutimesSync } from 'node:fs';
import { FsError } from '../core/index.js';
import { libc, libcProblem, type Libc } from '../device/index.node.js';
import { FileType, type Device, type Inode, type Timespec } from '../vfs/index.js';

const seconds = ({ seconds: whole, nanoseconds }: Timespec): number => whole + nanoseconds / 1e9;

/** Of an open file: exact where the C library can be called, else to the microsecond. */
export function setTimes(descriptor: number, { accessed, modified }: Inode): void {
  const native = libc();
  if (native !== undefined) native.futimens(descriptor, accessed, modified);
  else futimesSync(descriptor, seconds(accessed), seconds(modified));
}

/** Of what lies at the path itself, symbolic link or not. */
export function setPathTimes(path: Buffer, { accessed, modified }: Inode): void {
  const native = libc();
  if (native !== undefined) native.utimensat(path, accessed, modified, true);
  else lutimesSync(path, seconds(accessed), seconds(modified));
}

/**
 * A fifo, socket or device that only its owner may use.
 *
 * @param type type bits of st_mode
 * @throws FsError EPERM for a device, unless the user is root
 */
export function makeSpecial(path: Buffer, type: number, device: Device): void {
  const native = needLibc();
  if (type === FileType.fifo) return native.mkfifo(path, OWNER_ONLY);
  try {
    native.mknod(path, type | OWNER_ONLY, device);
  } catch (error) {
    const isForbidden = error instanceof Error && 'code' in error && error.code === 'EPERM';
    throw isForbidden ? new FsError('EPERM', { detail: 'only root makes devices' }) : error;
  }
}

const OWNER_ONLY = 0o600;

/** Of `path` itself, also where that is a symbolic link. */
export function setAttribute(path: Buffer, name: Uint8Array, value: Uint8Array): void {
  needLibc().lsetxattr(path, name, value);
}

function needLibc(): Libc {
  const native = libc();
  if (native === undefined) throw new FsError('ENOTSUP', { detail: libcProblem() ?? 'no libc' });
  return native;
}

/**
 * The lock that is held while an image is open, and the refusals with their reasons.
 *
 *                      others read    another writes    the kernel uses it
 *     open to read     goes on        EBUSY             goes on
 *     open to write    EBUSY          EBUSY             EBUSY
 *
 * The lock is flock(2): advisory, for daxkit and everybody else who asks (udev does), on the open file,
 * so that it also holds between two opens in one process. It goes when the descriptor is closed and
 * nothing maps the file any longer; `unlockImage` does not wait for that.
 */
import { readFileSync, type BigIntStats } from 'node:fs';
import { FsError } from '../core/index.js';
import { splitDeviceNumber } from './device-number.js';
import { findKernelUse } from './kernel-use.node.js';
import { LOCK_EX, LOCK_NB, LOCK_SH, LOCK_UN, libc, libcProblem, type Libc } from './libc.node.js';
import { parseLocks, type FileLock } from './proc-tables.js';
import { isSystemError } from './system-error.node.js';

/**
 * @param stat of the open descriptor
 * @throws FsError EBUSY with the reason; ENOTSUP when a writable image cannot be locked here.
 */
export function lockImage(
  descriptor: number,
  stat: BigIntStats,
  path: string,
  readOnly: boolean,
): void {
  const native = libc();
  if (native === undefined) {
    if (readOnly) return;
    throw new FsError('ENOTSUP', {
      detail: `an image is only written under a lock, and there is none: ${libcProblem()}`,
      syscall: 'open',
      path,
    });
  }
  takeLock(native, descriptor, stat, path, readOnly);
  if (readOnly) return;
  const use = findKernelUse(stat) ?? findForeignUse(stat);
  if (use !== undefined) throw busy(`it is ${use}`, path);
}

/** Also where mappings keep the file open. */
export function unlockImage(descriptor: number): void {
  libc()?.flock(descriptor, LOCK_UN);
}

/** Why an exclusive open of a block device was refused. */
export function explainExclusive(stat: BigIntStats, path: string): FsError {
  return busy(
    `it is ${findKernelUse(stat) ?? 'held by the kernel or another program (O_EXCL)'}`,
    path,
  );
}

function takeLock(
  native: Libc,
  descriptor: number,
  stat: BigIntStats,
  path: string,
  readOnly: boolean,
): void {
  try {
    native.flock(descriptor, (readOnly ? LOCK_SH : LOCK_EX) | LOCK_NB);
  } catch (error) {
    if (!isSystemError(error)) throw error;
    if (error.code === 'EAGAIN') {
      const holder = findLocks(stat).find(({ kind }) => kind === 'FLOCK');
      const use = holder?.exclusive === false ? 'reading' : 'writing';
      throw busy(`${holder === undefined ? 'another process' : who(holder)} is ${use} it`, path);
    }
    if (readOnly) return; // a file system without locks, and nothing to break
    throw new FsError('ENOTSUP', {
      detail: `an image is only written under a lock: ${error.message}`,
      syscall: 'open',
      path,
    });
  }
}

/** A virtual machine locks single bytes of its disk image with fcntl, which flock does not meet. */
function findForeignUse(stat: BigIntStats): string | undefined {
  const lock = findLocks(stat).find(({ kind }) => kind === 'OFDLCK' || kind === 'POSIX');
  return lock === undefined ? undefined : `locked by ${who(lock)}, perhaps a virtual machine`;
}

function findLocks(stat: BigIntStats): FileLock[] {
  const { major, minor } = splitDeviceNumber(stat.dev);
  return parseLocks(readText('/proc/locks')).filter(
    (lock) => lock.inode === String(stat.ino) && lock.major === major && lock.minor === minor,
  );
}

function who({ pid }: FileLock): string {
  if (pid === process.pid) return 'this process';
  const name = pid > 0 ? readText(`/proc/${pid}/comm`).trim() : '';
  return pid > 0 ? `process ${pid}${name === '' ? '' : ` (${name})`}` : 'another process';
}

function busy(detail: string, path: string): FsError {
  return new FsError('EBUSY', { detail, syscall: 'open', path });
}

/** '' where there is no such file. */
function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

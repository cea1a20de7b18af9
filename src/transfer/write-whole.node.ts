/** Writing all of a piece of memory, which may be a view of a mapped image. */
import { writeSync } from 'node:fs';
import { FsError } from '../core/index.js';

/** @param position in the file; null: where the last write ended, as for a pipe */
export function writeWhole(descriptor: number, bytes: Uint8Array, position: number | null): void {
  for (let at = 0; at < bytes.length;)
    at += writeSome(descriptor, bytes, at, position === null ? null : position + at);
}

/** @returns bytes written, from index `at` on: at least one */
export function writeSome(
  descriptor: number,
  bytes: Uint8Array,
  at: number,
  position: number | null,
): number {
  try {
    return writeSync(descriptor, bytes, at, bytes.length - at, position);
  } catch (error) {
    // A page of a mapped file past its end: to a system call a bad address, to ourselves SIGBUS.
    if (error instanceof Error && 'code' in error && error.code === 'EFAULT')
      throw new FsError('EIO', { detail: 'the image was cut short while it was open' });
    throw error;
  }
}

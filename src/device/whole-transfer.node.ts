/**
 * Reads and writes of a descriptor that are whole or fail: the loops over short answers.
 *
 * Errors are those of node:fs, and FsError EIO where a file ends before it should.
 */
import { read, readSync, write, writeSync } from 'node:fs';
import { FsError } from '../core/index.js';

/** One system call moves less than 2 GiB; node:fs refuses to ask for more. */
const CALL_BYTES_MAX = 1024 * 1024 * 1024;

function ended(at: number): FsError {
  return new FsError('EIO', { detail: `the file ends at byte ${at}: it was cut short` });
}

/**
 * @param least bytes that must be there; a read of whole sectors may reach past the file's end.
 */
export function readWholeSync(
  descriptor: number,
  position: number,
  target: Uint8Array,
  least = target.length,
): void {
  for (let done = 0; done < least;) {
    const length = Math.min(target.length - done, CALL_BYTES_MAX);
    const got = readSync(descriptor, target, done, length, position + done);
    if (got === 0) throw ended(position + done);
    done += got;
  }
}

/** `readWholeSync`, by libuv's threads. */
export async function readWhole(
  descriptor: number,
  position: number,
  target: Uint8Array,
  least = target.length,
): Promise<void> {
  for (let done = 0; done < least;) {
    const length = Math.min(target.length - done, CALL_BYTES_MAX);
    const at = position + done;
    const got = await new Promise<number>((resolve, reject) => {
      read(descriptor, target, done, length, at, (error, count) => {
        if (error === null) resolve(count);
        else reject(error);
      });
    });
    if (got === 0) throw ended(at);
    done += got;
  }
}

export function writeWholeSync(descriptor: number, position: number, source: Uint8Array): void {
  for (let done = 0; done < source.length;) {
    const length = Math.min(source.length - done, CALL_BYTES_MAX);
    done += writeSync(descriptor, source, done, length, position + done);
  }
}

/** `writeWholeSync`, by libuv's threads. */
export async function writeWhole(
  descriptor: number,
  position: number,
  source: Uint8Array,
): Promise<void> {
  for (let done = 0; done < source.length;) {
    const length = Math.min(source.length - done, CALL_BYTES_MAX);
    const at = position + done;
    done += await new Promise<number>((resolve, reject) => {
      write(descriptor, source, done, length, at, (error, count) => {
        if (error === null) resolve(count);
        else reject(error);
      });
    });
  }
}

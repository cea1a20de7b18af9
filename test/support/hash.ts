/** SHA-256 of a file's contents through any reader of positions, and of attribute values. */
import { createHash } from 'node:crypto';
import {
  WHOLE_HASH_BYTES_MAX,
  XATTR_BYTES_MAX,
  type Entry,
  type Run,
  type XattrValue,
} from './entry.js';

/** Fills the whole target from `position`, or fails. */
export type ReadAt = (target: Buffer, position: bigint) => Promise<void> | void;

const CHUNK_BYTES = 1024 * 1024;

/** The two hash fields of a file's entry. */
export async function hashFields(
  size: bigint,
  runs: readonly Run[],
  read: ReadAt,
): Promise<Pick<Entry, 'sha256' | 'dataSha256'>> {
  if (size <= WHOLE_HASH_BYTES_MAX) {
    return { sha256: await hashRanges([{ offset: 0n, length: size }], read) };
  }
  const ranges = runs
    .filter((run) => !run.unwritten && run.offset < size)
    .map(({ offset, length }) => ({
      offset,
      length: offset + length > size ? size - offset : length,
    }));
  return { sha256: null, dataSha256: await hashRanges(ranges, read) };
}

async function hashRanges(
  ranges: readonly { offset: bigint; length: bigint }[],
  read: ReadAt,
): Promise<string> {
  const hash = createHash('sha256');
  const buffer = Buffer.alloc(CHUNK_BYTES);
  for (const { offset, length } of ranges) {
    for (let done = 0n; done < length; done += BigInt(CHUNK_BYTES)) {
      const left = length - done;
      const target = left < CHUNK_BYTES ? buffer.subarray(0, Number(left)) : buffer;
      await read(target, offset + done);
      hash.update(target);
    }
  }
  return hash.digest('hex');
}

export function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

export function xattrValue(value: Buffer): XattrValue {
  if (value.length <= XATTR_BYTES_MAX) return value.toString('base64');
  return { length: value.length, sha256: sha256(value) };
}

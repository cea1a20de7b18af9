/** Bytes as callers want them: a Buffer where there is Buffer, text in an encoding. */
import { FsError } from '../core/index.js';
import type { Path } from './types.js';

/** A Buffer over the same memory; in a browser, the bytes themselves. */
export function toBuffer(bytes: Uint8Array): Buffer {
  const { Buffer: NodeBuffer } = globalThis as { Buffer?: BufferConstructor };
  if (NodeBuffer === undefined) return bytes as Buffer;
  return NodeBuffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** @throws FsError EINVAL for an encoding other than UTF-8 where there is no Buffer */
export function toText(bytes: Uint8Array, encoding: BufferEncoding): string {
  if (encoding === 'utf8' || encoding === 'utf-8')
    return new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes);
  const buffer = toBuffer(bytes);
  if (buffer === bytes) throw new FsError('EINVAL', { detail: `encoding ${encoding}` });
  return buffer.toString(encoding);
}

/** How a path stands in errors, and in `parentPath`. */
export function pathText(path: Path): string {
  return typeof path === 'string' ? path : new TextDecoder().decode(path);
}

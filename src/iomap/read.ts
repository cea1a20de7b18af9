/** Reading file contents: a byte range is split once, each part comes from the device or is zeros. */
import { comparePositions, type Position } from '../core/index.js';
import type { BlockDevice } from '../device/index.js';
import type { Inode } from '../vfs/index.js';
import { iomapBegin, type IomapOps } from './mapping.js';

/** What it takes to reach a file's bytes. */
export interface FileSource {
  readonly device: BlockDevice;
  readonly iomap: IomapOps;
  settle<T>(code: () => T): T | Promise<T>;
}

/** Bytes from `position` to the end of the file, at most `limit`. */
export function bytesToEnd(
  inode: Inode,
  position: Position,
  blockBytes: number,
  limit: number,
): number {
  if (comparePositions(position, inode.size) >= 0) return 0;
  const { size } = inode;
  return Math.min(limit, (size.block - position.block) * blockBytes + size.byte - position.byte);
}

/**
 * Fills `target` from `position` on.
 *
 * @returns bytes read: fewer than asked for only at the end of the file
 */
export async function readFileRange(
  source: FileSource,
  inode: Inode,
  position: Position,
  target: Uint8Array,
): Promise<number> {
  const { device, iomap } = source;
  const { blockBytes } = iomap;
  const length = bytesToEnd(inode, position, blockBytes, target.length);
  let { block, byte } = position;
  for (let at = 0; at < length;) {
    const blocks = Math.ceil((byte + length - at) / blockBytes);
    const from = block;
    const mapping = await source.settle(() => iomapBegin(iomap, inode, from, blocks));
    const bytes = Math.min(length - at, mapping.length * blockBytes - byte);
    const part = target.subarray(at, at + bytes);
    if (mapping.type === 'mapped') await device.read(mapping.address + byte, part);
    else part.fill(0);
    at += bytes;
    block += mapping.length;
    byte = 0;
  }
  return length;
}

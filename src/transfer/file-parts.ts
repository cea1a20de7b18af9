/** The bytes of a file, in order, as parts that lie in one piece on the device or are zeros. */
import { bytesToEnd, iomapBegin, type FileSource } from '../iomap/index.js';
import type { Inode } from '../vfs/index.js';

export interface FilePart {
  /** Bytes from the start of the file; exact beyond 2^53, as it is a multiple of the block size. */
  readonly position: number;
  /** Bytes, at least 1. */
  readonly length: number;
  /** Byte address on the device; `undefined` for zeros: a hole, or blocks that were never written. */
  readonly address: number | undefined;
}

/** Bounds a part, so that the length of a hole of exabytes is exact too: 1 TiB. */
const PART_BYTES_MAX = 2 ** 40;

/** Up to the end of the file; what is allocated past it is no part. */
export function* fileParts({ iomap }: FileSource, inode: Inode): Generator<FilePart> {
  const { blockBytes } = iomap;
  for (let block = 0; ;) {
    const left = bytesToEnd(inode, { block, byte: 0 }, blockBytes, PART_BYTES_MAX);
    if (left === 0) return;
    const mapping = iomapBegin(iomap, inode, block, Math.ceil(left / blockBytes));
    yield {
      position: block * blockBytes,
      length: Math.min(left, mapping.length * blockBytes),
      address: mapping.type === 'mapped' ? mapping.address : undefined,
    };
    block += mapping.length;
  }
}

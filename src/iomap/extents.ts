/** Where a file's blocks are, told to callers: its extents, and the data and holes in it. */
import { FsError, comparePositions, type Position } from '../core/index.js';
import type { Inode } from '../vfs/index.js';
import { iomapBegin, type IomapMapping, type IomapOps } from './mapping.js';

/** One past the last block that a file can have; blocks may be allocated past its size. */
export function fileBlocksMax(blockBytes: number): number {
  return Math.min(2 ** 53, 2 ** 63 / blockBytes);
}

/**
 * All mappings that are not holes, from block `from`, for `length` blocks.
 *
 * @param report whether to find out what is shared
 */
export function* mappings(
  ops: IomapOps,
  inode: Inode,
  from: number,
  length: number,
  report: boolean,
): Generator<IomapMapping> {
  const end = Math.min(from + length, fileBlocksMax(ops.blockBytes));
  for (let block = from; block < end;) {
    const mapping = iomapBegin(ops, inode, block, end - block, report);
    if (mapping.type !== 'hole') yield mapping;
    block += mapping.length;
  }
}

/**
 * The first position at or after `position` that is data, or that is in a hole (the end of the file is
 * one). Unwritten blocks are holes: they read as zeros. As lseek's SEEK_DATA and SEEK_HOLE.
 *
 * @throws FsError ENXIO past the end of the file, and when there is no more data
 */
export function seek(
  ops: IomapOps,
  inode: Inode,
  position: Position,
  want: 'data' | 'hole',
): Position {
  if (comparePositions(position, inode.size) >= 0) throw new FsError('ENXIO');
  const { size } = inode;
  const end = size.block + (size.byte > 0 ? 1 : 0);
  for (let { block } = position; block < end;) {
    const mapping = iomapBegin(ops, inode, block, end - block);
    if ((mapping.type === 'mapped') === (want === 'data'))
      return block === position.block ? position : { block, byte: 0 };
    block += mapping.length;
  }
  if (want === 'hole') return size;
  throw new FsError('ENXIO');
}

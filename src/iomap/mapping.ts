/**
 * The one seam between a file system and everything that moves file contents: a range of a file in, the
 * place of its first part on the device out.
 *
 * Units: file positions and lengths in file-system blocks, device addresses in bytes.
 */
import { assert } from '../core/index.js';
import type { Inode } from '../vfs/index.js';

/** What the blocks of a mapping are. */
export type MappingType = 'hole' | 'unwritten' | 'mapped';

export interface IomapMapping {
  readonly type: MappingType;
  /** First file block that it describes. */
  readonly block: number;
  /** How many blocks; at least 1. */
  readonly length: number;
  /** Device byte address of the first block; 0 for a hole. */
  readonly address: number;
  /** Some of these blocks belong to another file too: filled in only where asked for. */
  readonly shared: boolean;
}

export interface IomapOps {
  readonly blockBytes: number;
  /**
   * The mapping that holds file block `block`, at most `length` blocks of it.
   *
   * @param report ask also which blocks are shared; the mapping then ends where that changes.
   */
  begin(inode: Inode, block: number, length: number, report: boolean): IomapMapping;
}

/** Calls `begin` and checks what it answers, at the border, as iomap_iter_done does. */
export function iomapBegin(
  ops: IomapOps,
  inode: Inode,
  block: number,
  length: number,
  report = false,
): IomapMapping {
  const mapping = ops.begin(inode, block, length, report);
  assert(mapping.length > 0, 'a mapping is not empty');
  assert(mapping.block === block, 'a mapping begins where it was asked for');
  assert(mapping.length <= length, 'a mapping is no longer than was asked for');
  return mapping;
}

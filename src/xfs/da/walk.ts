/**
 * Walking a hash index, of a directory or of attributes: down the nodes to the leaf where a hash begins, then
 * from leaf to leaf. Which blocks these are, and their rules, is for the reader that is handed in.
 */
import type { Block } from '../../buffer/index.js';
import {
  DaHeader,
  DaMagic,
  DaNodeEntry,
  LEAF_CHAIN_RULE,
  daCount,
  daEntriesAt,
  daMagic,
  daSearch,
  daSecond,
  isNextLeaf,
} from '../format/da-block.js';
import type { Geometry } from '../format/geometry.js';

/** Reads the verified index block at a file block. */
export type ReadIndexBlock = (at: number) => Block;

export interface IndexLeaf {
  readonly block: Block;
  /** File block. */
  readonly at: number;
}

function isNode(block: Block): boolean {
  const magic = daMagic(block.view);
  return magic === DaMagic.node || magic === DaMagic.nodeV3;
}

/** The leaf where entries of `hash` begin, if there are any; the last leaf when all hashes are below it. */
export function leafOf(
  geometry: Geometry,
  read: ReadIndexBlock,
  root: number,
  hash: number,
): IndexLeaf {
  const start = daEntriesAt(geometry);
  let at = root;
  let block = read(at);
  let level: number | undefined;
  while (isNode(block)) {
    const own = daSecond(block.view, geometry);
    if (level !== undefined && own !== level - 1)
      throw block.corrupt("level is its parent's less one");
    level = own;
    const count = daCount(block.view, geometry);
    const index = Math.min(daSearch(block.view, start, count, hash), count - 1);
    at = new DaNodeEntry(block.view, start + index * DaNodeEntry.bytes).child;
    block = read(at);
    if (level === 1 && isNode(block)) throw block.corrupt('leaves lie under level 1');
  }
  return { block, at };
}

/** @param first where the walk along the leaves began. @returns `undefined` at the end of the chain */
export function leafAfter(
  read: ReadIndexBlock,
  leaf: IndexLeaf,
  first: IndexLeaf,
): IndexLeaf | undefined {
  const { forward: at } = new DaHeader(leaf.block.view);
  if (at === 0) return undefined;
  const block = read(at);
  if (isNode(block)) throw block.corrupt('siblings of leaves are leaves');
  if (!isNextLeaf(block.view, at, leaf.at, first.at)) throw block.corrupt(LEAF_CHAIN_RULE);
  return { block, at };
}

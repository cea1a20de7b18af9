/**
 * The B+trees of an allocation group over the one engine: a tree is a row of numbers and a root. Which rows
 * there are, and what their records mean, is in the files beside this one.
 */
import { CorruptError } from '../../core/index.js';
import { BtreeCursor, type BtreeNode, type BtreeOps, type BtreeSource } from '../../btree/index.js';
import type { BlockOps } from '../../buffer/index.js';
import { BTREE_LEVELS_MAX, ShortBtreeHeader, verifyBtreeBlock } from '../format/btree-block.js';
import type { Geometry } from '../format/geometry.js';
import { btreeNode } from '../btree-node.js';
import type { Mount } from '../mount.js';

export interface AgTree {
  readonly name: string;
  readonly ops: BtreeOps<number>;
  readonly blockOps: BlockOps<Geometry>;
  /** Where the root is, and how high the tree. */
  root(mount: Mount, agno: number): { agblock: number; levels: number };
}

/** A 32-bit word: where in the record it lies, and the bits of it that count. */
export type Word = readonly [at: number, mask: number];

export const ALL_BITS = 0xffff_ffff;

interface TreeSpec {
  readonly name: string;
  /** v4, v5; trees that came with v5 have one. */
  readonly magic: readonly [number, number];
  readonly keyBytes: number;
  readonly recordBytes: number;
  /** Words that order records, most significant first. Keys begin alike. */
  readonly order: readonly Word[];
  /** The same words in a key, where it does not begin like a record. */
  readonly keyOrder?: readonly Word[];
  root(mount: Mount, agno: number): { agblock: number; levels: number };
}

/** Compares by these words, most significant first: `words` of one thing, `otherWords` of the other. */
function inOrder(words: readonly Word[], otherWords = words): BtreeOps<number>['compareKeys'] {
  const pairs = words.map(([word, mask], i) => [word, otherWords[i]![0], mask] as const);
  return (view, at, other, otherAt) => {
    for (const [word, otherWord, mask] of pairs) {
      const mine = (view.getUint32(at + word) & mask) >>> 0;
      const theirs = (other.getUint32(otherAt + otherWord) & mask) >>> 0;
      if (mine !== theirs) return mine - theirs;
    }
    return 0;
  };
}

export function defineTree({
  name,
  magic,
  keyBytes,
  recordBytes,
  order,
  keyOrder,
  root,
}: TreeSpec): AgTree {
  const [sortAt] = order[0]!;
  const compare = (view: DataView, at: number, target: number): number =>
    view.getUint32(at + sortAt) - target;
  const ops: BtreeOps<number> = {
    keyBytes,
    recordBytes,
    pointerBytes: 4,
    compareKey: compare,
    compareRecord: compare,
    compareKeys: inOrder(keyOrder ?? order),
    compareRecords: inOrder(order),
    compareRecordKey: inOrder(order, keyOrder),
  };
  const blockOps: BlockOps<Geometry> = {
    name: `${name} block`,
    crcOffset: ({ hasCrc }) => (hasCrc ? ShortBtreeHeader.offsets.crc : undefined),
    verify: (block, geometry) =>
      verifyBtreeBlock(block.view, block.address, geometry, {
        magic: magic[geometry.hasCrc ? 1 : 0],
        isLong: false,
        ops,
      }),
  };
  return { name, ops, blockOps, root };
}

/** The block source of one tree of one group: checks that pointers stay inside it. */
class AgTreeSource implements BtreeSource {
  constructor(
    readonly mount: Mount,
    readonly agno: number,
    readonly tree: AgTree,
  ) {}

  root(): BtreeNode {
    const { agblock, levels } = this.tree.root(this.mount, this.agno);
    if (levels === 0 || levels > BTREE_LEVELS_MAX)
      throw new CorruptError('height is 1 to 9', `root of the ${this.tree.name}`);
    const node = this.child(agblock);
    if (node.level !== levels - 1) throw node.corrupt('the root is as high as its header says');
    return node;
  }

  child(agblock: number): BtreeNode {
    const { geometry, cache } = this.mount;
    if (!geometry.isAgBlock(this.agno, agblock))
      throw new CorruptError('blocks lie in the group', this.tree.name);
    const address = geometry.agAddress(this.agno, agblock);
    const block = cache.read(address, geometry.blockBytes, this.tree.blockOps);
    const { owner } = new ShortBtreeHeader(block.view);
    if (geometry.hasCrc && owner !== this.agno) throw block.corrupt('owner is the group');
    return btreeNode(block, geometry, this.tree.ops);
  }
}

export function openTree(mount: Mount, agno: number, tree: AgTree): BtreeCursor<number> {
  return new BtreeCursor(new AgTreeSource(mount, agno, tree), tree.ops);
}

/** Calls `visit` with view and offset of each record, in order. */
export function walkTree(
  mount: Mount,
  agno: number,
  tree: AgTree,
  visit: (view: DataView, at: number) => void,
): void {
  const cursor = openTree(mount, agno, tree);
  if (!cursor.first()) return;
  do visit(cursor.view, cursor.at);
  while (cursor.next());
}

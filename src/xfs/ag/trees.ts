/**
 * The B+trees of an allocation group: by-block and by-size free space, inodes, free inodes, reverse map,
 * reference counts. Each is a row of a table over the one engine; what a record means is ag-records.ts.
 */
import { CorruptError } from '../../core/index.js';
import type { BlockOps } from '../../buffer/index.js';
import { BtreeCursor, type BtreeNode, type BtreeOps, type BtreeSource } from '../../btree/index.js';
import {
  COW_STAGING_BIT,
  FREE_COUNT_AT,
  FreeRecord,
  InodeRecord,
  RefcountRecord,
  RmapRecord,
} from '../format/ag-records.js';
import {
  BTREE_LEVELS_MAX,
  ShortBtreeHeader,
  btreeHeaderBytes,
  verifyBtreeBlock,
} from '../format/btree-block.js';
import type { Geometry } from '../format/geometry.js';
import type { Mount } from '../mount.js';
import { readAgf, readAgi } from './headers.js';

interface AgTree {
  readonly name: string;
  readonly ops: BtreeOps<number>;
  readonly blockOps: BlockOps<Geometry>;
  /** Where the root is, and how high the tree. */
  root(mount: Mount, agno: number): { agblock: number; levels: number };
}

interface TreeSpec {
  readonly name: string;
  /** v4, v5; trees that came with v5 have one. */
  readonly magic: readonly [number, number];
  readonly keyBytes: number;
  readonly recordBytes: number;
  /** Words that order records, most significant first: offset in the record. Keys begin alike. */
  readonly order: readonly number[];
  /** The same words in a key, where it does not begin like a record. */
  readonly keyOrder?: readonly number[];
  root(mount: Mount, agno: number): { agblock: number; levels: number };
}

/** Compares by these words, most significant first. */
function inOrder(words: readonly number[]): BtreeOps<number>['compareKeys'] {
  return (view, at, other, otherAt) => {
    for (const word of words) {
      const difference = view.getUint32(at + word) - other.getUint32(otherAt + word);
      if (difference !== 0) return difference;
    }
    return 0;
  };
}

function defineTree({ name, magic, keyBytes, recordBytes, order, keyOrder, root }: TreeSpec): AgTree {
  const sortAt = order[0]!;
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

const byBlockTree = defineTree({
  name: 'by-block free-space tree',
  magic: [0x41425442, 0x41423342], // ABTB, AB3B
  keyBytes: 8,
  recordBytes: FreeRecord.bytes,
  order: [FreeRecord.offsets.start],
  root(mount, agno) {
    const agf = readAgf(mount, agno);
    return { agblock: agf.byBlockRoot, levels: agf.byBlockLevels };
  },
});

const bySizeTree = defineTree({
  name: 'by-size free-space tree',
  magic: [0x41425443, 0x41423343], // ABTC, AB3C
  keyBytes: 8,
  recordBytes: FreeRecord.bytes,
  order: [FreeRecord.offsets.length, FreeRecord.offsets.start],
  root(mount, agno) {
    const agf = readAgf(mount, agno);
    return { agblock: agf.bySizeRoot, levels: agf.bySizeLevels };
  },
});

const inodeTree = defineTree({
  name: 'inode tree',
  magic: [0x49414254, 0x49414233], // IABT, IAB3
  keyBytes: 4,
  recordBytes: InodeRecord.bytes,
  order: [InodeRecord.offsets.start],
  root(mount, agno) {
    const agi = readAgi(mount, agno);
    return { agblock: agi.root, levels: agi.levels };
  },
});

const freeInodeTree = defineTree({
  name: 'free-inode tree',
  magic: [0, 0x46494233], // FIB3
  keyBytes: 4,
  recordBytes: InodeRecord.bytes,
  order: [InodeRecord.offsets.start],
  root(mount, agno) {
    const agi = readAgi(mount, agno);
    return { agblock: agi.freeRoot, levels: agi.freeLevels };
  },
});

const { start, owner } = RmapRecord.offsets;

/**
 * Start, owner, and the low word of the offset: its high word has flags that do not count, and no two
 * runs of one file differ in the rest of it alone (2^32 blocks apart) on the same blocks.
 */
const RMAP_ORDER = [start, owner, owner + 4, RmapRecord.offsets.offset + 4];

/** A key of the reverse map leaves the length out. */
const RMAP_KEY_ORDER = [0, 4, 8, 16];

/** Nodes keep the lowest and the highest key below each pointer; records of shared blocks overlap. */
const rmapTree = defineTree({
  name: 'reverse-map tree',
  magic: [0, 0x524d4233], // RMB3
  keyBytes: 40,
  recordBytes: RmapRecord.bytes,
  order: RMAP_ORDER,
  keyOrder: RMAP_KEY_ORDER,
  root(mount, agno) {
    const agf = readAgf(mount, agno);
    return { agblock: agf.rmapRoot, levels: agf.rmapLevels };
  },
});

const refcountTree = defineTree({
  name: 'reference-count tree',
  magic: [0, 0x52334643], // R3FC
  keyBytes: 4,
  recordBytes: RefcountRecord.bytes,
  order: [RefcountRecord.offsets.start],
  root(mount, agno) {
    const agf = readAgf(mount, agno);
    return { agblock: agf.refcountRoot, levels: agf.refcountLevels };
  },
});

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
    const header = new ShortBtreeHeader(block.view);
    if (geometry.hasCrc && header.owner !== this.agno) throw block.corrupt('owner is the group');
    const headerBytes = btreeHeaderBytes(false, geometry.hasCrc);
    const { keyBytes, pointerBytes } = this.tree.ops;
    const entriesMax = Math.floor((geometry.blockBytes - headerBytes) / (keyBytes + pointerBytes));
    return {
      view: block.view,
      level: header.level,
      count: header.count,
      keysAt: headerBytes,
      pointersAt: headerBytes + entriesMax * keyBytes,
      recordsAt: headerBytes,
      corrupt: (rule) => block.corrupt(rule),
    };
  }
}

function openTree(mount: Mount, agno: number, tree: AgTree): BtreeCursor<number> {
  return new BtreeCursor(new AgTreeSource(mount, agno, tree), tree.ops);
}

/** Calls `visit` with view and offset of each record, in order. */
function walkTree(
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

export interface FreeRun {
  readonly start: number;
  readonly length: number;
}

/** Free runs of a group in order of place, or of size. Agblocks. */
export function freeRuns(mount: Mount, agno: number, order: 'by-block' | 'by-size'): FreeRun[] {
  const runs: FreeRun[] = [];
  walkTree(mount, agno, order === 'by-block' ? byBlockTree : bySizeTree, (view, at) => {
    const { start: first, length } = new FreeRecord(view, at);
    if (length === 0 || first + length > mount.geometry.agLength(agno))
      throw new CorruptError('free runs lie in the group', byBlockTree.name);
    runs.push({ start: first, length });
  });
  return runs;
}

/** A chunk of 64 inodes. Masks are bigints of 64 bits: bit n is inode `start` + n. */
export interface InodeChunk {
  /** agino of the first. */
  readonly start: number;
  readonly count: number;
  readonly freeCount: number;
  readonly freeMask: bigint;
  /** 16 bits; bit n: inodes 4n to 4n + 3 are not there. */
  readonly holeMask: number;
}

/** The inode chunks of a group; with `free`, those that have a free inode, from their own tree. */
export function inodeChunks(mount: Mount, agno: number, which: 'all' | 'free'): InodeChunk[] {
  const { geometry } = mount;
  if (which === 'free' && !geometry.hasFinobt) return [];
  const chunks: InodeChunk[] = [];
  walkTree(mount, agno, which === 'all' ? inodeTree : freeInodeTree, (view, at) => {
    const record = new InodeRecord(view, at);
    if (!geometry.isIno(geometry.inodeNumber(agno, record.start)))
      throw new CorruptError('inode chunks lie in the group', inodeTree.name);
    chunks.push({
      start: record.start,
      count: geometry.hasSparse ? record.count : 64,
      freeCount: geometry.hasSparse ? record.freeCount : view.getUint32(at + FREE_COUNT_AT),
      freeMask: view.getBigUint64(at + InodeRecord.offsets.freeMask),
      holeMask: geometry.hasSparse ? record.holeMask : 0,
    });
  });
  return chunks;
}

export interface ReverseMapping {
  readonly start: number;
  readonly length: number;
  /** Inode number, or one of `RmapOwner`. */
  readonly owner: number;
  /** File block, for an inode's. */
  readonly block: number;
  readonly isAttr: boolean;
  readonly isBmapBlock: boolean;
  readonly unwritten: boolean;
}

/** Who owns the blocks of a group. Empty where the volume keeps no reverse map. */
export function reverseMappings(mount: Mount, agno: number): ReverseMapping[] {
  if (!mount.geometry.hasRmapbt) return [];
  const mappings: ReverseMapping[] = [];
  walkTree(mount, agno, rmapTree, (view, at) => {
    const record = new RmapRecord(view, at);
    const high = view.getUint32(at + RmapRecord.offsets.offset);
    const low = view.getUint32(at + RmapRecord.offsets.offset + 4);
    mappings.push({
      start: record.start,
      length: record.length,
      owner: record.owner,
      block: (high & 0x3f_ffff) * 0x1_0000_0000 + low,
      isAttr: (high & 0x8000_0000) !== 0,
      isBmapBlock: (high & 0x4000_0000) !== 0,
      unwritten: (high & 0x2000_0000) !== 0,
    });
  });
  return mappings;
}

/**
 * How far, from `agblock` on, the blocks are alike in being shared or not.
 *
 * @returns blocks, at most `length`
 */
export function sharedRun(
  mount: Mount,
  agno: number,
  agblock: number,
  length: number,
): { shared: boolean; length: number } {
  const cursor = openTree(mount, agno, refcountTree);
  let found = cursor.atMost(agblock);
  if (cursor.empty) return { shared: false, length };
  if (found) {
    const record = new RefcountRecord(cursor.view, cursor.at);
    const end = record.start + record.length;
    if (agblock < end) return { shared: record.count > 1, length: Math.min(length, end - agblock) };
    found = !cursor.next();
  }
  if (found) return { shared: false, length }; // that was the last record
  const next = new RefcountRecord(cursor.view, cursor.at);
  if (next.start >= COW_STAGING_BIT) return { shared: false, length };
  return { shared: false, length: Math.min(length, next.start - agblock) };
}

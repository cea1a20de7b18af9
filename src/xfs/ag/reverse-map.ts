/** The reverse map of a group: who owns its blocks. */
import { RmapRecord } from '../format/ag-records.js';
import type { Mount } from '../mount.js';
import { readAgf } from './headers.js';
import { defineTree, walkTree } from './tree.js';

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

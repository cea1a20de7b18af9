/** The reverse map of a group: who owns its blocks. */
import { RmapRecord } from '../format/ag-records.js';
import type { Mount } from '../mount.js';
import { readAgf } from './headers.js';
import { ALL_BITS, defineTree, walkTree, type Word } from './tree.js';

/** Bits of the high word of `offset`: of all flags in it, "unwritten" does not count in the order. */
const OFFSET_HIGH = 0xdfff_ffff;

const { start, owner, offset } = RmapRecord.offsets;

const RMAP_ORDER: readonly Word[] = [
  [start, ALL_BITS],
  [owner, ALL_BITS],
  [owner + 4, ALL_BITS],
  [offset, OFFSET_HIGH],
  [offset + 4, ALL_BITS],
];

/** A key of the reverse map leaves the length out. */
const RMAP_KEY_ORDER = RMAP_ORDER.map(([at, mask]): Word => [at === start ? at : at - 4, mask]);

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

/** Free space of a group: two trees over the same runs, one by place and one by size. */
import { CorruptError } from '../../core/index.js';
import { FreeRecord } from '../format/ag-records.js';
import type { Mount } from '../mount.js';
import { readAgf } from './headers.js';
import { ALL_BITS, defineTree, walkTree } from './tree.js';

const byBlockTree = defineTree({
  name: 'by-block free-space tree',
  magic: [0x41425442, 0x41423342], // ABTB, AB3B
  keyBytes: 8,
  recordBytes: FreeRecord.bytes,
  order: [[FreeRecord.offsets.start, ALL_BITS]],
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
  order: [
    [FreeRecord.offsets.length, ALL_BITS],
    [FreeRecord.offsets.start, ALL_BITS],
  ],
  root(mount, agno) {
    const agf = readAgf(mount, agno);
    return { agblock: agf.bySizeRoot, levels: agf.bySizeLevels };
  },
});

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

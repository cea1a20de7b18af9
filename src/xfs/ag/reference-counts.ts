/** The reference counts of a group: which of its blocks belong to more than one file. */
import { COW_STAGING_BIT, RefcountRecord } from '../format/ag-records.js';
import type { Mount } from '../mount.js';
import { readAgf } from './headers.js';
import { ALL_BITS, defineTree, openTree } from './tree.js';

const refcountTree = defineTree({
  name: 'reference-count tree',
  magic: [0, 0x52334643], // R3FC
  keyBytes: 4,
  recordBytes: RefcountRecord.bytes,
  order: [[RefcountRecord.offsets.start, ALL_BITS]],
  root(mount, agno) {
    const agf = readAgf(mount, agno);
    return { agblock: agf.refcountRoot, levels: agf.refcountLevels };
  },
});

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

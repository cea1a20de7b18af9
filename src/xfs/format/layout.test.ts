/**
 * Where every field of every on-disk record lies, as a bare table in the manner of xfs_ondisk.h: written
 * from the format's documents, not from the code that it checks.
 */
import { deepEqual, equal, ok } from 'node:assert/strict';
import { test } from 'node:test';
import { recordClasses } from './records.test.support.js';

/** Record, bytes, offset of each field in the order of the disk. */
const TABLE: readonly (readonly [name: string, bytes: number, offsets: readonly number[]])[] = [
  // xfs_dsb, up to sb_meta_uuid
  [
    'Superblock',
    264,
    [
      0, 4, 8, 16, 24, 32, 48, 56, 64, 72, 80, 84, 88, 92, 96, 100, 102, 104, 106, 108, 120, 121,
      122, 123, 124, 125, 126, 127, 128, 136, 144, 152, 160, 168, 176, 178, 179, 180, 184, 188, 192,
      193, 194, 196, 200, 204, 208, 212, 216, 220, 224, 228, 232, 240, 248,
    ],
  ],
  // xfs_agf; the three roots and levels stand for bno, cnt, rmap
  [
    'Agf',
    224,
    [
      0, 4, 8, 12, 16, 20, 24, 28, 32, 36, 40, 44, 48, 52, 56, 60, 64, 80, 84, 88, 92, 96, 208, 216,
      220,
    ],
  ],
  ['Agi', 344, [0, 4, 8, 12, 16, 20, 24, 28, 32, 36, 40, 296, 312, 316, 320, 328, 332, 336, 340]],
  ['Agfl', 36, [0, 4, 8, 24, 32]],
  // xfs_alloc_rec, xfs_inobt_rec (sparse), xfs_rmap_rec, xfs_refcount_rec
  ['FreeRecord', 8, [0, 4]],
  ['InodeRecord', 16, [0, 4, 6, 7, 8]],
  ['RmapRecord', 24, [0, 4, 8, 16]],
  ['RefcountRecord', 12, [0, 4, 8]],
  // xfs_btree_block: its two arms
  ['ShortBtreeHeader', 56, [0, 4, 6, 8, 12, 16, 24, 32, 48, 52]],
  ['LongBtreeHeader', 72, [0, 4, 6, 8, 16, 24, 32, 40, 56, 64, 68]],
  // xfs_dinode: di_big_nextents overlays di_pad and di_flushiter
  [
    'Dinode',
    176,
    [
      0, 2, 4, 5, 6, 8, 12, 16, 20, 22, 24, 32, 40, 48, 56, 64, 72, 76, 80, 82, 83, 84, 88, 90, 92,
      96, 100, 104, 112, 120, 128, 132, 144, 152, 160,
    ],
  ],
  // xfs_dir3_data_hdr, xfs_dir2_block_tail, xfs_dir2_leaf_entry
  ['DirDataHeader', 64, [0, 4, 8, 16, 24, 40, 48, 60]],
  ['DirBlockTail', 8, [0, 4]],
  ['DirLeafEntry', 8, [0, 4]],
  // xfs_da3_blkinfo, xfs_da_node_entry
  ['DaHeader', 56, [0, 4, 8, 10, 12, 16, 24, 32, 48]],
  ['DaNodeEntry', 8, [0, 4]],
  // xfs_attr_sf_hdr, xfs_attr_sf_entry, xfs_attr_leaf_hdr behind its blkinfo, xfs_attr_leaf_entry
  ['AttrShortHeader', 4, [0, 2, 3]],
  ['AttrShortEntry', 3, [0, 1, 2]],
  ['AttrLeafHeader', 20, [0, 2, 4, 6, 7, 8]],
  ['AttrLeafEntry', 8, [0, 4, 6, 7]],
  // xfs_attr_leaf_name_remote, xfs_attr3_rmt_hdr
  ['AttrRemoteName', 9, [0, 4, 8]],
  ['AttrRemoteHeader', 56, [0, 4, 8, 12, 16, 32, 40, 48]],
  // xfs_dsymlink_hdr
  ['SymlinkHeader', 56, [0, 4, 8, 12, 16, 32, 40, 48]],
  // xlog_rec_header up to h_cycle_data, xlog_op_header
  ['LogRecordHeader', 48, [0, 4, 8, 12, 16, 24, 32, 36, 40, 44]],
  ['LogOperation', 12, [0, 4, 8, 9, 10]],
];

test('size and offsets of every record', async () => {
  const all = await recordClasses();
  for (const [name, bytes, offsets] of TABLE) {
    const record = all.get(name);
    ok(record !== undefined, `${name} is gone`);
    equal(record.bytes, bytes, `bytes of ${name}`);
    deepEqual(Object.values(record.offsets), offsets, `offsets of ${name}`);
  }
});

test('no record is missing in the table', async () => {
  const names = TABLE.map(([name]) => name);
  deepEqual([...(await recordClasses()).keys()].sort(), names.toSorted());
});

/** The inodes of a group: a tree of all chunks, and one of those with a free inode. */
import { CorruptError } from '../../core/index.js';
import { FREE_COUNT_AT, InodeRecord } from '../format/ag-records.js';
import type { Mount } from '../mount.js';
import { readAgi } from './headers.js';
import { ALL_BITS, defineTree, walkTree } from './tree.js';

const inodeTree = defineTree({
  name: 'inode tree',
  magic: [0x49414254, 0x49414233], // IABT, IAB3
  keyBytes: 4,
  recordBytes: InodeRecord.bytes,
  order: [[InodeRecord.offsets.start, ALL_BITS]],
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
  order: [[InodeRecord.offsets.start, ALL_BITS]],
  root(mount, agno) {
    const agi = readAgi(mount, agno);
    return { agblock: agi.freeRoot, levels: agi.freeLevels };
  },
});

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

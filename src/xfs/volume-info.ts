/** What a volume says of itself: its geometry, features and space. */
import { roundDown } from '../core/index.js';
import type { Usage } from '../vfs/index.js';
import { readAgf, readAgi, readSuperblock } from './ag/headers.js';
import { featureNames, readOnlyReason } from './format/features.js';
import { formatUuid } from './format/uuid.js';
import type { Mount } from './mount.js';

/** Sizes in bytes, the rest are counts. */
export interface XfsInfo {
  readonly type: 'xfs';
  readonly version: 4 | 5;
  readonly label: string;
  readonly uuid: string;
  readonly blockSize: number;
  readonly sectorSize: number;
  readonly inodeSize: number;
  readonly directoryBlockSize: number;
  readonly blocks: number;
  readonly freeBlocks: number;
  readonly inodes: number;
  readonly freeInodes: number;
  readonly groups: number;
  readonly groupBlocks: number;
  readonly logBlocks: number;
  /** A dirty log holds changes that are not in their place yet. */
  readonly log: 'clean' | 'dirty';
  /** 0 when there is none. */
  readonly stripeUnit: number;
  readonly stripeWidth: number;
  /** Names of the features that are on. */
  readonly features: readonly string[];
  /** Why this image can only be read, or undefined. */
  readonly readOnlyReason: string | undefined;
}

/** f_type of XFS. */
const STATFS_MAGIC = 0x58465342;

/** Blocks of each group that are never handed out: four for the AGFL, four to split trees with. */
const SET_ASIDE_BLOCKS = 8;

/** Inodes are allocated by so many at once. */
const INODES_PER_CHUNK = 64;

/** As the kernel's statfs on a read-only mount: free inodes include those that free space could hold. */
export function usageOf(mount: Mount): Usage {
  const sb = readSuperblock(mount, 0);
  const { inodesPerBlock, agCount, blockBytes } = mount.geometry;
  const free = Math.max(0, sb.freeBlocks - SET_ASIDE_BLOCKS * agCount - treeBlocks(mount));
  const chunkBlocks = Math.max(1, INODES_PER_CHUNK / inodesPerBlock);
  const blocksMax = Math.floor((sb.dataBlocks * sb.inodeMaxPercent) / 100);
  const percentMax = roundDown(blocksMax, chunkBlocks) * inodesPerBlock;
  const possible = sb.inodeCount + free * inodesPerBlock;
  const capped = sb.inodeMaxPercent > 0 ? Math.min(possible, percentMax) : possible;
  const inodes = Math.max(capped, sb.inodeCount);
  return {
    blockBytes,
    blocks: sb.dataBlocks - sb.logBlocks,
    freeBlocks: free,
    inodes,
    freeInodes: Math.max(0, inodes - (sb.inodeCount - sb.inodesFree)),
    magic: STATFS_MAGIC,
  };
}

/** Blocks inside the free-space trees: free in the superblock's count, but nobody's to take. */
function treeBlocks(mount: Mount): number {
  let blocks = 0;
  for (let agno = 0; agno < mount.geometry.agCount; agno++) {
    const agf = readAgf(mount, agno);
    blocks += agf.btreeBlocks;
    if (mount.geometry.hasRmapbt) blocks -= Math.max(0, agf.rmapBlocks - 1);
  }
  return blocks;
}

/** Counts come from the groups: the superblock's may lag behind when the log is dirty. */
export function describeVolume(mount: Mount, log: 'clean' | 'dirty'): XfsInfo {
  const { geometry } = mount;
  const sb = readSuperblock(mount, 0);
  let freeBlocks = 0;
  let inodes = 0;
  let freeInodes = 0;
  for (let agno = 0; agno < geometry.agCount; agno++) {
    const agf = readAgf(mount, agno);
    const agi = readAgi(mount, agno);
    freeBlocks += agf.freeBlocks + agf.freelistCount + agf.btreeBlocks;
    inodes += agi.inodeCount;
    freeInodes += agi.freeCount;
  }
  return {
    type: 'xfs',
    version: geometry.hasCrc ? 5 : 4,
    label: labelOf(sb.label),
    uuid: formatUuid(sb.uuid),
    blockSize: sb.blockSize,
    sectorSize: sb.sectorSize,
    inodeSize: sb.inodeSize,
    directoryBlockSize: geometry.dirBlockBytes,
    blocks: sb.dataBlocks,
    freeBlocks,
    inodes,
    freeInodes,
    groups: sb.agCount,
    groupBlocks: sb.agBlocks,
    logBlocks: sb.logBlocks,
    log,
    stripeUnit: sb.stripeUnit * sb.blockSize,
    stripeWidth: sb.stripeWidth * sb.blockSize,
    features: featureNames(sb),
    readOnlyReason: readOnlyReason(sb),
  };
}

/** Padded with zeros. */
function labelOf(bytes: Uint8Array): string {
  const end = bytes.indexOf(0);
  return new TextDecoder().decode(end < 0 ? bytes : bytes.subarray(0, end));
}

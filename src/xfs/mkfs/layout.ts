/**
 * Where everything of a new file system goes, by the rules of mkfs.xfs 6.1: how many groups, how long the
 * log, where it lies, and where the first inodes.
 *
 *     group     | headers | roots of the trees | freelist | free ...                    |
 *     group 0   | headers | roots of the trees | freelist | free | inode chunk | free   |
 *     log's     | headers | roots of the trees | log                | freelist | free   |
 *
 * Units: blocks and agblocks, unless said otherwise.
 */
import { FsError } from '../../core/index.js';
import { treeHeights, type TreeHeights } from './heights.js';
import { leastLogBlocks } from './log-size.js';
import type { MkfsPlan } from './options.js';

export interface Layout {
  readonly plan: MkfsPlan;
  readonly blockLog: number;
  readonly dataBlocks: number;
  readonly agBlocks: number;
  readonly agCount: number;
  readonly agBlockLog: number;
  readonly inodesPerBlock: number;
  readonly inodeMaxPercent: number;
  /** Stripe unit and width. */
  readonly stripeUnit: number;
  readonly stripeWidth: number;
  /** Blocks of the log's stripe unit; 0 for none. */
  readonly logStripe: number;
  readonly logGroup: number;
  /** First block of the log in its group. */
  readonly logStart: number;
  readonly logBlocks: number;
  /** Alignment of inode chunks and of sparse ones. */
  readonly inodeAlignment: number;
  readonly sparseAlignment: number;
  readonly chunkBlocks: number;
  /** Where the first inode chunk begins, in group 0. */
  readonly chunkStart: number;
  /** Blocks that the headers and roots of a group take. */
  readonly reservedBlocks: number;
  readonly roots: Roots;
  readonly heights: TreeHeights;
}

/** Blocks of the roots of a group's trees. */
export interface Roots {
  readonly byBlock: number;
  readonly bySize: number;
  readonly inode: number;
  readonly freeInode: number | undefined;
  readonly rmap: number | undefined;
  readonly refcount: number | undefined;
}

const MEBIBYTE = 2 ** 20;
const GIBIBYTE = 2 ** 30;
const TEBIBYTE = 2 ** 40;

const AG_BYTES_MIN = 16 * MEBIBYTE;
const AG_BYTES_MAX = TEBIBYTE;
const INODES_PER_CHUNK = 64;
/** Bytes of a cluster of inodes of 256 bytes; it grows with the inode. */
const CLUSTER_BYTES = 8192;
const LOG_BLOCKS_MIN = 512;
const LOG_BLOCKS_MAX = MEBIBYTE;
const LOG_BYTES_MIN = 10 * MEBIBYTE;
const LOG_BYTES_MAX = 2 * GIBIBYTE - LOG_BYTES_MIN;
/** What a log has where there is room. */
const LOG_BYTES_USUAL = 64 * MEBIBYTE;
const LOG_STRIPE_BYTES_MAX = 256 * 1024;
const LOG_STRIPE_BYTES_USUAL = 32 * 1024;
/** Blocks of each group that the AGFL may hold back. */
const FREELIST_RESERVE = 4;

function refuse(detail: string): FsError {
  return new FsError('EINVAL', { detail });
}

/** Four groups on most devices; fewer on small ones, more where one would exceed a tebibyte. */
function defaultGroupBlocks(dataBlocks: number, blockSize: number, striped: boolean): number {
  const bytes = dataBlocks * blockSize;
  const most = Math.floor((AG_BYTES_MAX - 1) / blockSize);
  if (bytes >= 32 * TEBIBYTE || (!striped && bytes >= 4 * TEBIBYTE)) return most;
  let shift = 2;
  if (striped || bytes < 128 * MEBIBYTE) {
    shift = 5;
    for (const limit of [512 * GIBIBYTE, 8 * GIBIBYTE]) if (bytes <= limit) shift--;
    for (const limit of [128, 64, 32]) if (bytes < limit * MEBIBYTE) shift--;
  }
  return Math.min(most, Math.ceil(dataBlocks / 2 ** shift));
}

/** Groups of whole stripes, that do not all begin on the same disk; a last one too small is given up. */
function groupsOf(plan: MkfsPlan): { agBlocks: number; agCount: number; dataBlocks: number } {
  const { blockSize, groupCount } = plan;
  const unit = plan.stripeUnit / blockSize;
  const width = plan.stripeWidth / blockSize;
  const least = AG_BYTES_MIN / blockSize;
  const most = Math.floor((AG_BYTES_MAX - 1) / blockSize);
  const dataBlocks = Math.floor(plan.size / blockSize);
  let agBlocks =
    groupCount === undefined
      ? defaultGroupBlocks(dataBlocks, blockSize, unit > 0)
      : Math.ceil(dataBlocks / groupCount);
  if (unit > 0 && agBlocks % unit !== 0) {
    const up = Math.ceil(agBlocks / unit) * unit;
    agBlocks = up > most ? Math.floor(agBlocks / unit) * unit : up;
  }
  const isOneDisk = width !== unit && agBlocks % width === 0;
  if (unit > 0 && isOneDisk && groupCount === undefined && dataBlocks > agBlocks)
    agBlocks -= agBlocks - unit < least ? -unit : unit;
  let agCount = Math.ceil(dataBlocks / agBlocks);
  let total = dataBlocks;
  const rest = dataBlocks % agBlocks;
  if (rest !== 0 && rest < least) {
    agCount--;
    total = agCount * agBlocks;
  }
  if (agCount < 1 || agBlocks < least)
    throw refuse(`a group has at least ${AG_BYTES_MIN} bytes: too small`);
  if (agBlocks > most) throw refuse('a group has at most a tebibyte: more groups are needed');
  return { agBlocks, agCount, dataBlocks: total };
}

function rootsOf(plan: MkfsPlan): { roots: Roots; reservedBlocks: number } {
  const { features } = plan;
  let next = Math.ceil((4 * plan.sectorSize) / plan.blockSize);
  const take = (): number => next++;
  const roots = {
    byBlock: take(),
    bySize: take(),
    inode: take(),
    freeInode: features.finobt ? take() : undefined,
    rmap: features.rmapbt ? take() : undefined,
    refcount: features.reflink ? take() : undefined,
  };
  return { roots, reservedBlocks: next };
}

function inodePercent(plan: MkfsPlan, bytes: number): number {
  if (plan.inodeMaxPercent !== undefined && plan.inodeMaxPercent > 0) return plan.inodeMaxPercent;
  if (bytes < TEBIBYTE) return 25;
  return bytes < 50 * TEBIBYTE ? 5 : 1;
}

function logStripeOf(plan: MkfsPlan): number {
  const { blockSize, sectorSize, stripeUnit } = plan;
  const bytes = sectorSize > 512 ? blockSize : stripeUnit;
  return (bytes > LOG_STRIPE_BYTES_MAX ? LOG_STRIPE_BYTES_USUAL : bytes) / blockSize;
}

interface LogPlace {
  readonly logGroup: number;
  readonly logStart: number;
  readonly logBlocks: number;
}

interface LogInput {
  readonly plan: MkfsPlan;
  readonly agBlocks: number;
  readonly agCount: number;
  readonly dataBlocks: number;
  readonly reservedBlocks: number;
  readonly roots: Roots;
  readonly logStripe: number;
  readonly chunkBlocks: number;
  /** The least that the kernel mounts. */
  readonly least: number;
}

/** Length of the log before it is aligned: what was asked for, or a part of the volume. */
function logLength(input: LogInput, most: number): number {
  const { plan, dataBlocks } = input;
  const { blockSize, logSize } = plan;
  const bytes = dataBlocks * blockSize;
  const least = Math.max(
    LOG_BLOCKS_MIN,
    input.least,
    logSize === undefined && bytes >= GIBIBYTE ? LOG_BYTES_MIN / blockSize : 0,
  );
  if (least > most) throw refuse('too small for the least log there can be');
  if (logSize !== undefined) {
    const blocks = Math.floor(logSize / blockSize);
    if (blocks < least || blocks > most)
      throw refuse(`log size: from ${least * blockSize} to ${most * blockSize} bytes`);
    return blocks;
  }
  const usual = Math.max(Math.floor(bytes / 2048 / blockSize), LOG_BYTES_USUAL / blockSize);
  const wanted = bytes < 300 * MEBIBYTE ? least : Math.max(least, usual);
  return Math.min(wanted, most, LOG_BLOCKS_MAX, Math.floor(LOG_BYTES_MAX / blockSize));
}

/** In the middle group, behind its roots, on a stripe where there are stripes. */
function placeLog(input: LogInput): LogPlace {
  const { plan, agBlocks, agCount, reservedBlocks, roots, chunkBlocks } = input;
  const optionalRoots = [roots.freeInode, roots.rmap, roots.refcount].filter(
    (root) => root !== undefined,
  );
  const headers = Math.ceil((4 * plan.sectorSize) / plan.blockSize);
  const most = agBlocks - (headers + FREELIST_RESERVE + 3 + optionalRoots.length) - 1;
  const unit = plan.stripeUnit / plan.blockSize;
  let logBlocks = logLength(input, most);
  const logGroup = Math.floor(agCount / 2);
  // Group 0 must also hold the first inodes.
  const mostHere = logGroup === 0 ? most - Math.max(chunkBlocks * 4, unit * 2) : most;
  logBlocks = Math.min(logBlocks, mostHere);
  const alignment = input.logStripe > 0 ? input.logStripe : unit;
  if (alignment === 0) return { logGroup, logStart: reservedBlocks, logBlocks };
  const logStart = Math.ceil(reservedBlocks / alignment) * alignment;
  const up = Math.ceil(logBlocks / alignment) * alignment;
  logBlocks = up > mostHere ? Math.floor(logBlocks / alignment) * alignment : up;
  if (logStart + logBlocks > agBlocks) logBlocks -= alignment;
  return { logGroup, logStart, logBlocks };
}

/** @throws FsError EINVAL when what is asked for does not fit */
export function layoutOf(plan: MkfsPlan): Layout {
  const { blockSize, inodeSize, sectorSize, features } = plan;
  const { agBlocks, agCount, dataBlocks } = groupsOf(plan);
  const agBlockLog = Math.ceil(Math.log2(agBlocks));
  const inodesPerBlock = blockSize / inodeSize;
  const { roots, reservedBlocks } = rootsOf(plan);
  const chunkBlocks = Math.max(1, (INODES_PER_CHUNK * inodeSize) / blockSize);
  const clusterBytes = (CLUSTER_BYTES * inodeSize) / 256;
  const clusterAlignment = Math.floor(clusterBytes / blockSize);
  const inodeAlignment = features.sparse
    ? Math.floor((INODES_PER_CHUNK * inodeSize) / blockSize)
    : clusterAlignment;
  const logStripe = logStripeOf(plan);
  const heights = treeHeights({
    blockBytes: blockSize,
    agBlocks,
    agBlockLog,
    inodesPerBlock,
    features,
  });
  const least = leastLogBlocks({
    blockBytes: blockSize,
    sectorBytes: sectorSize,
    inodeBytes: inodeSize,
    dirBlocks: plan.directoryBlockSize / blockSize,
    clusterBytes: Math.max(clusterBytes, blockSize),
    chunkBlocks,
    logStripeBytes: logStripe * blockSize,
    features,
    heights,
  });
  const log = placeLog({
    plan,
    agBlocks,
    agCount,
    dataBlocks,
    reservedBlocks,
    roots,
    logStripe,
    chunkBlocks,
    least,
  });
  const stripeUnit = plan.stripeUnit / blockSize;
  const alignment = Math.max(inodeAlignment, 1);
  const isStriped = stripeUnit > 0 && stripeUnit % alignment === 0;
  const layout = {
    plan,
    blockLog: Math.log2(blockSize),
    dataBlocks,
    agBlocks,
    agCount,
    agBlockLog,
    inodesPerBlock,
    inodeMaxPercent: inodePercent(plan, dataBlocks * blockSize),
    stripeUnit,
    stripeWidth: plan.stripeWidth / blockSize,
    logStripe,
    ...log,
    inodeAlignment,
    sparseAlignment: features.sparse ? clusterAlignment : 0,
    chunkBlocks,
    reservedBlocks,
    roots,
    heights,
  };
  return { ...layout, chunkStart: chunkStartOf(layout, isStriped ? stripeUnit : alignment) };
}

/** The first aligned place in group 0, behind what is taken there. */
function chunkStartOf(layout: Omit<Layout, 'chunkStart'>, alignment: number): number {
  for (const { start, length } of freeRunsOf(layout, 0)) {
    const aligned = Math.ceil(start / alignment) * alignment;
    if (aligned + layout.chunkBlocks <= start + length) return aligned;
  }
  throw refuse('too small for the first inodes');
}

export interface BlockRun {
  readonly start: number;
  readonly length: number;
}

/** Blocks on the free list of a new group: enough that each tree of one level can grow by one more. */
function freelistBlocks({ heights }: Pick<Layout, 'heights'>): number {
  return 2 * Math.min(2, heights.freeSpace) + Math.min(2, heights.rmap);
}

function withoutLog(layout: Omit<Layout, 'chunkStart'>, agno: number): BlockRun[] {
  const { agBlocks, agCount, dataBlocks, reservedBlocks, logGroup, logStart, logBlocks } = layout;
  const end = agno === agCount - 1 ? dataBlocks - agno * agBlocks : agBlocks;
  const cuts = agno === logGroup ? [logStart, logStart + logBlocks] : [end, end];
  const runs = [
    { start: reservedBlocks, length: cuts[0]! - reservedBlocks },
    { start: cuts[1]!, length: end - cuts[1]! },
  ];
  return runs.filter(({ length }) => length > 0);
}

/** The run that the free list is taken from: the shortest that is long enough. */
export function freelistRun(layout: Omit<Layout, 'chunkStart'>, agno: number): BlockRun {
  const length = freelistBlocks(layout);
  const runs = withoutLog(layout, agno).filter((run) => run.length >= length);
  if (runs.length === 0) throw refuse('too small for a free list');
  const { start } = runs.reduce((a, b) => (b.length < a.length ? b : a));
  return { start, length };
}

/** Free runs of a new group, its free list taken; the first inodes still to be placed. */
function freeRunsOf(layout: Omit<Layout, 'chunkStart'>, agno: number): BlockRun[] {
  return subtract(withoutLog(layout, agno), freelistRun(layout, agno));
}

/** Free runs of a group when all is in its place. */
export function finalFreeRuns(layout: Layout, agno: number): BlockRun[] {
  const runs = freeRunsOf(layout, agno);
  if (agno !== 0) return runs;
  return subtract(runs, { start: layout.chunkStart, length: layout.chunkBlocks });
}

function subtract(runs: readonly BlockRun[], { start, length }: BlockRun): BlockRun[] {
  return runs
    .flatMap((run) => {
      const end = run.start + run.length;
      if (start >= end || start + length <= run.start) return [run];
      return [
        { start: run.start, length: start - run.start },
        { start: start + length, length: end - start - length },
      ];
    })
    .filter((run) => run.length > 0);
}

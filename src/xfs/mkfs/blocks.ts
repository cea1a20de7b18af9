/** The metadata of a new file system, block by block, in memory. */
import { crc32cAround } from '../../ondisk/index.js';
import {
  FREE_COUNT_AT,
  FreeRecord,
  InodeRecord,
  RefcountRecord,
  RmapOwner,
  RmapRecord,
} from '../format/ag-records.js';
import { AGFL_MAGIC, AGF_MAGIC, Agf, Agfl } from '../format/agf.js';
import { AGI_MAGIC, Agi } from '../format/agi.js';
import { BASIC_BLOCK_BYTES } from '../format/block-header.js';
import { ShortBtreeHeader } from '../format/btree-block.js';
import { DINODE_MAGIC, Dinode, ForkFormat, InodeFlag, InodeFlag2 } from '../format/dinode.js';
import {
  LOG_HEADER_COVERS_BYTES,
  LOG_HEADER_SIZE_AT,
  LOG_MAGIC,
  LogOperation,
  LogRecordHeader,
  UNMOUNT_FLAG,
} from '../format/log-record.js';
import { Feature2Bit, SUPERBLOCK_MAGIC, Superblock, VersionBit } from '../format/superblock.js';
import { writeBigtime, writeClassicTime } from '../format/time.js';
import { finalFreeRuns, freelistRun, type BlockRun, type Layout } from './layout.js';

/** Bytes, and where they go: bytes from the start of the file system. */
export interface Write {
  readonly address: number;
  readonly bytes: Uint8Array;
}

/** All ones: no block, no inode. */
const NULL32 = 0xffff_ffff;

function seal(bytes: Uint8Array, crcOffset: number): void {
  new DataView(bytes.buffer, bytes.byteOffset).setUint32(
    crcOffset,
    crc32cAround(bytes, crcOffset),
    true,
  );
}

const viewOf = (bytes: Uint8Array): DataView =>
  new DataView(bytes.buffer, bytes.byteOffset, bytes.length);

function agAddress({ plan, agBlocks }: Layout, agno: number, agblock: number): number {
  return (agno * agBlocks + agblock) * plan.blockSize;
}

/** The copies say what was so before the first inodes were made, as those of mkfs.xfs do. */
function superblock(layout: Layout, agno: number): Uint8Array {
  const { plan } = layout;
  const isPrimary = agno === 0;
  const { features } = plan;
  const bytes = new Uint8Array(plan.sectorSize);
  const sb = new Superblock(viewOf(bytes));
  const free = layout.dataBlocks - layout.agCount * layout.reservedBlocks - layout.logBlocks;
  sb.magic = SUPERBLOCK_MAGIC;
  sb.blockSize = plan.blockSize;
  sb.dataBlocks = layout.dataBlocks;
  sb.uuid = plan.uuid;
  sb.logStart = layout.logGroup * 2 ** layout.agBlockLog + layout.logStart;
  const rootIno = layout.chunkStart * layout.inodesPerBlock;
  sb.rootIno = knowsRoot(layout, agno) ? rootIno : -1;
  sb.realtimeBitmapIno = isPrimary ? rootIno + 1 : -1;
  sb.realtimeSummaryIno = isPrimary ? rootIno + 2 : -1;
  sb.realtimeExtentBlocks = realtimeExtentBlocks(layout);
  sb.agBlocks = layout.agBlocks;
  sb.agCount = layout.agCount;
  sb.logBlocks = layout.logBlocks;
  sb.versionNumber = 5 | versionBits(layout);
  sb.sectorSize = plan.sectorSize;
  sb.inodeSize = plan.inodeSize;
  sb.inodesPerBlock = layout.inodesPerBlock;
  sb.label.set(plan.label);
  sb.blockLog = layout.blockLog;
  sb.sectorLog = Math.log2(plan.sectorSize);
  sb.inodeLog = Math.log2(plan.inodeSize);
  sb.inodesPerBlockLog = Math.log2(layout.inodesPerBlock);
  sb.agBlockLog = layout.agBlockLog;
  sb.inProgress = isPrimary ? 0 : 1;
  sb.inodeMaxPercent = layout.inodeMaxPercent;
  sb.inodeCount = isPrimary ? inodeCount(layout) : 0;
  sb.inodesFree = isPrimary ? sb.inodeCount - FIRST_INODES : 0;
  sb.freeBlocks = isPrimary ? free - layout.chunkBlocks : free;
  sb.inodeAlignment = layout.inodeAlignment;
  sb.stripeUnit = layout.stripeUnit;
  sb.stripeWidth = layout.stripeWidth;
  sb.dirBlockLog = Math.log2(plan.directoryBlockSize / plan.blockSize);
  if (plan.sectorSize > 512) {
    sb.logSectorLog = Math.log2(plan.sectorSize);
    sb.logSectorSize = plan.sectorSize;
  }
  sb.logStripeUnit = layout.logStripe === 0 ? 1 : layout.logStripe * plan.blockSize;
  sb.features2 =
    Feature2Bit.lazysbcount | Feature2Bit.attr2 | Feature2Bit.projid32 | Feature2Bit.crc;
  sb.badFeatures2 = sb.features2;
  sb.featuresRoCompat =
    (features.finobt ? 0x1 : 0) |
    (features.rmapbt ? 0x2 : 0) |
    (features.reflink ? 0x4 : 0) |
    (features.inobtcount ? 0x8 : 0);
  sb.featuresIncompat =
    0x1 |
    (features.sparse ? 0x2 : 0) |
    (features.bigtime ? 0x8 : 0) |
    (features.nrext64 ? 0x20 : 0);
  sb.sparseInodeAlignment = layout.sparseAlignment;
  seal(bytes, Superblock.offsets.crc);
  return bytes;
}

/** Realtime extents matter to nobody without a realtime section, but the field must make sense: 4 KiB. */
function realtimeExtentBlocks({ plan }: Layout): number {
  return Math.max(1, 4096 / plan.blockSize);
}

/** Of the copies, those in the last group and in the middle are written again when the root is known. */
function knowsRoot({ agCount }: Layout, agno: number): boolean {
  return (
    agno === 0 || agno === agCount - 1 || (agCount > 2 && agno === Math.floor((agCount - 1) / 2))
  );
}

function versionBits({ plan, stripeUnit }: Layout): number {
  const { nlink, align, logv2, extflg, dirv2, moreBits, dalign, sector } = VersionBit;
  let bits = nlink | align | logv2 | extflg | dirv2 | moreBits;
  if (stripeUnit > 0) bits |= dalign;
  if (plan.sectorSize > 512) bits |= sector;
  return bits;
}

/** The root directory, and two inodes of a realtime section that is not there. */
const FIRST_INODES = 3;

/** Headers and trees of a group. */
export function groupBlocks(layout: Layout, agno: number): Write[] {
  const { plan, roots } = layout;
  const { sectorSize } = plan;
  const freelist = freelistRun(layout, agno);
  const free = finalFreeRuns(layout, agno);
  const headers: Uint8Array[] = [
    superblock(layout, agno),
    agf(layout, agno, free, freelist),
    agi(layout, agno),
    agfl(layout, agno, freelist),
  ];
  const at = agAddress(layout, agno, 0);
  const writes = headers.map((bytes, i) => ({ address: at + i * sectorSize, bytes }));
  const bySize = free.toSorted((a, b) => a.length - b.length || a.start - b.start);
  writes.push(
    tree(layout, agno, roots.byBlock, 0x41423342, free.length, FreeRecord.bytes, freeWriter(free)),
  );
  writes.push(
    tree(layout, agno, roots.bySize, 0x41423343, free.length, FreeRecord.bytes, freeWriter(bySize)),
  );
  const chunks = agno === 0 ? inodeCount(layout) / INODES_PER_RECORD : 0;
  for (const [root, magic] of [
    [roots.inode, 0x49414233],
    [roots.freeInode, 0x46494233],
  ] as const)
    if (root !== undefined)
      writes.push(tree(layout, agno, root, magic, chunks, InodeRecord.bytes, chunkWriter(layout)));
  if (roots.rmap !== undefined) {
    const owned = owners(layout, agno, freelist);
    writes.push(
      tree(
        layout,
        agno,
        roots.rmap,
        0x524d4233,
        owned.length,
        RmapRecord.bytes,
        ownerWriter(owned),
      ),
    );
  }
  if (roots.refcount !== undefined)
    writes.push(
      tree(layout, agno, roots.refcount, 0x52334643, 0, RefcountRecord.bytes, () => undefined),
    );
  return writes;
}

type RecordWriter = (view: DataView, at: number, index: number) => void;

const freeWriter =
  (runs: readonly BlockRun[]): RecordWriter =>
  (view, at, index) => {
    const record = new FreeRecord(view, at);
    record.start = runs[index]!.start;
    record.length = runs[index]!.length;
  };

/** A record is 64 inodes; a block of 64 KiB holds more. */
const INODES_PER_RECORD = 64;

/** Inodes of the first chunk, used or not. */
function inodeCount({ chunkBlocks, inodesPerBlock }: Layout): number {
  return chunkBlocks * inodesPerBlock;
}

const chunkWriter =
  (layout: Layout): RecordWriter =>
  (view, at, index) => {
    const record = new InodeRecord(view, at);
    const used = index === 0 ? FIRST_INODES : 0;
    record.start = layout.chunkStart * layout.inodesPerBlock + index * INODES_PER_RECORD;
    if (layout.plan.features.sparse) {
      record.count = INODES_PER_RECORD;
      record.freeCount = INODES_PER_RECORD - used;
    } else view.setUint32(at + FREE_COUNT_AT, INODES_PER_RECORD - used);
    view.setBigUint64(at + InodeRecord.offsets.freeMask, 2n ** 64n - 2n ** BigInt(used));
  };

interface Owned extends BlockRun {
  readonly owner: number;
}

/** Who owns what of a new group; neighbours of one owner are one record. */
function owners(layout: Layout, agno: number, freelist: BlockRun): Owned[] {
  const { roots, logGroup } = layout;
  const all: Owned[] = [
    { start: 0, length: roots.byBlock, owner: RmapOwner.fileSystem },
    { start: roots.byBlock, length: 2, owner: RmapOwner.agTrees },
    {
      start: roots.inode,
      length: roots.freeInode === undefined ? 1 : 2,
      owner: RmapOwner.inodeTrees,
    },
    { start: roots.rmap!, length: 1, owner: RmapOwner.agTrees },
    { ...freelist, owner: RmapOwner.agTrees },
  ];
  if (roots.refcount !== undefined)
    all.push({ start: roots.refcount, length: 1, owner: RmapOwner.refcountTree });
  if (agno === logGroup)
    all.push({ start: layout.logStart, length: layout.logBlocks, owner: RmapOwner.log });
  if (agno === 0)
    all.push({ start: layout.chunkStart, length: layout.chunkBlocks, owner: RmapOwner.inodes });
  const merged: Owned[] = [];
  for (const run of all.toSorted((a, b) => a.start - b.start)) {
    const last = merged.at(-1);
    if (last?.owner === run.owner && last.start + last.length === run.start)
      merged[merged.length - 1] = { ...last, length: last.length + run.length };
    else merged.push(run);
  }
  return merged;
}

const ownerWriter =
  (owned: readonly Owned[]): RecordWriter =>
  (view, at, index) => {
    const record = new RmapRecord(view, at);
    record.start = owned[index]!.start;
    record.length = owned[index]!.length;
    record.owner = owned[index]!.owner;
  };

/** A tree that is one leaf. */
function tree(
  layout: Layout,
  agno: number,
  agblock: number,
  magic: number,
  count: number,
  recordBytes: number,
  write: RecordWriter,
): Write {
  const bytes = new Uint8Array(layout.plan.blockSize);
  const view = viewOf(bytes);
  const address = agAddress(layout, agno, agblock);
  const header = new ShortBtreeHeader(view);
  header.magic = magic;
  header.count = count;
  header.left = NULL32;
  header.right = NULL32;
  header.blkno = address / BASIC_BLOCK_BYTES;
  header.uuid = layout.plan.uuid;
  header.owner = agno;
  for (let i = 0; i < count; i++) write(view, ShortBtreeHeader.bytes + i * recordBytes, i);
  seal(bytes, ShortBtreeHeader.offsets.crc);
  return { address, bytes };
}

function agLength({ agCount, agBlocks, dataBlocks }: Layout, agno: number): number {
  return agno === agCount - 1 ? dataBlocks - agno * agBlocks : agBlocks;
}

function agf(
  layout: Layout,
  agno: number,
  free: readonly BlockRun[],
  freelist: BlockRun,
): Uint8Array {
  const { plan, roots } = layout;
  const bytes = new Uint8Array(plan.sectorSize);
  const header = new Agf(viewOf(bytes));
  header.magic = AGF_MAGIC;
  header.version = 1;
  header.agno = agno;
  header.length = agLength(layout, agno);
  header.byBlockRoot = roots.byBlock;
  header.bySizeRoot = roots.bySize;
  header.byBlockLevels = 1;
  header.bySizeLevels = 1;
  if (roots.rmap !== undefined) {
    header.rmapRoot = roots.rmap;
    header.rmapLevels = 1;
    header.rmapBlocks = 1;
  }
  if (roots.refcount !== undefined) {
    header.refcountRoot = roots.refcount;
    header.refcountLevels = 1;
    header.refcountBlocks = 1;
  }
  header.freelistFirst = 1;
  header.freelistLast = freelist.length;
  header.freelistCount = freelist.length;
  header.freeBlocks = free.reduce((sum, { length }) => sum + length, 0);
  header.longest = Math.max(0, ...free.map(({ length }) => length));
  header.uuid = plan.uuid;
  seal(bytes, Agf.offsets.crc);
  return bytes;
}

function agi(layout: Layout, agno: number): Uint8Array {
  const { plan, roots } = layout;
  const bytes = new Uint8Array(plan.sectorSize);
  const header = new Agi(viewOf(bytes));
  const inodes = agno === 0 ? inodeCount(layout) : 0;
  header.magic = AGI_MAGIC;
  header.version = 1;
  header.agno = agno;
  header.length = agLength(layout, agno);
  header.inodeCount = inodes;
  header.root = roots.inode;
  header.levels = 1;
  header.freeCount = agno === 0 ? inodes - FIRST_INODES : 0;
  header.newest = agno === 0 ? layout.chunkStart * layout.inodesPerBlock : NULL32;
  header.directory = NULL32;
  header.unlinked.fill(0xff);
  header.uuid = plan.uuid;
  if (roots.freeInode !== undefined) {
    header.freeRoot = roots.freeInode;
    header.freeLevels = 1;
  }
  if (plan.features.inobtcount) {
    header.inodeBlocks = 1;
    header.freeInodeBlocks = roots.freeInode === undefined ? 0 : 1;
  }
  seal(bytes, Agi.offsets.crc);
  return bytes;
}

function agfl({ plan }: Layout, agno: number, freelist: BlockRun): Uint8Array {
  const bytes = new Uint8Array(plan.sectorSize);
  const view = viewOf(bytes);
  const header = new Agfl(view);
  header.magic = AGFL_MAGIC;
  header.agno = agno;
  header.uuid = plan.uuid;
  bytes.fill(0xff, Agfl.bytes);
  for (let i = 0; i < freelist.length; i++)
    view.setUint32(Agfl.bytes + (i + 1) * 4, freelist.start + i);
  seal(bytes, Agfl.offsets.crc);
  return bytes;
}

/** The first chunk: the root directory, two empty files, free inodes. */
export function inodeChunk(layout: Layout): Write {
  const { plan, chunkStart, chunkBlocks, inodesPerBlock } = layout;
  const bytes = new Uint8Array(chunkBlocks * plan.blockSize);
  const rootIno = chunkStart * inodesPerBlock;
  for (let i = 0; i < inodeCount(layout); i++) {
    const at = i * plan.inodeSize;
    const one = bytes.subarray(at, at + plan.inodeSize);
    const inode = new Dinode(viewOf(one));
    inode.magic = DINODE_MAGIC;
    inode.version = 3;
    inode.nextUnlinked = NULL32;
    inode.ino = rootIno + i;
    inode.uuid = plan.uuid;
    if (i === 0) writeRoot(layout, inode, rootIno);
    else if (i < FIRST_INODES) writeRealtimeFile(layout, inode, i === 1);
    seal(one, Dinode.offsets.crc);
  }
  return { address: agAddress(layout, 0, chunkStart), bytes };
}

const DIRECTORY_MODE = 0o040755;
const FILE_MODE = 0o100000;
function writeCommon(layout: Layout, inode: Dinode, mode: number, links: number): void {
  const { features, time } = layout.plan;
  inode.mode = mode;
  inode.links = links;
  inode.attrFormat = ForkFormat.extents;
  inode.flags2 =
    (features.bigtime ? InodeFlag2.bigtime : 0) | (features.nrext64 ? InodeFlag2.nrext64 : 0);
  const write = features.bigtime ? writeBigtime : writeClassicTime;
  const seconds = Math.floor(time / 1000);
  const nanoseconds = Math.round((time - seconds * 1000) * 1_000_000);
  const { accessed, modified, changed, born } = Dinode.offsets;
  for (const at of [accessed, modified, changed, born])
    write(inode.view, at, { seconds, nanoseconds });
}

/** Short form: no entries, its own parent. */
function writeRoot(layout: Layout, inode: Dinode, rootIno: number): void {
  const SHORT_BYTES = 6;
  writeCommon(layout, inode, DIRECTORY_MODE, 2);
  inode.format = ForkFormat.local;
  inode.view.setUint32(Dinode.offsets.size + 4, SHORT_BYTES);
  inode.view.setUint32(Dinode.bytes + 2, rootIno);
}

function writeRealtimeFile(layout: Layout, inode: Dinode, isBitmap: boolean): void {
  writeCommon(layout, inode, FILE_MODE, 1);
  inode.format = ForkFormat.extents;
  if (isBitmap) inode.flags = InodeFlag.newBitmap; // in the time of a section that is not there
}

/** A clean log: the record of an unmount, at its start; the rest is zeros. */
export function cleanLog(layout: Layout): Write {
  const { plan, logGroup, logStart, logStripe } = layout;
  const stripeBytes = logStripe * plan.blockSize;
  const recordBytes = Math.max(LOG_HEADER_COVERS_BYTES, stripeBytes);
  const headerBytes = Math.ceil(recordBytes / LOG_HEADER_COVERS_BYTES) * BASIC_BLOCK_BYTES;
  const dataBytes = Math.max(BASIC_BLOCK_BYTES, stripeBytes - headerBytes);
  const bytes = new Uint8Array(headerBytes + dataBytes);
  const view = viewOf(bytes);
  const record = new LogRecordHeader(view);
  record.magic = LOG_MAGIC;
  record.cycle = 1;
  record.version = 2;
  record.length = dataBytes;
  view.setUint32(LogRecordHeader.offsets.lsn, 1); // cycle 1, block 0
  view.setUint32(LogRecordHeader.offsets.tailLsn, 1);
  record.previousBlock = NULL32;
  record.operations = 1;
  record.firstCycles = UNMOUNT_TRANSACTION;
  view.setUint32(LOG_FORMAT_AT, LOG_FORMAT_LITTLE_ENDIAN);
  bytes.set(plan.uuid, LOG_UUID_AT);
  view.setUint32(LOG_HEADER_SIZE_AT, recordBytes);
  const data = new DataView(bytes.buffer, headerBytes);
  const operation = new LogOperation(data);
  operation.length = UNMOUNT_BYTES;
  operation.client = LOG_CLIENT;
  operation.flags = UNMOUNT_FLAG;
  data.setUint16(LogOperation.bytes, UNMOUNT_MAGIC, true);
  // Every block but the first begins with the cycle; what it displaced stands in the header.
  for (let at = BASIC_BLOCK_BYTES; at < bytes.length; at += BASIC_BLOCK_BYTES)
    view.setUint32(at, 1);
  return { address: agAddress(layout, logGroup, logStart), bytes };
}

const UNMOUNT_TRANSACTION = 0xb0c0_d0d0;
const UNMOUNT_BYTES = 8;
const UNMOUNT_MAGIC = 0x556e; // "Un"
const LOG_CLIENT = 0xaa;
const LOG_FORMAT_AT = 300;
const LOG_FORMAT_LITTLE_ENDIAN = 1;
const LOG_UUID_AT = 304;

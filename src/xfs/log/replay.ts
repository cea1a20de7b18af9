/**
 * Replay: puts what the log holds into its place on a device, oldest first.
 *
 * Metadata says which log record it is as new as (its LSN), so that nothing older is put over it; a block
 * that was freed is left alone by everything logged before. Each item's rules are those of Linux. Intents
 * without their done items are told, not finished: they are the first steps of operations that a writer
 * would have to take to their end.
 */
import { CorruptError } from '../../core/index.js';
import { crc32cAround } from '../../ondisk/index.js';
import type { BlockDevice } from '../../device/index.js';
import { BASIC_BLOCK_BYTES } from '../format/block-header.js';
import { LongBtreeHeader, btreeHeaderBytes } from '../format/btree-block.js';
import {
  BMAP_ROOT_HEADER_BYTES,
  DINODE_MAGIC,
  Dinode,
  attrFork,
  dataFork,
  type ForkShape,
} from '../format/dinode.js';
import type { Geometry } from '../format/geometry.js';
import { applyLoggedCore } from './inode-core.js';
import {
  BUFFER_CHUNK_BYTES,
  BufferFlag,
  BufferFormat,
  InodeCreateFormat,
  InodeField,
  InodeFormat,
  ItemType,
} from './items.js';
import { compareLsn, type Lsn } from './records.js';
import { stampsOf } from './stamps.js';
import type { LogItem, LogTransaction } from './transactions.js';

/** Kinds of operations that the log shows begun and not ended. */
export interface ReplayResult {
  readonly transactions: number;
  /** Intents without a done item, by type. */
  readonly unfinished: ReadonlyMap<number, number>;
}

const INTENTS = new Map<number, number>([
  [ItemType.extentFree, ItemType.extentFreeDone],
  [ItemType.rmapUpdate, ItemType.rmapUpdateDone],
  [ItemType.refcountUpdate, ItemType.refcountUpdateDone],
  [ItemType.mapUpdate, ItemType.mapUpdateDone],
  [ItemType.attribute, ItemType.attributeDone],
  [ItemType.exchange, ItemType.exchangeDone],
]);

/** Twice the longest block, which a directory's and a cluster of inodes can be. */
const BUFFER_BYTES_MAX = 2 * 65536;

/** Intents and done items tell their number at this offset of their format. */
const INTENT_NUMBER_AT = 8;

export async function replay(
  device: BlockDevice,
  geometry: Geometry,
  transactions: readonly LogTransaction[],
): Promise<ReplayResult> {
  const replayer = new Replayer(device, geometry);
  for (const { items } of transactions) for (const item of items) replayer.noteCancelled(item);
  for (const { lsn, items } of transactions)
    for (const item of items) await replayer.apply(item, lsn);
  return { transactions: transactions.length, unfinished: replayer.unfinished() };
}

function broken(rule: string): CorruptError {
  return new CorruptError(rule, 'log');
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function formatOf(item: LogItem, bytes: number): DataView {
  const [format] = item.regions;
  if (format === undefined || format.length < bytes) throw broken('log: an item has its format');
  return viewOf(format);
}

/** Inodes are made by so many, or by blocks where a block holds more. */
const INODES_PER_CHUNK = 64;

/** The same place may have been a block of another length before: that is another block. */
function blockKey(blkno: number, blocks: number): string {
  return `${blkno}+${blocks}`;
}

class Replayer {
  /** By place and length of the block: how many cancel items are still ahead. */
  readonly #cancelled = new Map<string, number>();
  /** Intents by type and number. */
  readonly #intents = new Map<string, number>();

  constructor(
    readonly device: BlockDevice,
    readonly geometry: Geometry,
  ) {}

  noteCancelled(item: LogItem): void {
    if (item.type !== ItemType.buffer) return;
    const format = new BufferFormat(formatOf(item, BufferFormat.bytes));
    if ((format.flags & BufferFlag.cancel) === 0) return;
    const key = blockKey(format.blkno, format.blocks);
    this.#cancelled.set(key, (this.#cancelled.get(key) ?? 0) + 1);
  }

  async apply(item: LogItem, lsn: Lsn): Promise<void> {
    if (item.type === ItemType.buffer) await this.#applyBuffer(item, lsn);
    else if (item.type === ItemType.inode) await this.#applyInode(item, lsn);
    else if (item.type === ItemType.inodeCreate) await this.#createInodes(item, lsn);
    else this.#noteIntent(item);
  }

  unfinished(): Map<number, number> {
    const counts = new Map<number, number>();
    for (const type of this.#intents.values()) counts.set(type, (counts.get(type) ?? 0) + 1);
    return counts;
  }

  #noteIntent({ type, regions }: LogItem): void {
    const [format] = regions;
    if (format === undefined || format.length < INTENT_NUMBER_AT + 8) return;
    const number = viewOf(format).getBigUint64(INTENT_NUMBER_AT, true);
    if (INTENTS.has(type)) this.#intents.set(`${type} ${number}`, type);
    for (const [intent, done] of INTENTS)
      if (done === type) this.#intents.delete(`${intent} ${number}`);
  }

  async #read(blkno: number, blocks: number): Promise<Uint8Array> {
    if (blocks === 0 || blocks * BASIC_BLOCK_BYTES > BUFFER_BYTES_MAX)
      throw broken('log: a buffer has a length');
    if (blkno < 0 || (blkno + blocks) * BASIC_BLOCK_BYTES > this.device.size)
      throw broken('log: items lie in the volume');
    const bytes = new Uint8Array(blocks * BASIC_BLOCK_BYTES);
    await this.device.read(blkno * BASIC_BLOCK_BYTES, bytes);
    return bytes;
  }

  async #applyBuffer(item: LogItem, lsn: Lsn): Promise<void> {
    const view = formatOf(item, BufferFormat.bytes);
    const format = new BufferFormat(view);
    const key = blockKey(format.blkno, format.blocks);
    const ahead = this.#cancelled.get(key);
    if ((format.flags & BufferFlag.cancel) !== 0) {
      if (ahead === 1) this.#cancelled.delete(key);
      else this.#cancelled.set(key, (ahead ?? 1) - 1);
      return;
    }
    if (ahead !== undefined) return; // freed later in this log
    const bytes = await this.#read(format.blkno, format.blocks);
    if ((format.flags & BufferFlag.inodes) !== 0) this.#layUnlinked(item, format, bytes);
    else {
      const before = stampsOf(bytes, this.geometry)?.lsn;
      if (before !== undefined && compareLsn(before, lsn) >= 0) return; // it is as new, or newer
      this.#lay(item, format, bytes);
      const stamps = stampsOf(bytes, this.geometry);
      if (stamps !== undefined) stamp(bytes, stamps, lsn);
    }
    await this.device.write(format.blkno * BASIC_BLOCK_BYTES, bytes);
  }

  /** Copies the regions to where the bitmap has their runs of chunks. */
  #lay(item: LogItem, format: BufferFormat, bytes: Uint8Array): void {
    let region = 1;
    for (const { start, length } of this.#runs(item, format)) {
      const source = item.regions[region++];
      if (source === undefined || source.length < length || start + length > bytes.length)
        throw broken('log: a buffer has all its regions');
      bytes.set(source.subarray(0, length), start);
    }
  }

  /** Only the links of unlinked lists: the rest of these inodes is in items of their own. */
  #layUnlinked(item: LogItem, format: BufferFormat, bytes: Uint8Array): void {
    const logged = new Uint8Array(bytes.length);
    const isLogged = new Uint8Array(bytes.length);
    let region = 1;
    for (const { start, length } of this.#runs(item, format)) {
      const source = item.regions[region++];
      if (source === undefined || source.length < length || start + length > bytes.length)
        throw broken('log: a buffer has all its regions');
      logged.set(source.subarray(0, length), start);
      isLogged.fill(1, start, start + length);
    }
    const { inodeBytes, hasCrc } = this.geometry;
    for (let at = 0; at + inodeBytes <= bytes.length; at += inodeBytes) {
      const link = at + Dinode.offsets.nextUnlinked;
      if (isLogged[link] === 0) continue;
      bytes.set(logged.subarray(link, link + 4), link);
      if (hasCrc) sealInode(bytes.subarray(at, at + inodeBytes));
    }
  }

  #runs(item: LogItem, format: BufferFormat): { start: number; length: number }[] {
    const view = formatOf(item, BufferFormat.bytes + format.mapWords * 4);
    const runs: { start: number; length: number }[] = [];
    for (let chunk = 0; chunk < format.mapWords * 32; chunk++) {
      const word = view.getUint32(BufferFormat.bytes + Math.floor(chunk / 32) * 4, true);
      if (((word >>> (chunk % 32)) & 1) === 0) continue;
      const start = chunk * BUFFER_CHUNK_BYTES;
      const last = runs.at(-1);
      if (last !== undefined && last.start + last.length === start)
        last.length += BUFFER_CHUNK_BYTES;
      else runs.push({ start, length: BUFFER_CHUNK_BYTES });
    }
    return runs;
  }

  async #applyInode(item: LogItem, lsn: Lsn): Promise<void> {
    const format = new InodeFormat(formatOf(item, InodeFormat.bytes));
    if (this.#cancelled.has(blockKey(format.blkno, format.blocks))) return;
    const { inodeBytes, hasCrc } = this.geometry;
    const cluster = await this.#read(format.blkno, format.blocks);
    if (format.offset + inodeBytes > cluster.length)
      throw broken('log: an inode lies in its cluster');
    const bytes = cluster.subarray(format.offset, format.offset + inodeBytes);
    const inode = new Dinode(viewOf(bytes));
    if (inode.magic !== DINODE_MAGIC) throw broken('log: an inode item names an inode');
    const { lsn: at } = Dinode.offsets;
    const before = { cycle: inode.view.getUint32(at), block: inode.view.getUint32(at + 4) };
    if (hasCrc && before.cycle !== 0xffff_ffff && compareLsn(before, lsn) > 0) return;
    this.#layInode(item, format, inode);
    if (hasCrc) {
      inode.view.setUint32(at, lsn.cycle);
      inode.view.setUint32(at + 4, lsn.block);
      sealInode(bytes);
    }
    await this.device.write(format.blkno * BASIC_BLOCK_BYTES + format.offset, bytes);
  }

  #layInode(item: LogItem, format: InodeFormat, inode: Dinode): void {
    const { fields } = format;
    const core = item.regions[1];
    if (core === undefined || core.length < 100) throw broken('log: an inode item has its core');
    applyLoggedCore(core, inode);
    const bytes = new Uint8Array(inode.view.buffer, inode.view.byteOffset, inode.view.byteLength);
    const data = dataFork(inode, this.geometry);
    if (data.at + data.length > bytes.length) throw broken('log: the forks of an inode fit it');
    if ((fields & InodeField.device) !== 0)
      inode.view.setUint32(
        data.at,
        new DataView(format.view.buffer, format.view.byteOffset + 24).getUint32(0, true),
      );
    let region = 2;
    const { dataLocal, dataExtents, dataRoot, attrLocal, attrExtents, attrRoot } = InodeField;
    if ((fields & (dataLocal | dataExtents | dataRoot)) !== 0)
      this.#layFork(bytes, data, item.regions[region++], (fields & dataRoot) !== 0);
    if ((fields & (attrLocal | attrExtents | attrRoot)) === 0) return;
    const attr = attrFork(inode, this.geometry);
    if (attr === undefined) throw broken('log: an attribute fork has its place');
    this.#layFork(bytes, attr, item.regions[region], (fields & attrRoot) !== 0);
  }

  #layFork(
    inode: Uint8Array,
    fork: ForkShape,
    source: Uint8Array | undefined,
    isRoot: boolean,
  ): void {
    if (source === undefined) throw broken('log: an inode item has all its regions');
    if (isRoot) this.#layRoot(inode, fork, source);
    else if (source.length > fork.length) throw broken('log: a fork fits its inode');
    else inode.set(source, fork.at);
  }

  /** The root of a block map has a whole block's header in memory, and so in the log; on disk, four bytes. */
  #layRoot(inode: Uint8Array, fork: ForkShape, source: Uint8Array): void {
    const headerBytes = btreeHeaderBytes(true, this.geometry.hasCrc);
    if (source.length < headerBytes) throw broken('log: a root has its header');
    const header = new LongBtreeHeader(viewOf(source));
    const { count, level } = header;
    const logged = Math.floor((source.length - headerBytes) / 16);
    const stored = Math.floor((fork.length - BMAP_ROOT_HEADER_BYTES) / 16);
    if (count > logged || count > stored) throw broken('log: a root fits its inode');
    const view = viewOf(inode);
    view.setUint16(fork.at, level);
    view.setUint16(fork.at + 2, count);
    const keysAt = fork.at + BMAP_ROOT_HEADER_BYTES;
    inode.set(source.subarray(headerBytes, headerBytes + count * 8), keysAt);
    const pointersAt = headerBytes + logged * 8;
    inode.set(source.subarray(pointersAt, pointersAt + count * 8), keysAt + stored * 8);
  }

  async #createInodes(item: LogItem, lsn: Lsn): Promise<void> {
    const format = new InodeCreateFormat(formatOf(item, InodeCreateFormat.bytes));
    const { geometry } = this;
    const { agno, agblock, blocks, generation, inodeBytes, count } = format;
    const isSane =
      agno < geometry.agCount &&
      geometry.isAgBlock(agno, agblock) &&
      geometry.isAgBlock(agno, agblock + blocks - 1) &&
      inodeBytes === geometry.inodeBytes &&
      count * inodeBytes === blocks * geometry.blockBytes &&
      count <= Math.max(INODES_PER_CHUNK, geometry.inodesPerBlock);
    if (!isSane) throw broken('log: new inodes lie in a group');
    const address = geometry.agAddress(agno, agblock);
    const perCluster = (geometry.clusterBlocks * geometry.blockBytes) / BASIC_BLOCK_BYTES;
    const end = (address + blocks * geometry.blockBytes) / BASIC_BLOCK_BYTES;
    for (let blkno = address / BASIC_BLOCK_BYTES; blkno < end; blkno += perCluster)
      if (this.#cancelled.has(blockKey(blkno, perCluster))) return;
    const bytes = new Uint8Array(blocks * geometry.blockBytes);
    const first = geometry.inodeNumber(agno, agblock * geometry.inodesPerBlock);
    for (let i = 0; i < count; i++) {
      const one = bytes.subarray(i * inodeBytes, (i + 1) * inodeBytes);
      const inode = new Dinode(viewOf(one));
      inode.magic = DINODE_MAGIC;
      inode.version = geometry.hasCrc ? 3 : 2;
      inode.generation = generation;
      inode.nextUnlinked = 0xffff_ffff;
      if (!geometry.hasCrc) continue;
      inode.ino = first + i;
      inode.uuid = geometry.uuid;
      inode.view.setUint32(Dinode.offsets.lsn, lsn.cycle);
      inode.view.setUint32(Dinode.offsets.lsn + 4, lsn.block);
      sealInode(one);
    }
    await this.device.write(address, bytes);
  }
}

function sealInode(bytes: Uint8Array): void {
  viewOf(bytes).setUint32(Dinode.offsets.crc, crc32cAround(bytes, Dinode.offsets.crc), true);
}

function stamp(bytes: Uint8Array, stamps: { lsnAt: number; crcAt: number }, lsn: Lsn): void {
  const view = viewOf(bytes);
  view.setUint32(stamps.lsnAt, lsn.cycle);
  view.setUint32(stamps.lsnAt + 4, lsn.block);
  view.setUint32(stamps.crcAt, crc32cAround(bytes, stamps.crcAt), true);
}

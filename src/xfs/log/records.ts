/**
 * Records of the log, from the oldest that is still needed to the newest that is whole.
 *
 *   tail                                                    head
 *    | header(s) | data | header(s) | data | ... | header(s) | data | free, or older cycles
 *
 * Every data block begins with the cycle; the word that it displaced stands in the header. A record whose
 * checksum or cycle is wrong was torn by the crash: it and all behind it never happened.
 */
import { CorruptError } from '../../core/index.js';
import { crc32c, crc32cAround } from '../../ondisk/index.js';
import { BASIC_BLOCK_BYTES } from '../format/block-header.js';
import {
  LOG_HEADER_COVERS_BYTES,
  LOG_HEADER_SIZE_AT,
  LOG_MAGIC,
  LogOperation,
  LogRecordHeader,
  UNMOUNT_FLAG,
} from '../format/log-record.js';
import type { LogRing } from './ring.js';

/** A place in the log: cycle and basic block. Places are ordered by cycle, then block. */
export interface Lsn {
  readonly cycle: number;
  readonly block: number;
}

export function compareLsn(a: Lsn, b: Lsn): number {
  return a.cycle === b.cycle ? a.block - b.block : a.cycle - b.cycle;
}

export interface LogRecord {
  readonly lsn: Lsn;
  readonly tail: Lsn;
  /** Operations in `data`, each with its header. */
  readonly operations: number;
  /** As it was before the cycles were put in. */
  readonly data: Uint8Array;
  /** Block behind it, not taken modulo the length of the log. */
  readonly end: number;
}

/** A record is at most this long, headers and padding to a stripe unit included. */
const RECORD_BLOCKS_MAX = (2 * 256 * 1024) / BASIC_BLOCK_BYTES;

/** Bytes of a header that the checksum covers, by the two compilers that laid the structure out. */
const HEADER_CRC_BYTES = [328, 324];
const EXTENSION_CRC_BYTES = 260;
const CYCLES_PER_HEADER = LOG_HEADER_COVERS_BYTES / BASIC_BLOCK_BYTES;

function readLsn(view: DataView, at: number): Lsn {
  return { cycle: view.getUint32(at), block: view.getUint32(at + 4) };
}

/** The record whose header is at this block, or `undefined` when there is none, or none that is whole. */
function readRecord(ring: LogRing, index: number): LogRecord | undefined {
  const view = ring.block(index);
  const header = new LogRecordHeader(view);
  if (header.magic !== LOG_MAGIC || header.length % 4 !== 0) return undefined;
  const size = header.version >= 2 ? view.getUint32(LOG_HEADER_SIZE_AT) : 0;
  const headers = Math.max(1, Math.ceil(size / LOG_HEADER_COVERS_BYTES));
  const blocks = Math.ceil(header.length / BASIC_BLOCK_BYTES);
  if (
    headers + blocks > Math.min(RECORD_BLOCKS_MAX, ring.count) ||
    blocks > headers * CYCLES_PER_HEADER
  )
    return undefined;
  const { lsn, tailLsn } = LogRecordHeader.offsets;
  const record = {
    lsn: readLsn(view, lsn),
    tail: readLsn(view, tailLsn),
    operations: header.operations,
    end: index + headers + blocks,
  };
  if (record.lsn.block !== index % ring.count || record.lsn.cycle !== header.cycle)
    return undefined;
  const head = ring.blocks(index, headers);
  const data = ring.blocks(index + headers, blocks);
  if (header.crc !== 0 && !isWhole(head, data, header.length, header.crc)) return undefined;
  if (!restore(head, data, record.lsn, ring.count)) return undefined;
  return { ...record, data: data.subarray(0, header.length) };
}

function isWhole(head: Uint8Array, data: Uint8Array, length: number, expected: number): boolean {
  return HEADER_CRC_BYTES.some((bytes) => {
    let crc = crc32cAround(head.subarray(0, bytes), LogRecordHeader.offsets.crc);
    for (let at = BASIC_BLOCK_BYTES; at < head.length; at += BASIC_BLOCK_BYTES)
      crc = crc32c(head.subarray(at, at + EXTENSION_CRC_BYTES), crc);
    return crc32c(data.subarray(0, length), crc) === expected;
  });
}

/** Puts the displaced words back. Returns false when a block is of another pass over the ring. */
function restore(
  head: Uint8Array,
  data: Uint8Array,
  { cycle, block }: Lsn,
  ringBlocks: number,
): boolean {
  const from = new DataView(head.buffer);
  const to = new DataView(data.buffer);
  const first = block + head.length / BASIC_BLOCK_BYTES;
  for (let i = 0; i * BASIC_BLOCK_BYTES < data.length; i++) {
    const expected = first + i >= ringBlocks ? cycle + 1 : cycle; // the record goes around the end
    if (to.getUint32(i * BASIC_BLOCK_BYTES) !== expected) return false;
    const extension = Math.floor(i / CYCLES_PER_HEADER);
    const table =
      extension === 0 ? LogRecordHeader.offsets.firstCycles : extension * BASIC_BLOCK_BYTES + 4;
    to.setUint32(i * BASIC_BLOCK_BYTES, from.getUint32(table + (i % CYCLES_PER_HEADER) * 4));
  }
  return true;
}

/** The newest whole record that ends at or before `head`, searched for backwards. */
function newestBefore(
  ring: LogRing,
  head: number,
): { index: number; record: LogRecord | undefined } | undefined {
  const backMax = Math.min(RECORD_BLOCKS_MAX, ring.count);
  for (let back = 1; back <= backMax; back++) {
    const index = (head - back + ring.count) % ring.count;
    if (ring.block(index).getUint32(0) === LOG_MAGIC)
      return { index, record: readRecord(ring, index) };
  }
  return undefined;
}

/** Torn records at the head that are given up before the log counts as broken. */
const TORN_MAX = 64;

/** Is this the record of an unmount? Then nothing before it is needed. */
function isUnmount({ operations, data }: LogRecord): boolean {
  if (operations !== 1 || data.length < LogOperation.bytes) return false;
  const view = new DataView(data.buffer, data.byteOffset);
  return (new LogOperation(view).flags & UNMOUNT_FLAG) !== 0;
}

/** Has all that the log holds reached its place? The newest record is then that of an unmount. */
export function isLogClean(ring: LogRing): boolean {
  if (ring.cycle(0) === 0) return true; // never written
  const head = ring.head();
  const record = newestBefore(ring, head)?.record;
  return record !== undefined && record.end % ring.count === head % ring.count && isUnmount(record);
}

/**
 * What a mount has to replay, oldest first; nothing when the log is clean.
 *
 * @throws CorruptError when no whole record can be found
 */
export function recordsToReplay(ring: LogRing): LogRecord[] {
  if (ring.cycle(0) === 0) return []; // never written
  let head = ring.head();
  for (let torn = 0; torn < TORN_MAX; torn++) {
    const newest = newestBefore(ring, head);
    if (newest === undefined) break;
    const { index, record } = newest;
    if (record !== undefined && record.end % ring.count === head % ring.count) {
      if (isUnmount(record)) return [];
      const chain = chainTo(ring, record.tail, head);
      if (chain.records !== undefined) return chain.records;
      head = chain.stop; // a record before it is torn: nothing from there on happened
    } else head = index;
  }
  throw new CorruptError(
    'log: a whole record lies before the head',
    'log',
    ring.mount.geometry.logAddress,
  );
}

/** The records from the tail to the head, or the block where the chain breaks. */
function chainTo(
  ring: LogRing,
  tail: Lsn,
  head: number,
): { records: LogRecord[]; stop: number } | { records: undefined; stop: number } {
  const records: LogRecord[] = [];
  const length = (head - tail.block + ring.count) % ring.count || ring.count;
  let at = tail.block;
  for (let walked = 0; walked < length;) {
    const record = readRecord(ring, at);
    const last = records.at(-1);
    if (record === undefined || (last !== undefined && compareLsn(record.lsn, last.lsn) <= 0))
      return { records: undefined, stop: at };
    records.push(record);
    walked += record.end - at;
    at = record.end % ring.count;
  }
  return { records, stop: at };
}

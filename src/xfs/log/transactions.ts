/**
 * Transactions in the log: operations of all kinds interleave, and belong together by a number.
 *
 *   start | header | item: regions ... | item: regions ... | commit
 *
 * A region that does not fit a record goes on in the next. What has no commit never happened.
 */
import { CorruptError } from '../../core/index.js';
import { LogOperation } from '../format/log-record.js';
import type { LogRecord, Lsn } from './records.js';

/** A change to one thing: its kind, and the regions that say what. Numbers in regions are little-endian. */
export interface LogItem {
  readonly type: number;
  /** The first is the item's format; it says what the others are. */
  readonly regions: readonly Uint8Array[];
}

export interface LogTransaction {
  /** Place of the record in which it began. */
  readonly lsn: Lsn;
  readonly items: readonly LogItem[];
}

const OperationFlag = { start: 0x01, commit: 0x02, continues: 0x04, continued: 0x08 } as const;

/** Operations of transactions; the log's own (an unmount) have another number. */
const TRANSACTION_CLIENT = 0x69;

/** First region of a transaction: magic, kind, number, count of items. */
const TRANSACTION_HEADER_BYTES = 16;

/** A checkpoint that has begun. */
interface Pending {
  readonly lsn: Lsn;
  readonly regions: Uint8Array[];
}

function broken(rule: string): CorruptError {
  return new CorruptError(rule, 'log');
}

/** All transactions that were committed, in the order of their commits. */
export function committedTransactions(records: readonly LogRecord[]): LogTransaction[] {
  const committed: LogTransaction[] = [];
  const pending = new Map<number, Pending>();
  for (const { lsn, operations, data } of records) {
    const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
    let at = 0;
    for (let i = 0; i < operations; i++) {
      if (at + LogOperation.bytes > data.length) throw broken('log: operations fit their record');
      const { transaction, length, client, flags } = new LogOperation(view, at);
      at += LogOperation.bytes;
      if (length > data.length - at) throw broken('log: operations fit their record');
      const region = data.subarray(at, at + length);
      at += length;
      if (client !== TRANSACTION_CLIENT) continue;
      if ((flags & OperationFlag.start) !== 0) pending.set(transaction, { lsn, regions: [] });
      const open = pending.get(transaction);
      if (open === undefined) continue; // began before the tail, so all of it is in its place
      if ((flags & OperationFlag.commit) !== 0) {
        committed.push({ lsn: open.lsn, items: itemsOf(open.regions) });
        pending.delete(transaction);
      } else if ((flags & OperationFlag.continued) !== 0) extend(open.regions, region);
      else if (length > 0 || (flags & OperationFlag.continues) !== 0) open.regions.push(region);
    }
  }
  return committed;
}

function extend(regions: Uint8Array[], more: Uint8Array): void {
  const last = regions.pop();
  if (last === undefined) throw broken('log: a region goes on that has begun');
  const whole = new Uint8Array(last.length + more.length);
  whole.set(last);
  whole.set(more, last.length);
  regions.push(whole);
}

function itemsOf(regions: readonly Uint8Array[]): LogItem[] {
  const items: LogItem[] = [];
  if ((regions[0]?.length ?? 0) !== TRANSACTION_HEADER_BYTES)
    throw broken('log: a transaction begins with its header');
  for (let at = 1; at < regions.length;) {
    const format = regions[at]!;
    if (format.length < 4) throw broken('log: an item begins with its format');
    const view = new DataView(format.buffer, format.byteOffset, format.byteLength);
    const count = view.getUint16(2, true);
    if (count === 0 || at + count > regions.length)
      throw broken('log: an item has all its regions');
    items.push({ type: view.getUint16(0, true), regions: regions.slice(at, at + count) });
    at += count;
  }
  return items;
}

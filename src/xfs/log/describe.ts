/** What the log holds, for people: its transactions, and one line for each item. */
import {
  BufferFlag,
  BufferFormat,
  InodeCreateFormat,
  InodeField,
  InodeFormat,
  ItemType,
} from './items.js';
import { recordsToReplay, type Lsn } from './records.js';
import type { LogRing } from './ring.js';
import { committedTransactions, type LogItem } from './transactions.js';

export interface LogDescription {
  /** Whole records from the tail to the head; none when the log is clean. */
  readonly records: readonly {
    readonly lsn: Lsn;
    readonly tail: Lsn;
    readonly operations: number;
    readonly bytes: number;
  }[];
  readonly transactions: readonly { readonly lsn: Lsn; readonly items: readonly string[] }[];
}

export function describeLog(ring: LogRing): LogDescription {
  const records = recordsToReplay(ring);
  return {
    records: records.map(({ lsn, tail, operations, data }) => ({
      lsn,
      tail,
      operations,
      bytes: data.length,
    })),
    transactions: committedTransactions(records).map(({ lsn, items }) => ({
      lsn,
      items: items.map(describeItem),
    })),
  };
}

const NAMES = new Map<number, string>(
  Object.entries(ItemType).map(([name, type]) => [
    type,
    name.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`),
  ]),
);

function describeItem({ type, regions }: LogItem): string {
  const format = regions[0]!;
  const view = new DataView(format.buffer, format.byteOffset, format.byteLength);
  if (type === ItemType.buffer && format.length >= BufferFormat.bytes) return describeBuffer(view);
  if (type === ItemType.inode && format.length >= InodeFormat.bytes) return describeInode(view);
  if (type === ItemType.inodeCreate && format.length >= InodeCreateFormat.bytes) {
    const { count, agno, agblock } = new InodeCreateFormat(view);
    return `inode create: ${count} in group ${agno} at block ${agblock}`;
  }
  const name = NAMES.get(type) ?? `item 0x${type.toString(16)}`;
  return format.length >= 16 ? `${name} ${view.getBigUint64(8, true).toString(16)}` : name;
}

function describeBuffer(view: DataView): string {
  const { blkno, blocks, flags, regions } = new BufferFormat(view);
  const place = `buffer ${blkno}+${blocks}`;
  if ((flags & BufferFlag.cancel) !== 0) return `${place}: freed`;
  if ((flags & BufferFlag.inodes) !== 0) return `${place}: unlinked lists`;
  return `${place}: ${regions - 1} ${regions === 2 ? 'run' : 'runs'}`;
}

function describeInode(view: DataView): string {
  const { ino, fields } = new InodeFormat(view);
  const names = Object.entries(InodeField)
    .filter(([, bit]) => (fields & bit) !== 0)
    .map(([name]) => name.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`));
  return `inode ${ino}: ${names.join(', ')}`;
}

/**
 * Is the log clean? It is when the newest record is the one that an unmount writes, alone.
 *
 * The head, where the next record would go, is where the cycle number falls from one block to the next;
 * a binary search finds it, and the newest record's header is the nearest one before it.
 */
import { roundDown } from '../../core/index.js';
import type { BlockOps } from '../../buffer/index.js';
import { BASIC_BLOCK_BYTES } from '../format/block-header.js';
import type { Geometry } from '../format/geometry.js';
import {
  LOG_HEADER_COVERS_BYTES,
  LOG_HEADER_SIZE_AT,
  LOG_MAGIC,
  LogOperation,
  LogRecordHeader,
  UNMOUNT_FLAG,
} from '../format/log-record.js';
import type { Mount } from '../mount.js';

/** The log as it lies there: its blocks are verified by what they say of each other, not one by one. */
const logOps: BlockOps<Geometry> = {
  name: 'log',
  crcOffset: () => undefined,
  verify: () => undefined,
};

/** Bytes read at once. */
const CHUNK_BYTES = 32768;

/** A record is at most this long, headers and padding to a stripe unit included. */
const RECORD_BYTES_MAX = 2 * 256 * 1024;

class LogBlocks {
  /** Basic blocks in the log. */
  readonly count: number;

  constructor(readonly mount: Mount) {
    this.count = mount.geometry.logBytes / BASIC_BLOCK_BYTES;
  }

  /** A basic block, by its number in the log. */
  read(index: number): DataView {
    const { geometry, cache } = this.mount;
    const position = index * BASIC_BLOCK_BYTES;
    const chunk = roundDown(position, CHUNK_BYTES);
    const length = Math.min(CHUNK_BYTES, geometry.logBytes - chunk);
    const { bytes } = cache.read(geometry.logAddress + chunk, length, logOps);
    return new DataView(bytes.buffer, bytes.byteOffset + position - chunk, BASIC_BLOCK_BYTES);
  }

  cycle(index: number): number {
    const view = this.read(index);
    const first = view.getUint32(0);
    return first === LOG_MAGIC ? view.getUint32(4) : first;
  }

  /** The block behind the newest one; `count` when that is the last of the ring. */
  head(): number {
    const newest = this.cycle(0);
    let low = 0; // has the newest cycle
    let high = this.count; // has an older one, or is the end
    while (high - low > 1) {
      const middle = Math.floor((low + high) / 2);
      if (this.cycle(middle) === newest) low = middle;
      else high = middle;
    }
    return high;
  }
}

/** @returns false when there is anything in the log that has not reached its place */
export function isLogClean(mount: Mount): boolean {
  const log = new LogBlocks(mount);
  if (log.cycle(0) === 0) return true; // never written
  const head = log.head();
  const backMax = Math.min(RECORD_BYTES_MAX / BASIC_BLOCK_BYTES, log.count);
  for (let back = 1; back <= backMax; back++) {
    const index = (head - back + log.count) % log.count;
    const view = log.read(index);
    if (view.getUint32(0) === LOG_MAGIC) return isUnmount(log, index, view, head % log.count);
  }
  return false;
}

/** Is this the record of an unmount, and does it end at the head? */
function isUnmount(log: LogBlocks, index: number, view: DataView, head: number): boolean {
  const record = new LogRecordHeader(view);
  const headerSize = record.version >= 2 ? view.getUint32(LOG_HEADER_SIZE_AT) : 0;
  const headers = Math.max(1, Math.ceil(headerSize / LOG_HEADER_COVERS_BYTES));
  const data = (index + headers) % log.count;
  const end = (data + Math.ceil(record.length / BASIC_BLOCK_BYTES)) % log.count;
  if (end !== head || record.operations !== 1) return false;
  return (new LogOperation(log.read(data)).flags & UNMOUNT_FLAG) !== 0;
}

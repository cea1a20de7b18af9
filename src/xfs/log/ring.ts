/**
 * The log as a ring of basic blocks, and the cycle number that each carries.
 *
 * Its blocks are not verified one by one: what they say of each other, and the checksums of whole records,
 * is what counts.
 */
import { roundDown } from '../../core/index.js';
import type { BlockOps } from '../../buffer/index.js';
import { BASIC_BLOCK_BYTES } from '../format/block-header.js';
import type { Geometry } from '../format/geometry.js';
import { LOG_MAGIC } from '../format/log-record.js';
import type { Mount } from '../mount.js';

const logOps: BlockOps<Geometry> = {
  name: 'log',
  crcOffset: () => undefined,
  verify: () => undefined,
};

/** Bytes read at once. */
const CHUNK_BYTES = 32768;

export class LogRing {
  /** Basic blocks in the log. */
  readonly count: number;

  constructor(readonly mount: Mount) {
    this.count = mount.geometry.logBytes / BASIC_BLOCK_BYTES;
  }

  /** A basic block, by its number in the log, taken modulo its length. */
  block(index: number): DataView {
    const { geometry, cache } = this.mount;
    const position = (((index % this.count) + this.count) % this.count) * BASIC_BLOCK_BYTES;
    const chunk = roundDown(position, CHUNK_BYTES);
    const length = Math.min(CHUNK_BYTES, geometry.logBytes - chunk);
    const { bytes } = cache.read(geometry.logAddress + chunk, length, logOps);
    return new DataView(bytes.buffer, bytes.byteOffset + position - chunk, BASIC_BLOCK_BYTES);
  }

  /** A copy of consecutive blocks, around the end of the ring where need be. */
  blocks(index: number, count: number): Uint8Array {
    const bytes = new Uint8Array(count * BASIC_BLOCK_BYTES);
    for (let i = 0; i < count; i++) {
      const { buffer, byteOffset } = this.block(index + i);
      bytes.set(new Uint8Array(buffer, byteOffset, BASIC_BLOCK_BYTES), i * BASIC_BLOCK_BYTES);
    }
    return bytes;
  }

  cycle(index: number): number {
    const view = this.block(index);
    const first = view.getUint32(0);
    return first === LOG_MAGIC ? view.getUint32(4) : first;
  }

  /** The block behind the newest one: where the cycle falls. `count` when that is the end of the ring. */
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

/**
 * Changes over a device that stay in memory: what was written is read back, the device itself is left alone.
 *
 * Kept in chunks; a chunk is copied from the device when something in it is first written. `direct` is
 * that of the device, so pages that are mapped are not those that were changed here: for metadata, which
 * nobody maps.
 */
import { roundDown } from '../core/index.js';
import type { BlockDevice, DirectAccess } from './block-device.js';
import { checkRange } from './check-range.js';

/** A sector of any size up to this is changed as a whole. */
const CHUNK_BYTES = 4096;

export class OverlayDevice implements BlockDevice {
  readonly name: string;
  readonly size: number;
  readonly sectorSize: number;
  readonly readOnly = false;
  readonly direct?: DirectAccess;
  readonly readSync?: (position: number, target: Uint8Array) => void;
  readonly #device: BlockDevice;
  readonly #chunks = new Map<number, Uint8Array>();

  constructor(device: BlockDevice) {
    this.#device = device;
    this.name = device.name;
    this.size = device.size;
    this.sectorSize = device.sectorSize;
    if (device.direct !== undefined) this.direct = device.direct;
    if (device.readSync !== undefined)
      this.readSync = (position, target) => {
        device.readSync!(position, target);
        this.#lay(position, target);
      };
  }

  async read(position: number, target: Uint8Array): Promise<void> {
    await this.#device.read(position, target);
    this.#lay(position, target);
  }

  async write(position: number, source: Uint8Array): Promise<void> {
    checkRange(this, position, source.length);
    for (let at = 0; at < source.length;) {
      const start = roundDown(position + at, CHUNK_BYTES);
      const chunk = await this.#chunk(start);
      const into = position + at - start;
      const length = Math.min(source.length - at, chunk.length - into);
      chunk.set(source.subarray(at, at + length), into);
      at += length;
    }
  }

  async flush(): Promise<void> {}

  close(): Promise<void> {
    return this.#device.close();
  }

  async #chunk(start: number): Promise<Uint8Array> {
    const known = this.#chunks.get(start);
    if (known !== undefined) return known;
    const chunk = new Uint8Array(Math.min(CHUNK_BYTES, this.size - start));
    await this.#device.read(start, chunk);
    this.#chunks.set(start, chunk);
    return chunk;
  }

  /** Puts the changes over what was read from the device. */
  #lay(position: number, target: Uint8Array): void {
    if (this.#chunks.size === 0) return;
    const end = position + target.length;
    for (let start = roundDown(position, CHUNK_BYTES); start < end; start += CHUNK_BYTES) {
      const chunk = this.#chunks.get(start);
      if (chunk === undefined) continue;
      const from = Math.max(position, start);
      const to = Math.min(end, start + chunk.length);
      target.set(chunk.subarray(from - start, to - start), from - position);
    }
  }
}

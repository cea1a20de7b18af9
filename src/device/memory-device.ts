/** A device whose bytes lie in memory: tests, and images that were made or fetched whole. */
import type { BlockDevice } from './block-device.js';
import { checkRange, checkWrite } from './check-range.js';

export interface MemoryDeviceOptions {
  readonly name?: string;
  readonly readOnly?: boolean;
  /** Bytes; default 512. */
  readonly sectorSize?: number;
}

export class MemoryDevice implements BlockDevice {
  readonly name: string;
  readonly size: number;
  readonly sectorSize: number;
  readonly readOnly: boolean;
  readonly #bytes: Uint8Array;

  /** Not a copy: writes to the device are writes to `bytes`. */
  constructor(bytes: Uint8Array | ArrayBuffer, options: MemoryDeviceOptions = {}) {
    this.#bytes = bytes instanceof Uint8Array ? bytes : new Uint8Array(bytes);
    this.name = options.name ?? 'memory';
    this.size = this.#bytes.length;
    this.sectorSize = options.sectorSize ?? 512;
    this.readOnly = options.readOnly ?? false;
  }

  readSync(position: number, target: Uint8Array): void {
    checkRange(this, position, target.length);
    target.set(this.#bytes.subarray(position, position + target.length));
  }

  async read(position: number, target: Uint8Array): Promise<void> {
    this.readSync(position, target);
  }

  writeSync(position: number, source: Uint8Array): void {
    checkWrite(this, position, source.length);
    this.#bytes.set(source, position);
  }

  async write(position: number, source: Uint8Array): Promise<void> {
    this.writeSync(position, source);
  }

  async flush(): Promise<void> {}

  async close(): Promise<void> {}
}

/**
 * A device over a Blob: an image that a person chose in a browser (`File`), or `fs.openAsBlob`.
 *
 * Only what is asked for is fetched. A Blob has no synchronous read, so neither has the device, and
 * nobody can write to one.
 */
import { FsError } from '../core/index.js';
import type { BlockDevice } from './block-device.js';
import { checkRange, checkWrite } from './check-range.js';

/** What is needed of a Blob: the browser's and node:buffer's are both this. */
export interface BlobLike {
  readonly size: number;
  slice(start: number, end: number): { arrayBuffer(): Promise<ArrayBuffer> };
}

export class BlobDevice implements BlockDevice {
  readonly size: number;
  readonly sectorSize = 512;
  readonly readOnly = true;
  readonly #blob: BlobLike;

  constructor(
    blob: BlobLike,
    readonly name = 'blob',
  ) {
    this.#blob = blob;
    this.size = blob.size;
  }

  async read(position: number, target: Uint8Array): Promise<void> {
    checkRange(this, position, target.length);
    const bytes = await this.#fetch(position, target.length);
    if (bytes.length !== target.length) throw this.#failed(position, 'the blob was cut short');
    target.set(bytes);
  }

  async write(position: number, source: Uint8Array): Promise<void> {
    checkWrite(this, position, source.length);
  }

  async flush(): Promise<void> {}

  async close(): Promise<void> {}

  async #fetch(position: number, length: number): Promise<Uint8Array> {
    try {
      return new Uint8Array(await this.#blob.slice(position, position + length).arrayBuffer());
    } catch (error) {
      // A browser answers NotReadableError when the file behind a Blob was changed.
      throw this.#failed(position, String(error));
    }
  }

  #failed(position: number, why: string): FsError {
    return new FsError('EIO', { detail: `${this.name} at byte ${position}: ${why}` });
  }
}

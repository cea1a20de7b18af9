/**
 * An image in memory without its zeros, and devices over it that differ in a few bytes.
 *
 * A case of the fuzzer changes some bytes of an image of tens of MiB: it copies the chunks that hold
 * them, and shares the rest with all other cases.
 */
import type { BlockDevice } from '#src/device/index.js';
import { FsError, isWithin } from '#src/core/index.js';

const CHUNK_BYTES = 4096;

export class SparseImage {
  readonly size: number;
  /** By position / CHUNK_BYTES; absent where all is zeros. */
  readonly #chunks = new Map<number, Uint8Array>();

  constructor(bytes: Uint8Array) {
    this.size = bytes.length;
    for (let at = 0; at < bytes.length; at += CHUNK_BYTES) {
      const chunk = bytes.subarray(at, at + CHUNK_BYTES);
      if (chunk.some((byte) => byte !== 0)) this.#chunks.set(at / CHUNK_BYTES, chunk.slice());
    }
  }

  chunk(index: number): Uint8Array | undefined {
    return this.#chunks.get(index);
  }
}

/** What a device was asked for. */
export interface Traffic {
  reads: number;
  bytes: number;
  /** Of the longest read, bytes. */
  longest: number;
}

/** The image with changes of its own. Nothing is written through it: `edit` is the test's. */
export class EditedDevice implements BlockDevice {
  readonly name = 'edited image';
  readonly sectorSize = 512;
  readonly readOnly = true;
  readonly traffic: Traffic = { reads: 0, bytes: 0, longest: 0 };
  readonly #image: SparseImage;
  readonly #edited = new Map<number, Uint8Array>();
  readonly readSync?: (position: number, target: Uint8Array) => void;

  /**
   * @param size bytes: less than the image's to have it cut short
   * @param isSync whether the device can be read synchronously, which a Blob cannot
   */
  constructor(
    image: SparseImage,
    readonly size = image.size,
    isSync = true,
  ) {
    this.#image = image;
    if (isSync) this.readSync = (position, target) => this.#read(position, target);
  }

  edit(position: number, bytes: Uint8Array): void {
    for (let done = 0; done < bytes.length;) {
      const index = Math.floor((position + done) / CHUNK_BYTES);
      const at = position + done - index * CHUNK_BYTES;
      const part = bytes.subarray(done, done + CHUNK_BYTES - at);
      this.#own(index).set(part, at);
      done += part.length;
    }
  }

  async read(position: number, target: Uint8Array): Promise<void> {
    this.#read(position, target);
  }

  async write(): Promise<void> {
    throw new FsError('EROFS');
  }

  async flush(): Promise<void> {}

  async close(): Promise<void> {}

  #read(position: number, target: Uint8Array): void {
    if (!isWithin(position, target.length, this.size))
      throw new FsError('EINVAL', { detail: `${target.length} bytes at byte ${position}` });
    this.traffic.reads++;
    this.traffic.bytes += target.length;
    this.traffic.longest = Math.max(this.traffic.longest, target.length);
    this.copyOut(position, target);
  }

  /** Reads, uncounted and unchecked. */
  copyOut(position: number, target: Uint8Array): void {
    for (let done = 0; done < target.length;) {
      const index = Math.floor((position + done) / CHUNK_BYTES);
      const at = position + done - index * CHUNK_BYTES;
      const part = target.subarray(done, done + CHUNK_BYTES - at);
      const chunk = this.#edited.get(index) ?? this.#image.chunk(index);
      if (chunk === undefined) part.fill(0);
      else part.set(chunk.subarray(at, at + part.length));
      done += part.length;
    }
  }

  #own(index: number): Uint8Array {
    let chunk = this.#edited.get(index);
    if (chunk === undefined) {
      chunk = new Uint8Array(CHUNK_BYTES);
      const shared = this.#image.chunk(index);
      if (shared !== undefined) chunk.set(shared);
      this.#edited.set(index, chunk);
    }
    return chunk;
  }
}

/** A file, or a window of it, in memory. */
import type { MappedFile } from '../dax/index.js';
import type { Extent, MappingMode } from './types.js';

/** How a mapping is named while it is open; `FileSystem.close` closes what was forgotten. */
export type Registry = Set<Mapping>;

/**
 * Read-only: as in C, a store into a page of the image is a segmentation fault, which ends the process.
 */
export class Mapping {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly buffer: ArrayBuffer;
  readonly mode: MappingMode;
  /** Bytes that are the image's own pages. */
  readonly mappedBytes: number;
  /** Bytes that were copied, because their place on the device cannot be mapped. */
  readonly copiedBytes: number;
  readonly #file: MappedFile;
  readonly #registry: Registry;

  constructor(
    file: MappedFile,
    canMap: boolean,
    /** The extents that lie in the mapping. */
    readonly extents: readonly Extent[],
    registry: Registry,
  ) {
    this.#file = file;
    this.#registry = registry;
    this.buffer = file.buffer;
    this.bytes = new Uint8Array(file.buffer);
    this.mappedBytes = file.mappedBytes;
    this.copiedBytes = file.copiedBytes;
    this.mode = modeOf(file, canMap);
    registry.add(this);
  }

  /** Unmaps. From then on mapped bytes read as zeros. Idempotent. */
  close(): void {
    this.#file.release();
    this.#registry.delete(this);
  }

  [Symbol.dispose](): void {
    this.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.close();
  }
}

function modeOf({ mappedBytes, copiedBytes }: MappedFile, canMap: boolean): MappingMode {
  if (!canMap) return 'copy';
  if (copiedBytes === 0) return 'eager';
  return mappedBytes === 0 ? 'copy' : 'mixed';
}

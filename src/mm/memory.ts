/**
 * Reserved ranges of address space that pages of a device are put into.
 *
 * The range is one contiguous ArrayBuffer. It begins as zero pages; `mapDevice` replaces some of them
 * by the device's own pages, `copy` by private ones that it fills. Units: bytes; `at` and lengths are
 * multiples of `pageBytes` except where said.
 */
import type { BlockDevice } from '../device/index.js';

export interface Memory {
  readonly pageBytes: number;
  /** The longest range that one ArrayBuffer can view: 4 GiB on Node 20, terabytes from Node 22. */
  readonly viewBytesMax: number;
  /** @throws FsError ENOMEM-like (EOVERFLOW) when `length` exceeds `viewBytesMax`. `length` need not be page-aligned. */
  reserve(length: number): MemoryRange;
}

export interface MemoryRange {
  /** Exactly as long as was asked for. After `release` it reads as zeros. */
  readonly buffer: ArrayBuffer;
  /** Put `length` bytes of the device at `at`, shared and read-only: MAP_FIXED | MAP_SHARED. */
  mapDevice(at: number, device: BlockDevice, position: number, length: number): void;
  /** Private, writable zero pages over [at, at + length), to be filled by a copy. */
  writable(at: number, length: number): Uint8Array;
  release(): void;
}

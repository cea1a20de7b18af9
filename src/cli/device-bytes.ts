/**
 * Bytes of a device, to be handed to a system call: its own pages where they can be mapped, so that
 * no copy is made in user space; else read into one buffer.
 *
 * Short pieces are read everywhere. A view of 4 KiB makes the kernel map the 64 KiB around it, which
 * takes as long as reading, and ten thousand such views would hold half a gigabyte resident.
 */
import type { BlockDevice } from '../device/index.js';

const VIEW_BYTES_MIN = 64 * 1024;

/** Small enough that a mapped device drops its pages between two pieces, and memory stays bounded. */
const VIEW_BYTES_MAX = 4 * 1024 * 1024;

const READ_BYTES_MAX = 1024 * 1024;

export class DeviceBytes {
  readonly #device: BlockDevice;
  #buffer: Uint8Array | undefined;

  /** @param device has `readSync` */
  constructor(device: BlockDevice) {
    this.#device = device;
  }

  /** The first of `length` bytes at `address`; at least one. Valid until the next call. */
  at(address: number, length: number): Uint8Array {
    const { direct } = this.#device;
    if (direct !== undefined && length >= VIEW_BYTES_MIN)
      return direct.view(address, Math.min(length, VIEW_BYTES_MAX));
    this.#buffer ??= new Uint8Array(READ_BYTES_MAX);
    const piece = this.#buffer.subarray(0, Math.min(length, READ_BYTES_MAX));
    this.#device.readSync!(address, piece);
    return piece;
  }
}

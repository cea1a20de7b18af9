/**
 * A window of a device that is a device itself: what a partition is.
 *
 *     device      |--------------|======== window ========|-----------|
 *                 0            offset              offset + size   device.size
 *
 * It offers what the device below offers: `direct` and the synchronous calls are there only if they
 * are there below. Closing it closes the device below, which it takes over.
 */
import { FsError, isWithin } from '../core/index.js';
import type { BlockDevice, DirectAccess } from './block-device.js';
import { checkRange, checkWrite } from './check-range.js';

export class PartitionDevice implements BlockDevice {
  readonly sectorSize: number;
  readonly readOnly: boolean;
  readonly direct?: DirectAccess;
  readonly readSync?: (position: number, target: Uint8Array) => void;
  readonly writeSync?: (position: number, source: Uint8Array) => void;
  readonly #device: BlockDevice;

  /** @throws FsError EINVAL unless the window lies in `device`. */
  constructor(
    device: BlockDevice,
    readonly offset: number,
    readonly size: number,
    readonly name = `${device.name} from byte ${offset}`,
  ) {
    if (!isWithin(offset, size, device.size))
      throw new FsError('EINVAL', {
        detail:
          `${name} is ${size} bytes from byte ${offset} on, and reaches past the end of ` +
          `${device.name}, which has ${device.size}: is the image cut short?`,
      });
    this.#device = device;
    this.sectorSize = device.sectorSize;
    this.readOnly = device.readOnly;
    if (device.direct !== undefined) this.direct = new PartitionAccess(device.direct, offset, size);
    if (device.readSync !== undefined)
      this.readSync = (position, target) => {
        checkRange(this, position, target.length);
        device.readSync!(offset + position, target);
      };
    if (device.writeSync !== undefined)
      this.writeSync = (position, source) => {
        checkWrite(this, position, source.length);
        device.writeSync!(offset + position, source);
      };
  }

  async read(position: number, target: Uint8Array): Promise<void> {
    checkRange(this, position, target.length);
    return this.#device.read(this.offset + position, target);
  }

  async write(position: number, source: Uint8Array): Promise<void> {
    checkWrite(this, position, source.length);
    return this.#device.write(this.offset + position, source);
  }

  flush(): Promise<void> {
    return this.#device.flush();
  }

  close(): Promise<void> {
    return this.#device.close();
  }
}

class PartitionAccess implements DirectAccess {
  readonly offset: number;
  readonly #below: DirectAccess;
  readonly #start: number;
  readonly #size: number;

  /** @param start of the window in the device below, which may itself be a window */
  constructor(below: DirectAccess, start: number, size: number) {
    this.#below = below;
    this.#start = start;
    this.#size = size;
    this.offset = below.offset + start;
  }

  get descriptor(): number {
    return this.#below.descriptor;
  }

  view(position: number, length: number): Uint8Array {
    if (!isWithin(position, 0, this.#size))
      throw new FsError('EINVAL', { detail: `byte ${position} of a partition of ${this.#size}` });
    return this.#below.view(this.#start + position, Math.min(length, this.#size - position));
  }
}

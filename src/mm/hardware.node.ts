/**
 * Memory of the machine: a device's pages appear in an ArrayBuffer, and nothing is copied.
 *
 * A range outlives its buffer: see AddressRange. What this adds is the check of what is mapped, since
 * a page beyond the end of an image file is not an error until it is touched, and then it is SIGBUS.
 */
import { constants } from 'node:buffer';
import { fstatSync } from 'node:fs';
import { FsError, isWithin, roundUp } from '../core/index.js';
import { AddressRange, libc, tooLong, type Libc } from '../device/index.node.js';
import type { BlockDevice } from '../device/index.js';
import type { Memory, MemoryRange } from './memory.js';

/** `undefined` where native calls cannot be made; `libcProblem` says why. */
export function hardwareMemory(): Memory | undefined {
  const native = libc();
  return native === undefined ? undefined : new HardwareMemory(native);
}

class HardwareMemory implements Memory {
  readonly viewBytesMax = constants.MAX_LENGTH;
  readonly #libc: Libc;

  constructor(native: Libc) {
    this.#libc = native;
  }

  get pageBytes(): number {
    return this.#libc.pageBytes;
  }

  reserve(length: number): MemoryRange {
    if (!Number.isInteger(length) || length < 0)
      throw new FsError('EINVAL', { detail: `a range of ${length} bytes` });
    if (length > this.viewBytesMax) throw tooLong(length);
    return length === 0 ? new EmptyRange() : new HardwareRange(this.#libc, length);
  }
}

class HardwareRange implements MemoryRange {
  readonly #range: AddressRange;
  readonly #pageBytes: number;
  /** Whole pages. */
  readonly #length: number;

  constructor(native: Libc, length: number) {
    this.#range = new AddressRange(native, length);
    this.#pageBytes = native.pageBytes;
    this.#length = roundUp(length, native.pageBytes);
  }

  get buffer(): ArrayBuffer {
    return this.#range.buffer;
  }

  mapDevice(at: number, device: BlockDevice, position: number, length: number): void {
    const { direct } = device;
    if (direct === undefined)
      throw new FsError('ENOTSUP', { detail: `${device.name} cannot be mapped` });
    const offset = direct.offset + position;
    this.#check(at, length);
    this.#checkPages('the place on the device', offset, length);
    if (!isWithin(position, length, device.size))
      throw new FsError('EINVAL', {
        detail: `${length} bytes at byte ${position} do not lie in ${device.name}`,
      });
    if (length === 0) return;
    checkFile(direct.descriptor, offset + length, device.name);
    this.#range.mapFile(at, direct.descriptor, offset, length);
  }

  writable(at: number, length: number): Uint8Array {
    this.#check(at, length);
    return length === 0 ? new Uint8Array() : this.#range.makeWritable(at, length);
  }

  release(): void {
    this.#range.release();
  }

  #check(at: number, length: number): void {
    this.#checkPages('the place in memory', at, 0);
    if (isWithin(at, length, this.#length)) return;
    throw new FsError('EINVAL', {
      detail: `${length} bytes at ${at} do not lie in a range of ${this.buffer.byteLength}`,
    });
  }

  #checkPages(what: string, offset: number, length: number): void {
    if (offset % this.#pageBytes === 0 && length % this.#pageBytes === 0) return;
    throw new FsError('EINVAL', {
      detail: `${what}, ${length} bytes at ${offset}, is not whole pages of ${this.#pageBytes} bytes`,
    });
  }
}

/** The kernel maps no ranges of nothing. */
class EmptyRange implements MemoryRange {
  readonly buffer = new ArrayBuffer(0);

  mapDevice(at: number, device: BlockDevice, position: number, length: number): void {
    if (at !== 0 || length !== 0)
      throw new FsError('EINVAL', {
        detail: `${length} bytes at byte ${position} of ${device.name} do not lie in an empty range`,
      });
  }

  writable(at: number, length: number): Uint8Array {
    if (at === 0 && length === 0) return new Uint8Array(this.buffer);
    throw new FsError('EINVAL', { detail: `${length} bytes at ${at} of an empty range` });
  }

  release(): void {}
}

/** Closed, or shortened since it was opened? One microsecond. */
function checkFile(descriptor: number, end: number, name: string): void {
  if (descriptor < 0) throw new FsError('EBADF', { detail: `${name} is closed` });
  const stat = fstatSync(descriptor);
  if (!stat.isFile() || stat.size >= end) return;
  throw new FsError('EIO', {
    detail: `${name} was cut short to ${stat.size} bytes while it was open`,
  });
}

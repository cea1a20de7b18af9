/**
 * A file device whose pages can be mapped: direct access.
 *
 * Reads and writes are still calls on the descriptor. They agree with mappings, since both go through
 * the host's page cache, and a file that somebody shortens makes a call fail with EIO, where touching
 * its mapping raises SIGBUS. So a view is made to be handed to a system call.
 */
import { fstatSync } from 'node:fs';
import { FsError, isWithin, roundUp } from '../core/index.js';
import { AddressRange } from './address-range.node.js';
import type { BlockDevice, DirectAccess } from './block-device.js';
import type { FileDevice } from './file-device.node.js';
import { MAP_SHARED, PROT_READ, libc, type Libc } from './libc.node.js';

/** Each costs one garbage collection when it is first made, and address space, not memory. */
const WINDOW_BYTES = 1024 * 1024 * 1024;
const WINDOWS_MAX = 4;

/** Handed out between two drops of resident pages. */
const RESIDENT_BYTES = 32 * 1024 * 1024;

export class MappedDevice implements BlockDevice {
  readonly direct: DirectAccess;
  readonly #file: FileDevice;
  readonly #windows: Windows;

  private constructor(file: FileDevice, native: Libc) {
    this.#file = file;
    this.#windows = new Windows(file, native);
    this.direct = this.#windows;
  }

  /** Takes `file` over. `undefined` where it cannot be mapped; then `file` is as it was. */
  static over(file: FileDevice): MappedDevice | undefined {
    const native = libc();
    return native !== undefined && isMappable(file, native)
      ? new MappedDevice(file, native)
      : undefined;
  }

  get name(): string {
    return this.#file.name;
  }

  get size(): number {
    return this.#file.size;
  }

  get sectorSize(): number {
    return this.#file.sectorSize;
  }

  get readOnly(): boolean {
    return this.#file.readOnly;
  }

  readSync(position: number, target: Uint8Array): void {
    this.#file.readSync(position, target);
  }

  read(position: number, target: Uint8Array): Promise<void> {
    return this.#file.read(position, target);
  }

  writeSync(position: number, source: Uint8Array): void {
    this.#file.writeSync(position, source);
  }

  write(position: number, source: Uint8Array): Promise<void> {
    return this.#file.write(position, source);
  }

  flush(): Promise<void> {
    return this.#file.flush();
  }

  async close(): Promise<void> {
    this.#windows.release();
    await this.#file.close();
  }
}

/** Some file systems do not map (ENODEV), and a device of no bytes has nothing to. */
function isMappable({ size, descriptor }: FileDevice, native: Libc): boolean {
  if (size === 0) return false;
  try {
    const address = native.mmap(0, native.pageBytes, PROT_READ, MAP_SHARED, descriptor, 0);
    native.munmap(address, native.pageBytes);
    return true;
  } catch {
    return false;
  }
}

interface Window {
  readonly range: AddressRange;
  /** Which window of the device is mapped, counted from 0. */
  index: number;
}

/**
 * Some windows of a device, mapped as they are asked for. The one that was not used for longest makes
 * room: its addresses and its ArrayBuffer stay, and other pages are put there. So a view that outlives
 * its turn shows other bytes of the device; it never crashes.
 */
class Windows implements DirectAccess {
  readonly offset = 0;
  readonly #file: FileDevice;
  readonly #libc: Libc;
  /** The one used last is last. */
  readonly #windows: Window[] = [];
  #handedOut = 0;

  constructor(file: FileDevice, native: Libc) {
    this.#file = file;
    this.#libc = native;
  }

  get descriptor(): number {
    return this.#file.descriptor;
  }

  view(position: number, length: number): Uint8Array {
    const { name, size } = this.#file;
    if (!isWithin(position, 0, size) || !(length >= 0))
      throw new FsError('EINVAL', { detail: `${length} bytes at byte ${position} of ${name}` });
    this.#checkOpen();
    const index = Math.floor(position / WINDOW_BYTES);
    const start = index * WINDOW_BYTES;
    const end = Math.min(position + length, start + WINDOW_BYTES, size);
    if (end <= position) return new Uint8Array();
    this.#checkLength(end);
    const { buffer } = this.#windowAt(index).range;
    this.#boundResident(end - position);
    return new Uint8Array(buffer, position - start, end - position);
  }

  release(): void {
    for (const { range } of this.#windows.splice(0)) range.release();
  }

  #windowAt(index: number): Window {
    const at = this.#windows.findIndex((window) => window.index === index);
    const window =
      at >= 0
        ? this.#windows.splice(at, 1)[0]!
        : this.#windows.length < WINDOWS_MAX
          ? this.#make(index)
          : this.#move(this.#windows.shift()!, index);
    this.#windows.push(window);
    return window;
  }

  #make(index: number): Window {
    const length = Math.min(WINDOW_BYTES, roundUp(this.#file.size, this.#libc.pageBytes));
    return this.#move({ range: new AddressRange(this.#libc, length), index }, index);
  }

  /** On failure, the window is gone with what it showed. */
  #move(window: Window, index: number): Window {
    const start = index * WINDOW_BYTES;
    const length = Math.min(WINDOW_BYTES, this.#file.size - start);
    try {
      window.range.mapFile(0, this.descriptor, start, length);
    } catch (error) {
      window.range.release();
      throw error;
    }
    window.index = index;
    return window;
  }

  /** Pages that were touched stay resident until they are dropped: a long copy would hold them all. */
  #boundResident(length: number): void {
    this.#handedOut += length;
    if (this.#handedOut <= RESIDENT_BYTES) return;
    for (const { range } of this.#windows) range.dropPages();
    this.#handedOut = length;
  }

  #checkOpen(): void {
    if (this.descriptor < 0) throw new FsError('EBADF', { detail: `${this.#file.name} is closed` });
  }

  /** One microsecond against a process that dies of SIGBUS. */
  #checkLength(end: number): void {
    if (!this.#file.isFile) return;
    const { size } = fstatSync(this.descriptor);
    if (size >= end) return;
    throw new FsError('EIO', {
      detail: `${this.#file.name} was cut short to ${size} bytes while it was open`,
    });
  }
}

/**
 * A device over an image file or a block device, by read and write calls.
 *
 * By default through the host's page cache; with `directIo` past it. Reads of up to 64 KiB are made in
 * the caller's thread even when they are asked for asynchronously: from the page cache one takes a
 * microsecond or ten, and a libuv thread costs ten to twenty times that.
 */
import { fdatasync } from 'node:fs';
import { promisify } from 'node:util';
import { FsError } from '../core/index.js';
import type { BlockDevice } from './block-device.js';
import { checkRange, checkWrite } from './check-range.js';
import { DirectIo } from './direct-io.node.js';
import { libc, libcProblem } from './libc.node.js';
import { closeImage, findDirectUnit, openImage, type OpenImage } from './open-image.node.js';
import { transferError } from './system-error.node.js';
import { readWhole, readWholeSync, writeWhole, writeWholeSync } from './whole-transfer.node.js';

const SMALL_READ_BYTES = 64 * 1024;

const fdatasyncAsync = promisify(fdatasync);

export interface FileDeviceOptions {
  /** Default true. A writable device is locked against everybody, see image-lock.node.ts. */
  readonly readOnly?: boolean;
  /** O_DIRECT: past the host's page cache. Default false. Such a device cannot be mapped. */
  readonly directIo?: boolean;
}

export class FileDevice implements BlockDevice {
  readonly name: string;
  readonly size: number;
  readonly sectorSize: number;
  readonly readOnly: boolean;
  /** A regular file can be shortened by somebody else. */
  readonly isFile: boolean;
  readonly #image: OpenImage;
  readonly #direct: DirectIo | undefined;
  #closed = false;
  #inFlight = 0;
  #idle: (() => void) | undefined;

  private constructor(image: OpenImage, readOnly: boolean, direct: DirectIo | undefined) {
    this.name = image.path;
    this.size = image.size;
    this.sectorSize = direct?.unit ?? image.sectorSize;
    this.readOnly = readOnly;
    this.isFile = image.isFile;
    this.#image = image;
    this.#direct = direct;
  }

  /** @throws FsError EBUSY, with the reason, while somebody else has the image. */
  static async open(path: string, options: FileDeviceOptions = {}): Promise<FileDevice> {
    const { readOnly = true, directIo = false } = options;
    const image = openImage(path, readOnly, directIo);
    try {
      return new FileDevice(image, readOnly, directIo ? openDirect(image, readOnly) : undefined);
    } catch (error) {
      closeImage(image);
      throw error;
    }
  }

  /** Of the open file; -1 once the device is closed. */
  get descriptor(): number {
    return this.#closed ? -1 : this.#image.descriptor;
  }

  readSync(position: number, target: Uint8Array): void {
    this.#checkOpen();
    checkRange(this, position, target.length);
    try {
      if (this.#direct !== undefined) this.#direct.readSync(position, target);
      else readWholeSync(this.#image.descriptor, position, target);
    } catch (error) {
      throw transferError(error, position, this.name);
    }
  }

  async read(position: number, target: Uint8Array): Promise<void> {
    if (this.#direct === undefined && target.length <= SMALL_READ_BYTES)
      return this.readSync(position, target);
    this.#checkOpen();
    checkRange(this, position, target.length);
    return this.#transfer(
      position,
      this.#direct?.read(position, target) ?? readWhole(this.#image.descriptor, position, target),
    );
  }

  writeSync(position: number, source: Uint8Array): void {
    this.#checkOpen();
    checkWrite(this, position, source.length);
    try {
      if (this.#direct !== undefined) this.#direct.writeSync(position, source);
      else writeWholeSync(this.#image.descriptor, position, source);
    } catch (error) {
      throw transferError(error, position, this.name);
    }
  }

  async write(position: number, source: Uint8Array): Promise<void> {
    this.#checkOpen();
    checkWrite(this, position, source.length);
    return this.#transfer(
      position,
      this.#direct?.write(position, source) ?? writeWhole(this.#image.descriptor, position, source),
    );
  }

  async flush(): Promise<void> {
    this.#checkOpen();
    if (!this.readOnly) await this.#transfer(0, fdatasyncAsync(this.#image.descriptor));
  }

  /** Waits for transfers under way, or they would find another file at their descriptor. */
  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    if (this.#inFlight > 0)
      await new Promise<void>((resolve) => {
        this.#idle = resolve;
      });
    this.#direct?.release();
    closeImage(this.#image);
  }

  #checkOpen(): void {
    if (this.#closed) throw new FsError('EBADF', { detail: `${this.name} is closed` });
  }

  async #transfer(position: number, transfer: Promise<void>): Promise<void> {
    this.#inFlight++;
    try {
      await transfer;
    } catch (error) {
      throw transferError(error, position, this.name);
    } finally {
      if (--this.#inFlight === 0) this.#idle?.();
    }
  }
}

function openDirect(image: OpenImage, readOnly: boolean): DirectIo {
  const native = libc();
  if (native === undefined)
    throw new FsError('ENOTSUP', {
      detail: `direct I/O needs aligned memory: ${libcProblem()}`,
      syscall: 'open',
      path: image.path,
    });
  const direct = new DirectIo(native, image.descriptor, (memory) => findDirectUnit(image, memory));
  if (readOnly || image.size % direct.unit === 0) return direct;
  direct.release();
  throw new FsError('EINVAL', {
    detail: `direct I/O writes units of ${direct.unit} bytes, and ${image.size} is no multiple of that`,
    syscall: 'open',
    path: image.path,
  });
}

/** Makes one copy of a file, of whatever type, with its contents and attributes. */
import {
  closeSync,
  constants,
  ftruncateSync,
  openSync,
  symlinkSync,
  unlinkSync,
  writeSync,
} from 'node:fs';
import type { Volume } from '../api/index.js';
import { FsError } from '../core/index.js';
import { FileType, fileType, type Inode } from '../vfs/index.js';
import type { CopyListener } from './copy-listener.js';
import { fileParts } from './file-parts.js';
import { makeSpecial } from './host-calls.node.js';
import type { AttributeKeeper } from './keep-attributes.node.js';
import { makeNew, type ImageIdentity } from './make-new.node.js';

const MAKE_FILE =
  constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | (constants.O_NOFOLLOW ?? 0);

/** Permissions while there is still something to write. */
const IN_WORK = 0o600;

/**
 * Contents pass through a buffer that stays in the processor's cache. Writing them straight from the
 * mapped image takes a fifth longer: a fault for every 64 KiB costs more than the second copy.
 */
const BUFFER_BYTES = 256 * 1024;

export class FileMaker {
  readonly #volume: Volume;
  readonly #image: ImageIdentity;
  readonly #keeper: AttributeKeeper;
  readonly #listener: CopyListener;
  readonly #buffer = new Uint8Array(BUFFER_BYTES);

  /** @param volume its device has `readSync` */
  constructor(
    volume: Volume,
    image: ImageIdentity,
    keeper: AttributeKeeper,
    listener: CopyListener,
  ) {
    this.#volume = volume;
    this.#image = image;
    this.#keeper = keeper;
    this.#listener = listener;
  }

  /** @param inNew see makeNew. @returns bytes of data, for which the listener was told of progress. */
  make(path: Buffer, inode: Inode, inNew: boolean): number {
    const type = fileType(inode);
    if (type === FileType.regular) return this.#makeRegular(path, inode, inNew);
    if (type === FileType.symlink) this.#makeLink(path, inode, inNew);
    else {
      makeNew(path, inNew, this.#image, () => makeSpecial(path, type, inode.rdev));
      this.#keeper.keepSpecial(path, inode);
    }
    return 0;
  }

  #makeLink(path: Buffer, inode: Inode, inNew: boolean): void {
    const target = Buffer.from(this.#volume.driver.readlink(inode));
    makeNew(path, inNew, this.#image, () => symlinkSync(target, path));
    this.#keeper.keepLink(path, inode);
  }

  /** What cannot be written whole is removed again: half a file looks like a file. */
  #makeRegular(path: Buffer, inode: Inode, inNew: boolean): number {
    this.#checkSize(inode);
    const create = (): number => openSync(path, MAKE_FILE, IN_WORK);
    const descriptor = makeNew(path, inNew, this.#image, create);
    try {
      const bytes = this.#writeData(descriptor, inode);
      this.#keeper.keepOpen(descriptor, path, inode);
      return bytes;
    } catch (error) {
      unlinkSync(path);
      throw error;
    } finally {
      closeSync(descriptor);
    }
  }

  /** Holes stay holes, and so does what was allocated and never written. */
  #writeData(descriptor: number, inode: Inode): number {
    let written = 0;
    let dataEnd = 0;
    let end = 0;
    for (const { position, length, address } of fileParts(this.#volume.source, inode)) {
      end = position + length;
      if (address === undefined) continue;
      for (let at = 0; at < length; at += BUFFER_BYTES) {
        const piece = this.#buffer.subarray(0, Math.min(length - at, BUFFER_BYTES));
        this.#volume.driver.device.readSync!(address + at, piece);
        writeWhole(descriptor, piece, position + at);
        this.#listener.progress(piece.length, 0);
      }
      written += length;
      dataEnd = end;
    }
    if (dataEnd < end) ftruncateSync(descriptor, end);
    return written;
  }

  /** @throws FsError EFBIG where node:fs has no number for the end of the file */
  #checkSize({ size }: Inode): void {
    const bytes = size.block * this.#volume.driver.blockBytes + size.byte;
    if (!Number.isSafeInteger(bytes))
      throw new FsError('EFBIG', { detail: 'node:fs makes no file of more than 2^53 bytes' });
  }
}

function writeWhole(descriptor: number, bytes: Uint8Array, position: number): void {
  for (let at = 0; at < bytes.length;)
    at += writeSync(descriptor, bytes, at, bytes.length - at, position + at);
}

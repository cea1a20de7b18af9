/** An open file: the read side of node:fs' FileHandle, and what only a file system knows: extents, mmap. */
import type { Readable } from 'node:stream';
import type { Interface } from 'node:readline';
import { FsError, inCall, positionToNumeric, splitPosition, type Position } from '../core/index.js';
import { mapFile } from '../dax/index.js';
import { bytesToEnd, fileBlocksMax, mappings, readFileRange, seek } from '../iomap/index.js';
import { isDirectory, isRegular, type Inode } from '../vfs/index.js';
import { toBuffer, toText } from './bytes.js';
import { Mapping } from './mapping.js';
import { BigIntStats, Stats } from './stats.js';
import type { Extent, MapOptions, ReadStreamOptions } from './types.js';
import { checkedPosition, run, toExtent, type Volume } from './volume.js';

export interface ReadOptions<T extends ArrayBufferView> {
  readonly buffer?: T;
  readonly offset?: number | null;
  readonly length?: number | null;
  readonly position?: number | bigint | null;
}

const DEFAULT_READ_BYTES = 16384;
const STREAM_CHUNK_BYTES = 65536;

/** The longest file that `readFile` gives in one piece, as in node:fs. */
const READ_FILE_BYTES_MAX = 2 ** 31 - 1;

export class FileHandle {
  readonly #volume: Volume;
  readonly #inode: Inode;
  readonly #path: string;
  /** Where the next read without a position begins. */
  #position: Position = { block: 0, byte: 0 };
  #isClosed = false;

  /** Made by `FileSystem.open`. */
  constructor(volume: Volume, inode: Inode, path: string) {
    this.#volume = volume;
    this.#inode = inode;
    this.#path = path;
  }

  stat(options: { readonly bigint: true }): Promise<BigIntStats>;
  stat(options?: { readonly bigint?: false }): Promise<Stats>;
  async stat(options: { readonly bigint?: boolean } = {}): Promise<Stats | BigIntStats> {
    this.#check('fstat');
    const { blockBytes } = this.#volume.driver;
    return options.bigint === true
      ? new BigIntStats(this.#inode, blockBytes)
      : new Stats(this.#inode, blockBytes);
  }

  /**
   * Reads into a buffer. Without a position (null or undefined) from where the last such read ended.
   *
   * @returns fewer bytes than asked for only at the end of the file
   */
  read<T extends ArrayBufferView>(
    buffer: T,
    offset?: number | null,
    length?: number | null,
    position?: number | bigint | null,
  ): Promise<{ bytesRead: number; buffer: T }>;
  read<T extends ArrayBufferView>(
    buffer: T,
    options?: Omit<ReadOptions<T>, 'buffer'>,
  ): Promise<{ bytesRead: number; buffer: T }>;
  read<T extends ArrayBufferView = Buffer>(
    options?: ReadOptions<T>,
  ): Promise<{ bytesRead: number; buffer: T }>;
  async read<T extends ArrayBufferView>(
    first: T | ReadOptions<T> = {},
    second?: number | Omit<ReadOptions<T>, 'buffer'> | null,
    third?: number | null,
    fourth?: number | bigint | null,
  ): Promise<{ bytesRead: number; buffer: T }> {
    const options: ReadOptions<T> = ArrayBuffer.isView(first)
      ? typeof second === 'object' && second !== null
        ? { ...second, buffer: first }
        : { buffer: first, offset: second ?? null, length: third ?? null, position: fourth ?? null }
      : first;
    this.#check('read');
    const buffer =
      options.buffer ?? (toBuffer(new Uint8Array(DEFAULT_READ_BYTES)) as ArrayBufferView as T);
    const target = window(buffer, options.offset ?? 0, options.length);
    const bytesRead = await this.#readAt(options.position, target);
    return { bytesRead, buffer };
  }

  async readv<T extends readonly ArrayBufferView[]>(
    buffers: T,
    position?: number | bigint | null,
  ): Promise<{ bytesRead: number; buffers: T }> {
    this.#check('read');
    let at =
      position === null || position === undefined ? undefined : BigInt(checkedPosition(position));
    let bytesRead = 0;
    for (const buffer of buffers) {
      const part = await this.#readAt(at, window(buffer, 0, undefined));
      bytesRead += part;
      if (at !== undefined) at += BigInt(part);
      if (part < buffer.byteLength) break;
    }
    return { bytesRead, buffers };
  }

  /** The rest of the file from the handle's position, as node:fs has it. */
  readFile(options?: { readonly encoding?: null } | null): Promise<Buffer>;
  readFile(options: { readonly encoding: BufferEncoding } | BufferEncoding): Promise<string>;
  async readFile(
    options?: { readonly encoding?: BufferEncoding | null } | BufferEncoding | null,
  ): Promise<Buffer | string> {
    this.#check('read');
    if (isDirectory(this.#inode)) throw new FsError('EISDIR', { syscall: 'read' });
    const encoding = typeof options === 'string' ? options : options?.encoding;
    const length = bytesToEnd(
      this.#inode,
      this.#position,
      this.#blockBytes,
      READ_FILE_BYTES_MAX + 1,
    );
    if (length > READ_FILE_BYTES_MAX)
      throw new FsError('EFBIG', {
        detail: 'longer than 2 GiB: read it in parts, or as a stream',
        syscall: 'read',
        path: this.#path,
      });
    const bytes = new Uint8Array(length);
    await this.#readAt(undefined, bytes);
    return encoding ? toText(bytes, encoding) : toBuffer(bytes);
  }

  /** Chunks of the file, in order; each is a buffer of its own. Portable, unlike a stream. */
  async *chunks(options: ReadStreamOptions = {}): AsyncGenerator<Uint8Array> {
    const chunkBytes = options.highWaterMark ?? STREAM_CHUNK_BYTES;
    let at = options.start === undefined ? undefined : BigInt(checkedPosition(options.start));
    // Without a start the handle's own position counts, so only a range with an end has a length.
    let left = options.end === undefined ? undefined : BigInt(options.end) + 1n - (at ?? 0n);
    while (left === undefined || left > 0n) {
      this.#check('read');
      const length = left === undefined || left > BigInt(chunkBytes) ? chunkBytes : Number(left);
      const chunk = new Uint8Array(length);
      const bytesRead = await this.#readAt(at, chunk);
      if (bytesRead === 0) return;
      yield toBuffer(chunk.subarray(0, bytesRead));
      if (at !== undefined) at += BigInt(bytesRead);
      if (left !== undefined) left -= BigInt(bytesRead);
    }
  }

  /** @throws FsError ENOTSUP outside Node: use `chunks` there */
  createReadStream(options: ReadStreamOptions = {}): Readable {
    const { platform } = this.#volume;
    if (platform === undefined) throw new FsError('ENOTSUP', { syscall: 'createReadStream' });
    return platform.createReadStream(this.chunks(options), options);
  }

  /** Lines of the file, as node:fs' FileHandle gives them. */
  readLines(options: ReadStreamOptions = {}): Interface {
    const { platform } = this.#volume;
    if (platform === undefined) throw new FsError('ENOTSUP', { syscall: 'readLines' });
    return platform.readLines(this.createReadStream(options));
  }

  /** All extents, unwritten ones too, those past the end of the file too. */
  extents(): Promise<Extent[]> {
    const { iomap } = this.#volume.source;
    return this.#run('fiemap', () => {
      const all = mappings(iomap, this.#inode, 0, fileBlocksMax(iomap.blockBytes), true);
      return Array.from(all, (mapping) => toExtent(mapping, iomap.blockBytes));
    });
  }

  /** The next position with data, at or after this one. @throws FsError ENXIO when there is none */
  seekData(position: number | bigint): Promise<number | bigint> {
    return this.#seek(position, 'data');
  }

  /** The next position in a hole, at or after this one; the end of the file is a hole. */
  seekHole(position: number | bigint): Promise<number | bigint> {
    return this.#seek(position, 'hole');
  }

  /**
   * The file as one contiguous ArrayBuffer over the image's own pages, where the device can be mapped;
   * else a copy. `mode` says which.
   *
   * @throws FsError EINVAL for an offset that is not a multiple of the page size; EOVERFLOW for a length
   *   that one ArrayBuffer cannot have (4 GiB on Node 20): map windows then
   */
  async mmap(options: MapOptions = {}): Promise<Mapping> {
    this.#check('mmap');
    const { source, memory, mappings: registry } = this.#volume;
    try {
      if (!isRegular(this.#inode)) throw new FsError('EACCES', { detail: 'not a regular file' });
      const offset = checkedPosition(options.offset ?? 0);
      const pageBytes = memory?.pageBytes ?? 4096;
      if (BigInt(offset) % BigInt(pageBytes) !== 0n)
        throw new FsError('EINVAL', { detail: `offset is not a multiple of ${pageBytes}` });
      const start = splitPosition(offset, this.#blockBytes);
      const length = options.length ?? bytesToEnd(this.#inode, start, this.#blockBytes, Infinity);
      if (!Number.isSafeInteger(length) || length < 0)
        throw new FsError(length > 0 ? 'EOVERFLOW' : 'EINVAL', { detail: `length ${length}` });
      const file = await mapFile(source, memory, this.#inode, start, length);
      const extents = file.extents.map((mapping) => toExtent(mapping, this.#blockBytes));
      const canMap = memory !== undefined && source.device.direct !== undefined;
      return new Mapping(file, canMap, extents, registry);
    } catch (error) {
      throw inCall(error, 'mmap', this.#path);
    }
  }

  async close(): Promise<void> {
    this.#isClosed = true;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  get #blockBytes(): number {
    return this.#volume.driver.blockBytes;
  }

  #check(syscall: string): void {
    if (this.#isClosed) throw new FsError('EBADF', { syscall });
  }

  #run<T>(syscall: string, code: () => T): Promise<T> {
    return run(this.#volume, syscall, this.#path, () => {
      this.#check(syscall);
      return code();
    });
  }

  #seek(position: number | bigint, want: 'data' | 'hole'): Promise<number | bigint> {
    const { iomap } = this.#volume.source;
    return this.#run('lseek', () => {
      const from = splitPosition(checkedPosition(position), this.#blockBytes);
      return positionToNumeric(seek(iomap, this.#inode, from, want), this.#blockBytes);
    });
  }

  /** Reads at a position, or at the handle's own, which then moves. */
  async #readAt(position: number | bigint | null | undefined, target: Uint8Array): Promise<number> {
    const isOwn = position === null || position === undefined || position === -1;
    try {
      if (isDirectory(this.#inode)) throw new FsError('EISDIR');
      if (!isRegular(this.#inode)) throw new FsError('EINVAL', { detail: 'not a regular file' });
      const at = isOwn
        ? this.#position
        : splitPosition(checkedPosition(position), this.#blockBytes);
      const bytes = await readFileRange(this.#volume.source, this.#inode, at, target);
      if (isOwn) this.#advance(bytes);
      return bytes;
    } catch (error) {
      throw inCall(error, 'read', this.#path);
    }
  }

  #advance(bytes: number): void {
    const { block, byte } = this.#position;
    const within = byte + bytes;
    const blocks = Math.floor(within / this.#blockBytes);
    this.#position = { block: block + blocks, byte: within - blocks * this.#blockBytes };
  }
}

/** The part of a caller's buffer to read into. @throws RangeError as node:fs does */
function window(
  buffer: ArrayBufferView,
  offset: number,
  length: number | null | undefined,
): Uint8Array {
  const whole = new Uint8Array(buffer.buffer, buffer.byteOffset, buffer.byteLength);
  const bytes = length ?? whole.length - offset;
  if (!Number.isInteger(offset) || offset < 0 || offset > whole.length)
    throw new RangeError(`offset ${offset} is not in a buffer of ${whole.length} bytes`);
  if (!Number.isInteger(bytes) || bytes < 0 || bytes > whole.length - offset)
    throw new RangeError(
      `length ${bytes} at ${offset} is not in a buffer of ${whole.length} bytes`,
    );
  return whole.subarray(offset, offset + bytes);
}

/**
 * A file in memory as one contiguous buffer: pages of the device where they can be mapped, copies where
 * they cannot, zeros for the rest.
 *
 *   file     |  extent a  | hole |  extent b  | unwritten | c |EOF
 *   buffer   |  device    | zero |  device    |   zero    |dev|zeros to the end of the page
 *
 * A page can be mapped when it lies in one run of blocks of this file, and its place on the device has the
 * same offset in a page as its place in the buffer. Blocks smaller than a page, and partitions that do not
 * begin on one, leave pages that cannot: those are copied, and counted.
 */
import { FsError, isWithin, roundDown, roundUp, type Position } from '../core/index.js';
import type { BlockDevice } from '../device/index.js';
import { bytesToEnd, iomapBegin, type FileSource, type IomapMapping } from '../iomap/index.js';
import type { Memory, MemoryRange } from '../mm/index.js';
import type { Inode } from '../vfs/index.js';

/** A run of the file's bytes that lies in one piece on the device. */
interface Run {
  /** Place in the buffer, bytes. */
  readonly at: number;
  readonly address: number;
  length: number;
}

export interface MappedFile {
  readonly buffer: ArrayBuffer;
  /** What was found on the way, holes left out. */
  readonly extents: readonly IomapMapping[];
  /** Bytes of the buffer that are the device's own pages, and bytes that had to be copied. */
  readonly mappedBytes: number;
  readonly copiedBytes: number;
  release(): void;
}

/** @param offset a multiple of the page size; `length` bytes from there, which may reach past the end. */
export async function mapFile(
  source: FileSource,
  memory: Memory | undefined,
  inode: Inode,
  offset: Position,
  length: number,
): Promise<MappedFile> {
  const { extents, runs } = await source.settle(() => collect(source, inode, offset, length));
  if (memory === undefined || source.device.direct === undefined)
    return copyFile(source.device, runs, extents, length);
  const fileBytes = bytesToEnd(inode, offset, source.iomap.blockBytes, length);
  return new RangeBuilder(memory, source, fileBytes, length).build(runs, extents);
}

/** The runs in [offset, offset + length) and below the end of the file, neighbours on the device joined. */
function collect(
  { iomap }: FileSource,
  inode: Inode,
  offset: Position,
  length: number,
): { extents: IomapMapping[]; runs: Run[] } {
  const { blockBytes } = iomap;
  const extents: IomapMapping[] = [];
  const runs: Run[] = [];
  const bytes = bytesToEnd(inode, offset, blockBytes, length);
  let { block, byte } = offset;
  for (let at = 0; at < bytes;) {
    const blocks = Math.ceil((byte + bytes - at) / blockBytes);
    const mapping = iomapBegin(iomap, inode, block, blocks, true);
    const part = Math.min(bytes - at, mapping.length * blockBytes - byte);
    if (mapping.type !== 'hole') extents.push(mapping);
    if (mapping.type === 'mapped')
      append(runs, { at, address: mapping.address + byte, length: part });
    at += part;
    block += mapping.length;
    byte = 0;
  }
  return { extents, runs };
}

function append(runs: Run[], run: Run): void {
  const last = runs[runs.length - 1];
  const follows =
    last?.at === run.at - (last?.length ?? 0) && last.address + last.length === run.address;
  if (follows) last.length += run.length;
  else runs.push(run);
}

/** Where nothing can be mapped: plain memory, filled. */
async function copyFile(
  device: BlockDevice,
  runs: readonly Run[],
  extents: readonly IomapMapping[],
  length: number,
): Promise<MappedFile> {
  const buffer = allocate(length);
  let copiedBytes = 0;
  for (const run of runs) {
    await device.read(run.address, new Uint8Array(buffer, run.at, run.length));
    copiedBytes += run.length;
  }
  return { buffer, extents, mappedBytes: 0, copiedBytes, release: () => undefined };
}

function allocate(length: number): ArrayBuffer {
  try {
    return new ArrayBuffer(length);
  } catch {
    throw new FsError('EOVERFLOW', {
      detail: `no buffer of ${length} bytes can be made: map windows with offset and length`,
    });
  }
}

class RangeBuilder {
  readonly #range: MemoryRange;
  #mappedBytes = 0;
  #copiedBytes = 0;
  /** To be copied, one after another with no mapped page between: one piece of writable memory serves all. */
  #toCopy: Run[] = [];
  /** No more maps can be had. */
  #isFull = false;

  constructor(
    readonly memory: Memory,
    readonly source: FileSource,
    /** Where the file ends in the buffer, and where the buffer ends. */
    readonly fileBytes: number,
    readonly length: number,
  ) {
    this.#range = memory.reserve(length);
  }

  async build(runs: readonly Run[], extents: readonly IomapMapping[]): Promise<MappedFile> {
    try {
      for (const run of runs) await this.#place(run);
      await this.#copyAll();
    } catch (error) {
      this.#range.release();
      throw error;
    }
    return {
      buffer: this.#range.buffer,
      extents,
      mappedBytes: this.#mappedBytes,
      copiedBytes: this.#copiedBytes,
      release: () => this.#range.release(),
    };
  }

  async #place(run: Run): Promise<void> {
    const { pageBytes } = this.memory;
    const { direct } = this.source.device;
    const end = run.at + run.length;
    const first = roundUp(run.at, pageBytes);
    const isCongruent = (direct!.offset + run.address - run.at) % pageBytes === 0;
    const last = isCongruent ? await this.#mappableEnd(run) : first;
    if (first >= last) {
      this.#toCopy.push(run);
      return;
    }
    const addressOf = (at: number): number => run.address + at - run.at;
    if (run.at < first) this.#toCopy.push({ ...run, length: first - run.at });
    if (!(await this.#tryMap(first, addressOf(first), last - first))) {
      this.#toCopy.push({ at: first, address: addressOf(first), length: end - first });
      return;
    }
    this.#mappedBytes += Math.min(last, end) - first;
    if (last < end) this.#toCopy.push({ at: last, address: addressOf(last), length: end - last });
  }

  /** @returns false, from then on, when the process may have no more maps: what is left is copied */
  async #tryMap(at: number, address: number, length: number): Promise<boolean> {
    if (this.#isFull) return false;
    await this.#copyAll();
    try {
      this.#range.mapDevice(at, this.source.device, address, length);
      return true;
    } catch (error) {
      if (!(error instanceof FsError) || error.code !== 'EOVERFLOW') throw error;
      this.#isFull = true;
      return false;
    }
  }

  /** Where whole pages of this run end; its last page counts where nobody can see what follows in it. */
  async #mappableEnd(run: Run): Promise<number> {
    const { pageBytes } = this.memory;
    const { device, iomap } = this.source;
    const end = run.at + run.length;
    const whole = roundDown(end, pageBytes);
    const last = roundUp(end, pageBytes);
    if (!isWithin(run.address + run.length, last - end, device.size)) return whole;
    if (whole === last || end === this.length) return last;
    if (end !== this.fileBytes || iomap.blockBytes < pageBytes) return whole;
    const tail = new Uint8Array(last - end); // of the file's last block: zeros, unless a mapping left more
    await device.read(run.address + run.length, tail);
    return tail.every((byte) => byte === 0) ? last : whole;
  }

  async #copyAll(): Promise<void> {
    const runs = this.#toCopy;
    const [first] = runs;
    const last = runs[runs.length - 1];
    if (first === undefined || last === undefined) return;
    this.#toCopy = [];
    const { pageBytes } = this.memory;
    const start = roundDown(first.at, pageBytes);
    this.#range.writable(start, roundUp(last.at + last.length, pageBytes) - start);
    for (const { at, address, length } of runs) {
      await this.source.device.read(address, new Uint8Array(this.#range.buffer, at, length));
      this.#copiedBytes += length;
    }
  }
}

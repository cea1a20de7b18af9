/**
 * A reserved range of address space and the ArrayBuffer over it, whose pages can be exchanged.
 *
 *     reserve         0000000000000000000000000   zero pages, private, read-only
 *     mapFile         000ffffffff00000000000000   pages of a file, shared, read-only
 *     makeWritable    000ffffffff00wwww00000000   zero pages, private, writable
 *     release         0000000000000000000000000   zero pages again
 *
 * The range outlives its ArrayBuffer: after `release` a view that somebody kept reads zeros instead of
 * crashing, and the addresses are given back once the collector has found that nobody has one.
 * Units: bytes; `at` and offsets are multiples of the page size. Lengths are rounded up to pages.
 */
import { assert, FsError, isWithin, roundUp } from '../core/index.js';
import {
  MADV_DONTNEED,
  MAP_ANONYMOUS,
  MAP_FIXED,
  MAP_NORESERVE,
  MAP_PRIVATE,
  MAP_SHARED,
  PROT_READ,
  PROT_WRITE,
  type Libc,
} from './libc.node.js';
import { mapBudget, type MapBudget } from './map-budget.node.js';
import { isSystemError } from './system-error.node.js';

interface Reservation {
  readonly libc: Libc;
  readonly address: number;
  readonly length: number;
}

/** Must not reach the buffer itself, or it would never be collected. */
const collected = new FinalizationRegistry(({ libc, address, length }: Reservation) => {
  libc.munmap(address, length);
  mapBudget().freed();
});

export class AddressRange {
  /** Exactly as long as was asked for. */
  readonly buffer: ArrayBuffer;
  readonly #libc: Libc;
  readonly #address: number;
  /** Whole pages. */
  readonly #length: number;
  readonly #budget: MapBudget;
  #released = false;

  /**
   * @param length at least 1
   * @throws FsError EOVERFLOW where it is longer than an ArrayBuffer can be, or no addresses are left.
   */
  constructor(libc: Libc, length: number) {
    assert(length > 0, 'a range has bytes');
    this.#libc = libc;
    this.#length = roundUp(length, libc.pageBytes);
    this.#budget = mapBudget();
    const flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE;
    this.#budget.take();
    this.#address = this.#mmap(0, this.#length, PROT_READ, flags, -1, 0);
    try {
      this.buffer = libc.view(this.#address, length);
    } catch (error) {
      libc.munmap(this.#address, this.#length);
      throw error;
    }
    collected.register(this.buffer, { libc, address: this.#address, length: this.#length });
  }

  /** Whether the file has that much is for the caller to know: beyond its end, a touch is SIGBUS. */
  mapFile(at: number, descriptor: number, offset: number, length: number): void {
    this.#check(at, length);
    const flags = MAP_SHARED | MAP_FIXED;
    this.#budget.take();
    this.#mmap(this.#address + at, length, PROT_READ, flags, descriptor, offset);
  }

  /** @returns the new pages, as far as `buffer` reaches. */
  makeWritable(at: number, length: number): Uint8Array {
    this.#check(at, length);
    const flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED;
    this.#budget.note(); // never refused: it is what takes the place of maps that were
    this.#mmap(this.#address + at, length, PROT_READ | PROT_WRITE, flags, -1, 0);
    return new Uint8Array(this.buffer, at, Math.min(length, this.buffer.byteLength - at));
  }

  /** Lets go of resident pages: the next touch of a file's page finds it in the page cache again. */
  dropPages(): void {
    this.#libc.madvise(this.#address, this.#length, MADV_DONTNEED);
  }

  /** Idempotent. */
  release(): void {
    if (this.#released) return;
    this.#released = true;
    const flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED;
    this.#libc.mmap(this.#address, this.#length, PROT_READ, flags, -1, 0);
    this.#budget.freed();
  }

  #check(at: number, length: number): void {
    if (this.#released) throw new FsError('EBADF', { detail: 'the range was released' });
    assert(length > 0 && at % this.#libc.pageBytes === 0, 'whole pages are exchanged');
    assert(isWithin(at, length, this.#length), 'pages lie in their range');
  }

  #mmap(
    address: number,
    length: number,
    protection: number,
    flags: number,
    descriptor: number,
    offset: number,
  ): number {
    try {
      return this.#libc.mmap(address, length, protection, flags, descriptor, offset);
    } catch (error) {
      if (!isSystemError(error)) throw error;
      if (error.code !== 'ENOMEM') throw new FsError('ENOTSUP', { detail: error.message });
      throw new FsError('EOVERFLOW', {
        detail:
          `mmap of ${length} bytes: no memory or no addresses are left (ulimit -v), or ` +
          `this process has all its ${this.#budget.systemLimit} maps (vm.max_map_count)`,
      });
    }
  }
}

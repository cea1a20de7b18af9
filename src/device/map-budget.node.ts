/**
 * How many more separate maps this process may make.
 *
 * Linux allows vm.max_map_count of them (65530) and V8 makes maps for its heap: at the limit, the next
 * garbage collection kills the process (std::bad_alloc), and even putting maps back fails. So mappings
 * of ours stop at three quarters. Counting is exact but slow (/proc/self/maps: 50 ms when full), so
 * that an upper bound is kept, and the exact count taken when the bound says that it is full.
 */
import { readFileSync } from 'node:fs';
import { FsError } from '../core/index.js';

/** Replacing the middle of one map makes three of it. */
const MAPS_PER_CALL = 2;

export class MapBudget {
  readonly #limit: number;
  readonly #countMaps: () => number;
  /** Never less than there are, heap aside. */
  #bound = Infinity;
  #full = false;

  constructor(
    readonly systemLimit: number,
    countMaps: () => number,
  ) {
    this.#limit = Math.floor(systemLimit * 0.75);
    this.#countMaps = countMaps;
  }

  /** Before each mmap. @throws FsError EOVERFLOW when there is no room. */
  take(): void {
    this.#bound += MAPS_PER_CALL;
    if (this.#bound <= this.#limit) return;
    if (!this.#full) {
      this.#bound = this.#countMaps() + MAPS_PER_CALL;
      if (this.#bound <= this.#limit) return;
      this.#full = true;
    }
    throw new FsError('EOVERFLOW', {
      detail:
        `too many separate maps: a process may have ${this.systemLimit} (vm.max_map_count), and ` +
        'a quarter is kept for Node: copy instead, or raise it, ' +
        `sysctl vm.max_map_count=${this.systemLimit * 4}`,
    });
  }

  /** Before an mmap that must not be refused, of which there are few: it stands in for many. */
  note(): void {
    this.#bound += MAPS_PER_CALL;
  }

  /** After maps went away: count again before refusing. */
  freed(): void {
    this.#full = false;
  }
}

function readLimit(): number {
  try {
    return Number(readFileSync('/proc/sys/vm/max_map_count', 'latin1'));
  } catch {
    return 65530; // what it is wherever nobody changed it
  }
}

/** Lines of /proc/self/maps. */
function countOwnMaps(): number {
  let lines = 0;
  for (const byte of readFileSync('/proc/self/maps')) if (byte === 0x0a) lines++;
  return lines;
}

let budget: MapBudget | undefined;

/** The budget of this process. (A worker counts for itself, exactly: /proc/self/maps has all threads'.) */
export function mapBudget(): MapBudget {
  return (budget ??= new MapBudget(readLimit(), countOwnMaps));
}

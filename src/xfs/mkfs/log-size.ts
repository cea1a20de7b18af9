/**
 * The least size of a log: three times the largest transaction there can be, each padded to stripe units.
 *
 * The kernel computes the same when it mounts, and refuses a smaller log; so these sums must be its own,
 * with the generous counts that early releases of reflink used. Bytes, unless said otherwise.
 */
import type { TreeHeights } from './heights.js';
import type { MkfsFeatures } from './options.js';

export interface LogSizing {
  readonly blockBytes: number;
  readonly sectorBytes: number;
  readonly inodeBytes: number;
  /** Blocks in a directory block. */
  readonly dirBlocks: number;
  /** Bytes of an inode cluster, blocks of an inode chunk. */
  readonly clusterBytes: number;
  readonly chunkBlocks: number;
  /** Log stripe unit; 0 for none. */
  readonly logStripeBytes: number;
  readonly features: MkfsFeatures;
  readonly heights: TreeHeights;
}

const BASIC_BLOCK_BYTES = 512;
const OPERATION_HEADER_BYTES = 12;
const TRANSACTION_HEADER_BYTES = 16;
/** Before each logged buffer: operation header and format, rounded. */
const BUFFER_OVERHEAD_BYTES = 128;
const INODE_FORMAT_BYTES = 56;
const MAP_BLOCK_HEADER_BYTES = 72;
/** Six dquots: before and after of user, group and project. */
const QUOTA_BYTES = 6 * 128;
/** Once the height of every reverse map; kept, so that old kernels accept new logs. */
const OLD_RMAP_HEIGHT = 9;
const INDEX_DEPTH_MAX = 5;
const NAME_BYTES_MAX = 256;
const SYMLINK_BYTES_MAX = 1024;
const RECORD_BYTES_MAX = 256 * 1024;
const RECORD_HEADERS_BYTES = 8 * BASIC_BLOCK_BYTES;
/** Transactions of the largest kind that must fit. */
const LOG_FACTOR = 3;

/** Sums over what each kind of transaction may change at the most. */
class Reservations {
  readonly #block: number;
  readonly #sector: number;

  constructor(readonly sizing: LogSizing) {
    this.#block = sizing.blockBytes;
    this.#sector = sizing.sectorBytes;
  }

  #buffers(count: number, bytes: number): number {
    return count * (bytes + BUFFER_OVERHEAD_BYTES);
  }

  #blocks(count: number): number {
    return this.#buffers(count, this.#block);
  }

  #sectors(count: number): number {
    return this.#buffers(count, this.#sector);
  }

  #inodes(count: number): number {
    const { inodeBytes } = this.sizing;
    return (
      count *
      (4 * OPERATION_HEADER_BYTES + INODE_FORMAT_BYTES + inodeBytes + 2 * MAP_BLOCK_HEADER_BYTES)
    );
  }

  /** Both free-space trees split or join at every level, and the reverse map once. */
  #freeSpaceBlocks(operations: number): number {
    const { heights, features } = this.sizing;
    let blocks = operations * 2 * (2 * heights.freeSpace - 1);
    if (features.rmapbt) {
      const rmap = features.reflink ? OLD_RMAP_HEIGHT : heights.rmap;
      blocks += operations * (2 * rmap - 1);
    }
    return blocks;
  }

  #freeSpace(operations: number): number {
    return this.#blocks(this.#freeSpaceBlocks(operations));
  }

  #refcounts(operations: number): number {
    const { heights, features } = this.sizing;
    return features.reflink ? this.#blocks(operations * (2 * heights.refcount - 1)) : 0;
  }

  get #inodeTree(): number {
    return this.#blocks(this.sizing.heights.inode) + this.#freeSpace(1);
  }

  get #freeInodeTree(): number {
    return this.sizing.features.finobt ? this.#inodeTree : 0;
  }

  /** Blocks that a new entry may add to a directory, and to its map. */
  get #directoryBlocks(): number {
    const depth = INDEX_DEPTH_MAX + 2;
    return (
      depth * this.sizing.dirBlocks + depth * this.#mapBlocks(this.sizing.dirBlocks, 'data') + 1
    );
  }

  #mapBlocks(extents: number, fork: 'data' | 'attr'): number {
    const { freeSpacePerLeaf, dataMap, attrMap } = this.sizing.heights;
    const perLeaf = freeSpacePerLeaf.max - freeSpacePerLeaf.min;
    return Math.ceil(extents / perLeaf) * ((fork === 'data' ? dataMap : attrMap) - 1);
  }

  get #unlinkedRemove(): number {
    return this.#sectors(1) + 2 * this.sizing.clusterBytes;
  }

  get #unlinkedAdd(): number {
    return this.#sectors(1) + this.sizing.clusterBytes;
  }

  get #write(): number {
    const data =
      this.#inodes(1) +
      this.#blocks(this.sizing.heights.dataMap) +
      this.#sectors(3) +
      this.#freeSpace(2);
    const free = this.#sectors(5) + this.#freeSpace(2);
    return QUOTA_BYTES + Math.max(data, free) + this.#refcounts(2);
  }

  get #truncate(): number {
    const map = this.#inodes(1) + this.#blocks(this.sizing.heights.dataMap + 1);
    const free = this.#sectors(9) + this.#freeSpace(4) + this.#refcounts(4);
    return QUOTA_BYTES + Math.max(map, free);
  }

  get #rename(): number {
    const names = this.#inodes(5) + this.#blocks(2 * this.#directoryBlocks);
    return QUOTA_BYTES + Math.max(names, this.#sectors(7) + this.#freeSpace(3));
  }

  get #link(): number {
    const names = this.#inodes(2) + this.#blocks(this.#directoryBlocks);
    return (
      QUOTA_BYTES + this.#unlinkedRemove + Math.max(names, this.#sectors(3) + this.#freeSpace(1))
    );
  }

  get #remove(): number {
    const names = this.#inodes(2) + this.#blocks(this.#directoryBlocks);
    return QUOTA_BYTES + this.#unlinkedAdd + Math.max(names, this.#sectors(4) + this.#freeSpace(2));
  }

  get #createAllocate(): number {
    return (
      this.#sectors(2) + this.#sector + this.#freeSpace(1) + this.#inodeTree + this.#freeInodeTree
    );
  }

  get #create(): number {
    const modify =
      this.#inodes(2) +
      this.#sectors(1) +
      this.#block +
      this.#blocks(this.#directoryBlocks) +
      this.#freeInodeTree;
    return QUOTA_BYTES + Math.max(this.#createAllocate, modify);
  }

  get #freeInode(): number {
    const chunk = this.#freeSpace(1) + this.#buffers(this.sizing.chunkBlocks, 0);
    return (
      QUOTA_BYTES +
      this.#inodes(1) +
      this.#sectors(3) +
      this.#unlinkedRemove +
      chunk +
      this.#inodeTree +
      this.#freeInodeTree
    );
  }

  get #addFork(): number {
    const { dirBlocks, blockBytes } = this.sizing;
    return (
      QUOTA_BYTES +
      this.#inodes(1) +
      this.#sectors(2) +
      this.#buffers(1, dirBlocks * blockBytes) +
      this.#blocks(this.#mapBlocks(dirBlocks, 'data') + 1) +
      this.#freeSpace(1)
    );
  }

  get #attrRemove(): number {
    const { dataMap, attrMap } = this.sizing.heights;
    const index =
      this.#inodes(1) +
      this.#blocks(INDEX_DEPTH_MAX) +
      attrMap * this.#block +
      this.#buffers(dataMap, 0);
    return QUOTA_BYTES + Math.max(index, this.#sectors(5) + this.#freeSpace(2));
  }

  get #attrInvalidate(): number {
    const map = this.#inodes(1) + this.#blocks(this.sizing.heights.attrMap);
    return Math.max(map, this.#sectors(9) + this.#freeSpace(4));
  }

  get #attrSet(): number {
    return QUOTA_BYTES + this.#inodes(1) + this.#sectors(1) + this.#blocks(INDEX_DEPTH_MAX);
  }

  /** The largest value that a leaf can hold, with every block and map block that it may take. */
  get #attrSetMost(): number {
    const { blockBytes, heights } = this.sizing;
    const value = Math.floor((blockBytes * 3) / 4) - NAME_BYTES_MAX - 1;
    const blocks =
      INDEX_DEPTH_MAX +
      INDEX_DEPTH_MAX * this.#mapBlocks(1, 'attr') +
      Math.ceil(value / blockBytes) +
      this.#mapBlocks(value, 'attr');
    const each = this.#sectors(1) + this.#blocks(heights.attrMap);
    return this.#attrSet + each * blocks;
  }

  /** Bytes, and how many of them a chain of such transactions holds at once. */
  get largest(): { bytes: number; count: number } {
    const { reflink } = this.sizing.features;
    const dataCount = reflink ? 8 : 2;
    const quotaAllocate = this.#write + this.#buffers(1, this.#block - 1);
    const kinds = [
      { bytes: this.#write, count: dataCount },
      { bytes: this.#truncate, count: dataCount },
      { bytes: quotaAllocate, count: dataCount },
      { bytes: this.#rename, count: 2 },
      { bytes: this.#link, count: 2 },
      { bytes: this.#remove, count: 2 },
      { bytes: this.#create + this.#buffers(1, SYMLINK_BYTES_MAX), count: 3 },
      { bytes: this.#create, count: 3 },
      { bytes: QUOTA_BYTES + this.#createAllocate + this.#unlinkedAdd, count: 2 },
      { bytes: this.#freeInode, count: 2 },
      { bytes: this.#addFork, count: 2 },
      { bytes: this.#attrInvalidate, count: 1 },
      { bytes: this.#attrSet, count: 3 },
      { bytes: this.#attrRemove, count: 3 },
    ];
    const most = kinds.reduce((a, b) => (b.bytes * b.count > a.bytes * a.count ? b : a));
    const attr = this.#attrSetMost;
    return attr > most.bytes * most.count ? { bytes: attr, count: 3 } : most;
  }
}

/** What one transaction takes in the log, headers and padding included. */
function withOverhead(bytes: number, stripeBytes: number): number {
  const perRecord = RECORD_BYTES_MAX - RECORD_HEADERS_BYTES;
  let total = bytes + 2 * OPERATION_HEADER_BYTES + TRANSACTION_HEADER_BYTES;
  let headers = Math.ceil(total / perRecord);
  total += OPERATION_HEADER_BYTES * headers;
  while (Math.ceil(total / perRecord) > headers) {
    total += OPERATION_HEADER_BYTES;
    headers++;
  }
  const padding = 2 * (stripeBytes > 1 ? stripeBytes : BASIC_BLOCK_BYTES);
  return total + RECORD_HEADERS_BYTES * (headers + 1) + padding;
}

/** In blocks. */
export function leastLogBlocks(sizing: LogSizing): number {
  const { bytes, count } = new Reservations(sizing).largest;
  const { logStripeBytes, blockBytes } = sizing;
  const transaction = Math.ceil((withOverhead(bytes, logStripeBytes) * count) / BASIC_BLOCK_BYTES);
  const stripe = logStripeBytes / BASIC_BLOCK_BYTES;
  const padded =
    logStripeBytes > 1
      ? Math.ceil(transaction / stripe) * stripe + 2 * stripe
      : transaction + 2 * BASIC_BLOCK_BYTES;
  return Math.ceil((padded * LOG_FACTOR * BASIC_BLOCK_BYTES) / blockBytes);
}

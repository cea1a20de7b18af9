/**
 * Sites: the structures of an image, found by watching what a reader of the pristine image reads.
 *
 * A site is what has one verifier: a block, gathered from pieces where directory blocks are; one inode of
 * a cluster; a header. It is named by its kind and by the first path that led to it, so that a name
 * outlives a new making of the fixtures.
 */
import { BlockCache, type BlockOps, type Piece } from '#src/buffer/index.js';
import { crc32cAround } from '#src/ondisk/index.js';
import { Dinode } from '#src/xfs/format/dinode.js';
import type { Geometry } from '#src/xfs/format/geometry.js';
import type { XfsDriver } from '#src/xfs/index.js';
import type { EditedDevice } from './sparse-image.js';

export interface Site {
  readonly name: string;
  /** As its verifier calls it; 'inode'. */
  readonly structure: string;
  readonly pieces: readonly Piece[];
  /** Of its checksum, bytes; `undefined` where it has none. */
  readonly crcOffset: number | undefined;
}

export function siteBytes(site: Site, device: EditedDevice): Uint8Array {
  const bytes = new Uint8Array(site.pieces.reduce((sum, piece) => sum + piece.length, 0));
  let at = 0;
  for (const { address, length } of site.pieces) {
    device.copyOut(address, bytes.subarray(at, at + length));
    at += length;
  }
  return bytes;
}

export function writeSite(site: Site, device: EditedDevice, bytes: Uint8Array): void {
  let at = 0;
  for (const { address, length } of site.pieces) {
    device.edit(address, bytes.subarray(at, at + length));
    at += length;
  }
}

/** Makes the checksum right again, where there is one. */
export function repairChecksum({ crcOffset }: Site, bytes: Uint8Array): void {
  if (crcOffset === undefined) return;
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  view.setUint32(crcOffset, crc32cAround(bytes, crcOffset), true);
}

/** Inodes are sites of their own: this is what they lie in. */
const CLUSTER = 'inode cluster';

/** Watches a reader. */
export class Recorder {
  /** By structure and address. */
  readonly sites = new Map<string, Site>();
  /** How many sites have this name so far. */
  readonly #names = new Map<string, number>();
  #label = '';
  #met = new Set<Site>();

  /** From now on tells what this driver reads. */
  watch(driver: XfsDriver): void {
    watchCache(driver.mount.cache, (pieces, ops, geometry) =>
      this.#meetBlock(pieces, ops, geometry),
    );
    const inode = driver.inode.bind(driver);
    driver.inode = (ino) => {
      this.#meetInode(ino, driver.mount.geometry);
      return inode(ino);
    };
  }

  /** Runs `open`, and watches all caches that it makes. */
  async duringOpen<T>(open: () => Promise<T>): Promise<{ result: T; sites: ReadonlySet<Site> }> {
    const { read } = BlockCache.prototype;
    const meet: Watch = (pieces, ops, geometry) => this.#meetBlock(pieces, ops, geometry);
    BlockCache.prototype.read = function (this: BlockCache<Geometry>, address, length, ops) {
      meet([{ address, length }], ops as BlockOps<Geometry>, this.context);
      return read.call(this, address, length, ops);
    };
    try {
      let result: T | undefined;
      const sites = await this.during('the volume', async () => {
        result = await open();
      });
      return { result: result!, sites };
    } finally {
      BlockCache.prototype.read = read;
    }
  }

  /** Runs `code`, and tells what it read. @param label names the sites that are new */
  async during(label: string, code: () => unknown): Promise<ReadonlySet<Site>> {
    this.#label = label;
    this.#met = new Set();
    await code();
    return this.#met;
  }

  #meetBlock(pieces: readonly Piece[], ops: BlockOps<Geometry>, geometry: Geometry): void {
    if (ops.name !== CLUSTER) this.#meet(ops.name, pieces, ops.crcOffset(geometry));
  }

  #meetInode(ino: number, geometry: Geometry): void {
    const { agno, agblock, index } = geometry.inodePlace(ino);
    const { inodeBytes, hasCrc } = geometry;
    const address = geometry.agAddress(agno, agblock) + index * inodeBytes;
    const crcOffset = hasCrc ? Dinode.offsets.crc : undefined;
    this.#meet('inode', [{ address, length: inodeBytes }], crcOffset);
  }

  #meet(structure: string, pieces: readonly Piece[], crcOffset: number | undefined): void {
    const key = `${structure} at ${pieces[0]!.address}`;
    let site = this.sites.get(key);
    if (site === undefined) {
      const name = this.#freeName(`${structure} of ${this.#label}`);
      this.sites.set(key, (site = { name, structure, pieces, crcOffset }));
    }
    this.#met.add(site);
  }

  #freeName(base: string): string {
    const number = (this.#names.get(base) ?? 0) + 1;
    this.#names.set(base, number);
    return number === 1 ? base : `${base}, ${number}`;
  }
}

type Watch = (pieces: readonly Piece[], ops: BlockOps<Geometry>, geometry: Geometry) => void;

/** Calls `watch` before each read of the cache, hit or miss. */
export function watchCache(cache: BlockCache<Geometry>, watch: Watch): void {
  const read = cache.read.bind(cache);
  const readPieces = cache.readPieces.bind(cache);
  cache.read = (address, length, ops) => {
    watch([{ address, length }], ops, cache.context);
    return read(address, length, ops);
  };
  cache.readPieces = (pieces, ops) => {
    if (pieces.length > 1) watch(pieces, ops, cache.context);
    return readPieces(pieces, ops);
  };
}

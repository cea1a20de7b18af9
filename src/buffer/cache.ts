/**
 * Verified metadata blocks, cached by address within a budget of bytes.
 *
 * Reading is synchronous. On a device that can only be read asynchronously (a Blob) a miss throws
 * `BlockMiss`; `settle` reads the block and runs the synchronous code again from its start. That is
 * sound for code that only reads, and it ends: what was read stays until the code has run through.
 *
 * Eviction is second chance: the oldest block goes unless it was used since it was last looked at.
 */
import { CorruptError, assert } from '../core/index.js';
import type { BlockDevice } from '../device/index.js';
import { crc32cAround } from '../ondisk/index.js';
import { Block, type BlockOps, type Piece } from './block.js';

/** What `BlockCache.read` throws where the device has no `readSync`. Never reaches a caller of `settle`. */
class BlockMiss {
  constructor(readonly pieces: readonly Piece[]) {}
}

function pieceKey({ address, length }: Piece): string {
  return `${address}+${length}`;
}

interface Entry {
  readonly block: Block;
  readonly pieces: readonly Piece[];
  readonly ops: unknown;
  used: boolean;
}

function samePieces(a: readonly Piece[], b: readonly Piece[]): boolean {
  if (a.length !== b.length) return false;
  return a.every(({ address, length }, i) => address === b[i]!.address && length === b[i]!.length);
}

export class BlockCache<Context> {
  #entries = new Map<number, Entry>();
  #bytes = 0;
  /** Raw bytes that a retry waits for, by `pieceKey`; dropped when no call is being settled. */
  #fetched = new Map<string, Uint8Array>();
  #settling = 0;

  constructor(
    readonly device: BlockDevice,
    readonly context: Context,
    /** The most that stays cached, in bytes. */
    readonly bytesMax: number,
  ) {}

  /** @throws CorruptError when the bytes are not a good block of this kind. */
  read(address: number, length: number, ops: BlockOps<Context>): Block {
    const entry = this.#entries.get(address);
    if (
      entry !== undefined &&
      entry.ops === ops &&
      entry.block.bytes.length === length &&
      entry.pieces.length === 1
    ) {
      entry.used = true;
      return entry.block;
    }
    return this.#load(address, [{ address, length }], ops);
  }

  /** A block gathered from several pieces, in order; cached by the address of the first. */
  readPieces(pieces: readonly Piece[], ops: BlockOps<Context>): Block {
    const [first] = pieces;
    assert(first !== undefined, 'a block has a piece');
    if (pieces.length === 1) return this.read(first.address, first.length, ops);
    const entry = this.#entries.get(first.address);
    if (entry !== undefined && entry.ops === ops && samePieces(entry.pieces, pieces)) {
      entry.used = true;
      return entry.block;
    }
    return this.#load(first.address, pieces, ops);
  }

  /** Runs synchronous reading code to its end, on any device. */
  async settle<T>(code: () => T): Promise<T> {
    if (this.device.readSync !== undefined) return code();
    this.#settling++;
    try {
      for (;;) {
        try {
          return code();
        } catch (miss) {
          if (!(miss instanceof BlockMiss)) throw miss;
          for (const piece of miss.pieces) {
            const bytes = new Uint8Array(piece.length);
            await this.device.read(piece.address, bytes);
            this.#fetched.set(pieceKey(piece), bytes);
          }
        }
      }
    } finally {
      this.#settling--;
      if (this.#settling === 0) {
        this.#fetched.clear();
        this.#trim();
      }
    }
  }

  #load(address: number, pieces: readonly Piece[], ops: BlockOps<Context>): Block {
    const block = new Block(address, this.#fetch(pieces), ops.name);
    this.#verify(block, ops);
    this.#insert(block, pieces, ops);
    return block;
  }

  #fetch(pieces: readonly Piece[]): Uint8Array {
    const length = pieces.reduce((sum, piece) => sum + piece.length, 0);
    const bytes = new Uint8Array(length);
    let at = 0;
    for (const piece of pieces) {
      const target = bytes.subarray(at, at + piece.length);
      if (this.device.readSync !== undefined) this.device.readSync(piece.address, target);
      else {
        const fetched = this.#fetched.get(pieceKey(piece));
        if (fetched === undefined) throw new BlockMiss(pieces);
        target.set(fetched);
      }
      at += piece.length;
    }
    return bytes;
  }

  #verify(block: Block, ops: BlockOps<Context>): void {
    const crcOffset = ops.crcOffset(this.context);
    if (crcOffset !== undefined) {
      const stored = block.view.getUint32(crcOffset, true);
      if (crc32cAround(block.bytes, crcOffset) !== stored)
        throw new CorruptError('checksum', ops.name, block.address, 'EBADMSG');
    }
    const rule = ops.verify(block, this.context);
    if (rule !== undefined) throw block.corrupt(rule);
  }

  #insert(block: Block, pieces: readonly Piece[], ops: BlockOps<Context>): void {
    const old = this.#entries.get(block.address);
    if (old !== undefined) this.#bytes -= old.block.bytes.length;
    this.#entries.delete(block.address);
    this.#entries.set(block.address, { block, pieces, ops, used: false });
    this.#bytes += block.bytes.length;
    if (this.#settling === 0) this.#trim();
  }

  #trim(): void {
    if (this.#bytes <= this.bytesMax) return;
    for (const [address, entry] of this.#entries) {
      this.#entries.delete(address);
      if (entry.used) {
        entry.used = false;
        this.#entries.set(address, entry); // to the young end; the loop meets it again, unused
      } else {
        this.#bytes -= entry.block.bytes.length;
        if (this.#bytes <= this.bytesMax) return;
      }
    }
  }
}

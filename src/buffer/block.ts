/**
 * One metadata block in memory: its bytes, one view over them, and where they came from.
 *
 * A `Block` that left the cache has passed its verifier. Nobody above this room meets other bytes.
 */
import { CorruptError } from '../core/index.js';

/** Consecutive bytes of the device. A directory block may be gathered from several. */
export interface Piece {
  /** Bytes from the start of the file system. */
  readonly address: number;
  readonly length: number;
}

export class Block {
  readonly view: DataView;
  /** For a block of many records: which of them its reader has verified one by one, 1 = good. */
  marks: Uint8Array | undefined;

  constructor(
    /** Where its first byte lies: bytes from the start of the file system. */
    readonly address: number,
    readonly bytes: Uint8Array,
    /** What it was verified as. */
    readonly structure: string,
  ) {
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  /** The error for a rule that only a reader who knows the context can find broken. */
  corrupt(rule: string): CorruptError {
    return new CorruptError(rule, this.structure, this.address);
  }
}

/**
 * How blocks of one kind are verified. `Context` is what the file system hands to every verifier: its
 * geometry, UUID and features.
 */
export interface BlockOps<Context> {
  /** What errors call it. */
  readonly name: string;
  /** Where the CRC32c lies in the block, bytes; `undefined` where this file system keeps none. */
  crcOffset(context: Context): number | undefined;
  /** Returns the first rule that the block breaks, or `undefined`. Never throws: the cache does. */
  verify(block: Block, context: Context): string | undefined;
}

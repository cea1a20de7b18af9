/**
 * The log: a ring of basic blocks (512 bytes). A record is a header block (several, when long) and data
 * blocks; every block carries the cycle, the number of the pass over the ring that wrote it.
 *
 *   | cycle n, written in this pass ... head | cycle n - 1, left from the pass before ... |
 *
 * Only what tells a clean log from a dirty one is here.
 */
import { be16, be32, le32, raw, struct, u8 } from '../../ondisk/index.js';

/** First word of a record's header; in other blocks the first word is the cycle itself. */
export const LOG_MAGIC = 0xfeedbabe;

/** The part of a record's header that this version reads. */
export class LogRecordHeader extends struct('LogRecordHeader', 48, {
  magic: be32, // always LOG_MAGIC
  cycle: be32,
  version: be32, // 1 or 2
  length: be32, // of the data, bytes
  lsn: raw(8), // own place: cycle, basic block
  tailLsn: raw(8), // oldest record still needed: cycle, basic block
  crc: le32,
  previousBlock: be32, // basic block of the record before
  operations: be32, // number of operations in the data
  firstCycles: be32, // begins the table of first words that the cycle numbers displaced
}) {}

/** Offset of the header size, which says how many blocks the headers of a long record take (v2). */
export const LOG_HEADER_SIZE_AT = 320;

/** One header block covers this much data. */
export const LOG_HEADER_COVERS_BYTES = 32768;

/** What begins each operation in a record's data. */
export class LogOperation extends struct('LogOperation', 12, {
  transaction: be32,
  length: be32,
  client: u8,
  flags: u8,
  reserved: be16,
}) {}

/** The operation that an unmount writes, alone in its record. */
export const UNMOUNT_FLAG = 0x20;

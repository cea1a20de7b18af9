/**
 * The packed extent: 128 bits, four big-endian words.
 *
 *   127 126                              73 72                             21 20            0
 *   | u | file block                  (54) | block number             (52)   | length (21)   |
 *
 *   word 0: u, file block bits 53..23    word 1: file block bits 22..0 | 23, block number bits 51..43
 *   word 2: block number bits 42..11     word 3: block number bits 10..0, length
 *
 * u = 1: allocated, never written. Read by words: two bigints would cost forty times as much.
 */
export const EXTENT_BYTES = 16;

/** One run of a file: `block` and `length` in blocks, `start` a block number. */
export interface FileExtent {
  readonly block: number;
  readonly start: number;
  readonly length: number;
  readonly unwritten: boolean;
}

/** Longest run that one record holds, blocks. */
export const EXTENT_LENGTH_MAX = 0x1f_ffff;

export function extentBlock(view: DataView, at: number): number {
  return (view.getUint32(at) & 0x7fff_ffff) * 0x80_0000 + (view.getUint32(at + 4) >>> 9);
}

/** One past the last file block of the extent; of an empty one, which no map may hold, as if it had one. */
export function extentEnd(view: DataView, at: number): number {
  return extentBlock(view, at) + Math.max(1, view.getUint32(at + 12) & EXTENT_LENGTH_MAX);
}

/** Returns the first rule that `count` extents at `at`, all of a map, break, or `undefined`. */
export function verifyExtents(view: DataView, at: number, count: number): string | undefined {
  for (let i = 1; i < count; i++, at += EXTENT_BYTES)
    if (extentEnd(view, at) > extentBlock(view, at + EXTENT_BYTES))
      return 'extents ascend and do not overlap';
  return undefined;
}

export function readExtent(view: DataView, at: number): FileExtent {
  const word1 = view.getUint32(at + 4);
  const word3 = view.getUint32(at + 12);
  return {
    block: extentBlock(view, at),
    start: (word1 & 0x1ff) * 0x800_0000_0000 + view.getUint32(at + 8) * 0x800 + (word3 >>> 21),
    length: word3 & EXTENT_LENGTH_MAX,
    unwritten: view.getUint32(at) >>> 31 === 1,
  };
}

export function writeExtent(view: DataView, at: number, extent: FileExtent): void {
  const { block, start, length, unwritten } = extent;
  const blockHigh = Math.floor(block / 0x80_0000);
  const startHigh = Math.floor(start / 0x800_0000_0000);
  const startMiddle = Math.floor(start / 0x800) % 0x1_0000_0000;
  view.setUint32(at, (unwritten ? 0x8000_0000 : 0) + blockHigh);
  view.setUint32(at + 4, (block % 0x80_0000) * 0x200 + startHigh);
  view.setUint32(at + 8, startMiddle);
  view.setUint32(at + 12, (start % 0x800) * 0x20_0000 + length);
}

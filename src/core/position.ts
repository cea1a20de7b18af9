/**
 * A byte position in a file, exact to 2^63 - 1 without a bigint: whole blocks, and bytes in the next.
 *
 *     position = block * blockBytes + byte        0 <= byte < blockBytes
 *
 * Everything from iomap down speaks blocks; a byte range is split once, where a call enters.
 */

/** The largest file size and one past the last byte position there is. */
export const SIZE_MAX = 2n ** 63n - 1n;

export interface Position {
  /** Whole file-system blocks before the position. */
  readonly block: number;
  /** Bytes into that block. */
  readonly byte: number;
}

/** `bytes` is a non-negative integer; a number above 2^53 means the exact integer that it holds. */
export function splitPosition(bytes: number | bigint, blockBytes: number): Position {
  if (typeof bytes === 'number') {
    const block = Math.floor(bytes / blockBytes);
    return { block, byte: bytes - block * blockBytes };
  }
  const divisor = BigInt(blockBytes);
  return { block: Number(bytes / divisor), byte: Number(bytes % divisor) };
}

export function comparePositions(a: Position, b: Position): number {
  return a.block === b.block ? a.byte - b.byte : a.block - b.block;
}

export function joinPosition({ block, byte }: Position, blockBytes: number): bigint {
  return BigInt(block) * BigInt(blockBytes) + BigInt(byte);
}

/** `joinPosition` as a number where it is exact, else as a bigint. */
export function positionToNumeric(position: Position, blockBytes: number): number | bigint {
  const bytes = position.block * blockBytes + position.byte;
  return Number.isSafeInteger(bytes) ? bytes : joinPosition(position, blockBytes);
}

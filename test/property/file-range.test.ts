/**
 * Ranges of files against a plain model of one letter a block, near zero, 2^53 bytes and 2^63 bytes.
 *
 * A file is `window` blocks, somewhere; before them there is a hole. FC_SEED replays a run.
 */
import { deepEqual, equal } from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import {
  SIZE_MAX,
  joinPosition,
  splitPosition,
  type FsError,
  type Position,
} from '#src/core/index.js';
import { MemoryDevice } from '#src/device/index.js';
import {
  bytesToEnd,
  mappings,
  readFileRange,
  seek,
  type IomapMapping,
  type IomapOps,
  type MappingType,
} from '#src/iomap/index.js';
import type { Inode } from '#src/vfs/index.js';

if (process.env['FC_SEED']) fc.configureGlobal({ seed: Number(process.env['FC_SEED']) });

const BLOCK_BYTES = 1024;
const WINDOW = 24;

/** What block `i` of the window is: a hole, unwritten, or data. */
type Blocks = readonly ('.' | 'u' | 'd')[];

interface File {
  /** First block of the window. */
  readonly base: number;
  readonly blocks: Blocks;
  readonly size: bigint;
}

const TYPES: Readonly<{ [letter in Blocks[number]]: MappingType }> = {
  '.': 'hole',
  u: 'unwritten',
  d: 'mapped',
};

/** One past the last block of any file. */
const BLOCKS_MAX = 2 ** 53;

const bases = fc.constantFrom(0, 7, 2 ** 43 - 12, 2 ** 43 + 1, 2 ** 52, BLOCKS_MAX - WINDOW);

const files: fc.Arbitrary<File> = fc
  .record({
    base: bases,
    blocks: fc.array(fc.constantFrom('.' as const, 'u' as const, 'd' as const), {
      minLength: WINDOW,
      maxLength: WINDOW,
    }),
    sizeBlocks: fc.nat({ max: WINDOW }),
    sizeBytes: fc.nat({ max: BLOCK_BYTES }),
  })
  .map(({ base, blocks, sizeBlocks, sizeBytes }) => {
    const size = (BigInt(base) + BigInt(sizeBlocks)) * BigInt(BLOCK_BYTES) + BigInt(sizeBytes);
    return { base, blocks, size: size > SIZE_MAX ? SIZE_MAX : size };
  });

const letterAt = ({ base, blocks }: File, block: number): Blocks[number] =>
  blocks[block - base] ?? '.';

/** Where the data of window block `i` lies: from back to front, so that neighbours are none on the device. */
const addressOf = ({ base }: File, block: number): number =>
  (WINDOW - 1 - (block - base)) * BLOCK_BYTES;

const device = new MemoryDevice(
  Uint8Array.from(
    { length: WINDOW * BLOCK_BYTES },
    (_, at) => 1 + (Math.imul(at, 0x9e3779b1) >>> 25),
  ),
);

/** Mappings as long as they can be; those of data are single blocks, as they lie on the device. */
function iomapOf(file: File): IomapOps {
  return {
    blockBytes: BLOCK_BYTES,
    begin(_inode, block, length): IomapMapping {
      const letter = letterAt(file, block);
      const windowEnd = file.base + WINDOW;
      let end = block < file.base ? file.base : block < windowEnd ? block + 1 : BLOCKS_MAX;
      if (letter !== 'd') while (end < windowEnd && letterAt(file, end) === letter) end++;
      const address = letter === 'd' ? addressOf(file, block) : 0;
      return {
        type: TYPES[letter],
        block,
        length: Math.min(length, end - block),
        address,
        shared: false,
      };
    },
  };
}

function inodeOf({ size }: File): Inode {
  return { size: splitPosition(size, BLOCK_BYTES) } as Inode;
}

/** In and around the window, at the very beginning, and where the file ends. */
function positionsOf({ base, size }: File): fc.Arbitrary<bigint> {
  const start = BigInt(base) * BigInt(BLOCK_BYTES);
  return fc
    .oneof(
      fc.bigInt({ min: -3000n, max: BigInt((WINDOW + 2) * BLOCK_BYTES) }),
      fc.constantFrom(-start, 0n, size - start, size - start - 1n),
    )
    .map((bytes) => start + bytes)
    .filter((bytes) => bytes >= 0n && bytes < 2n ** 63n);
}

const filesAndPositions = files.chain((file) => fc.tuple(fc.constant(file), positionsOf(file)));

const split = (bytes: bigint): Position => splitPosition(bytes, BLOCK_BYTES);

/** By trying the position, then every block that begins behind it. */
function plainSeek(file: File, from: bigint, want: 'data' | 'hole'): bigint | 'ENXIO' {
  if (from >= file.size) return 'ENXIO';
  const isWanted = (bytes: bigint): boolean =>
    (letterAt(file, Number(bytes / BigInt(BLOCK_BYTES))) === 'd') === (want === 'data');
  if (isWanted(from)) return from;
  for (let i = 0; i <= WINDOW; i++) {
    const bytes = (BigInt(file.base) + BigInt(i)) * BigInt(BLOCK_BYTES);
    if (bytes > from && bytes < file.size && isWanted(bytes)) return bytes;
  }
  return want === 'hole' ? file.size : 'ENXIO';
}

describe('ranges of a file', () => {
  it('seeks to the data and the hole that come next', () => {
    fc.assert(
      fc.property(
        filesAndPositions,
        fc.constantFrom('data' as const, 'hole' as const),
        ([file, from], want) => {
          let found: bigint | string;
          try {
            found = joinPosition(
              seek(iomapOf(file), inodeOf(file), split(from), want),
              BLOCK_BYTES,
            );
          } catch (error) {
            found = (error as FsError).code;
          }
          equal(found, plainSeek(file, from, want));
        },
      ),
      { numRuns: 3000 },
    );
  });

  it('counts the bytes that are left', () => {
    fc.assert(
      fc.property(filesAndPositions, fc.nat({ max: 20_000 }), ([file, from], limit) => {
        const left = file.size - from;
        const want = left <= 0n ? 0 : left > BigInt(limit) ? limit : Number(left);
        equal(bytesToEnd(inodeOf(file), split(from), BLOCK_BYTES, limit), want);
      }),
      { numRuns: 2000 },
    );
  });

  it('reads each byte from its block, zeros elsewhere, and stops at the end', async () => {
    await fc.assert(
      fc.asyncProperty(filesAndPositions, fc.nat({ max: 5000 }), async ([file, from], length) => {
        const target = new Uint8Array(length).fill(0xee);
        const source = { device, iomap: iomapOf(file), settle: <T>(code: () => T): T => code() };
        const count = await readFileRange(source, inodeOf(file), split(from), target);
        const left = file.size - from;
        equal(count, Math.max(0, Math.min(length, Number(left))));
        const want = new Uint8Array(length).fill(0xee);
        for (let i = 0; i < count; i++) want[i] = plainByte(file, from + BigInt(i));
        equal(Buffer.compare(target, want), 0);
      }),
      { numRuns: 500 },
    );
  });

  it('tells every block that is no hole, once, in order', () => {
    fc.assert(
      fc.property(files, fc.boolean(), (file, isFromWindow) => {
        const from = isFromWindow ? file.base : 0;
        const told = new Map<number, MappingType>();
        for (const { type, block, length } of mappings(
          iomapOf(file),
          inodeOf(file),
          from,
          BLOCKS_MAX,
          false,
        ))
          for (let i = 0; i < length; i++) told.set(block + i, type);
        const want = file.blocks.flatMap((letter, i) =>
          letter === '.' ? [] : [[file.base + i, TYPES[letter]]],
        );
        deepEqual([...told], want);
      }),
      { numRuns: 1000 },
    );
  });
});

function plainByte(file: File, position: bigint): number {
  const { block, byte } = split(position);
  if (letterAt(file, block) !== 'd') return 0;
  const one = new Uint8Array(1);
  device.readSync(addressOf(file, block) + byte, one);
  return one[0]!;
}

/** Positions against bigints, around 2^53 and up to 2^63 - 1. */
import { deepEqual, equal } from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  SIZE_MAX,
  comparePositions,
  joinPosition,
  positionToNumeric,
  splitPosition,
} from './position.js';

if (process.env['FC_SEED']) fc.configureGlobal({ seed: Number(process.env['FC_SEED']) });

/** From 1024 on every position to 2^63 - 1 has a block number that a number holds. */
const blockSizes = fc.constantFrom(1024, 2048, 4096, 16_384, 65_536);

function near(edge: bigint): fc.Arbitrary<bigint> {
  return fc
    .bigInt({ min: -70_000n, max: 70_000n })
    .map((distance) => edge + distance)
    .filter((bytes) => bytes >= 0n && bytes <= SIZE_MAX);
}

const positions = fc.oneof(
  fc.bigInt({ min: 0n, max: SIZE_MAX }),
  near(0n),
  near(2n ** 32n),
  near(2n ** 53n),
  near(2n ** 62n),
  near(SIZE_MAX),
);

test('a bigint is split exactly, and joined to what it was', () => {
  fc.assert(
    fc.property(positions, blockSizes, (bytes, blockBytes) => {
      const { block, byte } = splitPosition(bytes, blockBytes);
      equal(BigInt(block), bytes / BigInt(blockBytes));
      equal(BigInt(byte), bytes % BigInt(blockBytes));
      equal(joinPosition({ block, byte }, blockBytes), bytes);
    }),
    { numRuns: 2000 },
  );
});

test('on blocks of 512 bytes that holds below 2^62', () => {
  fc.assert(
    fc.property(positions, (bytes) => {
      const half = bytes / 2n;
      equal(joinPosition(splitPosition(half, 512), 512), half);
    }),
    { numRuns: 1000 },
  );
});

test('a number is split like the bigint that it is', () => {
  fc.assert(
    fc.property(positions, blockSizes, (bytes, blockBytes) => {
      const number = Number(bytes); // rounded, beyond 2^53: then that is what is meant
      deepEqual(splitPosition(number, blockBytes), splitPosition(BigInt(number), blockBytes));
    }),
    { numRuns: 2000 },
  );
});

test('the order of positions is that of their bytes', () => {
  fc.assert(
    fc.property(positions, positions, blockSizes, (a, b, blockBytes) => {
      const order = comparePositions(splitPosition(a, blockBytes), splitPosition(b, blockBytes));
      equal(Math.sign(order), a < b ? -1 : a > b ? 1 : 0);
    }),
    { numRuns: 2000 },
  );
});

test('a position is a number where that is exact, else a bigint', () => {
  fc.assert(
    fc.property(positions, blockSizes, (bytes, blockBytes) => {
      const numeric = positionToNumeric(splitPosition(bytes, blockBytes), blockBytes);
      equal(BigInt(numeric), bytes);
      equal(typeof numeric, bytes < 2n ** 53n ? 'number' : 'bigint');
    }),
    { numRuns: 2000 },
  );
});

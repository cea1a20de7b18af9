/** The packed extent against the same 128 bits as one bigint. FC_SEED replays a run. */
import { deepEqual, equal } from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  EXTENT_BYTES,
  EXTENT_LENGTH_MAX,
  extentBlock,
  extentEnd,
  readExtent,
  verifyExtents,
  writeExtent,
  type FileExtent,
} from './extent.js';

if (process.env['FC_SEED']) fc.configureGlobal({ seed: Number(process.env['FC_SEED']) });

/** Edges of each width come as often as the rest. File blocks: 54 bits on disk, 53 that a number holds. */
const upTo = (max: number): fc.Arbitrary<number> =>
  fc.oneof(
    fc.integer({ min: 0, max }),
    fc.constantFrom(0, 1, max - 1, max, (max - 1) / 2, (max + 1) / 2),
  );

const extents: fc.Arbitrary<FileExtent> = fc.record({
  block: upTo(2 ** 53 - 1),
  start: upTo(2 ** 52 - 1),
  length: upTo(EXTENT_LENGTH_MAX),
  unwritten: fc.boolean(),
});

function pack({ block, start, length, unwritten }: FileExtent): bigint {
  return (
    (BigInt(unwritten) << 127n) | (BigInt(block) << 73n) | (BigInt(start) << 21n) | BigInt(length)
  );
}

function unpack(bits: bigint): FileExtent {
  return {
    block: Number((bits >> 73n) & (2n ** 54n - 1n)),
    start: Number((bits >> 21n) & (2n ** 52n - 1n)),
    length: Number(bits & (2n ** 21n - 1n)),
    unwritten: bits >> 127n === 1n,
  };
}

const bitsAt = (view: DataView, at: number): bigint =>
  (view.getBigUint64(at) << 64n) | view.getBigUint64(at + 8);

test('an extent is written as its 128 bits, and nothing beside it', () => {
  fc.assert(
    fc.property(extents, (extent) => {
      const view = new DataView(new ArrayBuffer(3 * EXTENT_BYTES));
      writeExtent(view, EXTENT_BYTES, extent);
      equal(bitsAt(view, EXTENT_BYTES), pack(extent));
      equal(bitsAt(view, 0), 0n);
      equal(bitsAt(view, 2 * EXTENT_BYTES), 0n);
    }),
    { numRuns: 2000 },
  );
});

test('any 128 bits are read as what they are', () => {
  fc.assert(
    fc.property(fc.bigInt({ min: 0n, max: 2n ** 128n - 1n }), (bits) => {
      const view = new DataView(new ArrayBuffer(EXTENT_BYTES));
      view.setBigUint64(0, bits >> 64n);
      view.setBigUint64(8, bits & (2n ** 64n - 1n));
      deepEqual(readExtent(view, 0), unpack(bits));
      equal(extentBlock(view, 0), unpack(bits).block);
    }),
    { numRuns: 2000 },
  );
});

/** Small on purpose: extents of 0 to 6 blocks meet and miss each other in every way. */
const small = fc.nat({ max: 6 });

test('a list is good when each extent ends before the next begins', () => {
  fc.assert(
    fc.property(
      fc.array(fc.record({ gap: fc.integer({ min: -2, max: 3 }), length: small })),
      (steps) => {
        const view = new DataView(new ArrayBuffer(steps.length * EXTENT_BYTES));
        const list: FileExtent[] = [];
        let end = 4;
        for (const { gap, length } of steps) {
          const block = Math.max(0, end + gap);
          list.push({ block, start: 1, length, unwritten: false });
          end = block + length;
        }
        list.forEach((extent, i) => writeExtent(view, i * EXTENT_BYTES, extent));
        const isGood = list.every((extent, i) => {
          const next = list[i + 1];
          return next === undefined || extent.block + Math.max(1, extent.length) <= next.block;
        });
        equal(verifyExtents(view, 0, list.length) === undefined, isGood);
        list.forEach((extent, i) =>
          equal(extentEnd(view, i * EXTENT_BYTES), extent.block + Math.max(1, extent.length)),
        );
      },
    ),
    { numRuns: 2000 },
  );
});

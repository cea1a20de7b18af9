/** Range arithmetic against bigints, near zero and near 2^53. */
import { equal } from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { divideUp, isWithin, roundDown, roundUp } from './range.js';

if (process.env['FC_SEED']) fc.configureGlobal({ seed: Number(process.env['FC_SEED']) });

const SAFE = Number.MAX_SAFE_INTEGER;
const numbers = fc.oneof(
  fc.nat({ max: 40 }),
  fc.integer({ min: 0, max: SAFE }),
  fc.integer({ min: SAFE - 40, max: SAFE }),
);
const powers = fc.nat({ max: 20 }).map((exponent) => 2 ** exponent);

test('rounding to a power of two', () => {
  fc.assert(
    fc.property(numbers, powers, (n, to) => {
      const [big, unit] = [BigInt(n), BigInt(to)];
      const up = (big + unit - 1n) / unit;
      equal(BigInt(roundDown(n, to)), (big / unit) * unit);
      equal(BigInt(divideUp(n, to)), up);
      equal(BigInt(roundUp(n, to)), up * unit);
    }),
    { numRuns: 2000 },
  );
});

test('rounding to anything, while sums stay small', () => {
  fc.assert(
    fc.property(fc.nat({ max: 2 ** 31 - 1 }), fc.integer({ min: 1, max: 1000 }), (n, to) => {
      equal(roundDown(n, to), Math.floor(n / to) * to);
      equal(divideUp(n, to), Math.floor((n + to - 1) / to));
      equal(roundUp(n, to), Math.floor((n + to - 1) / to) * to);
    }),
  );
});

test('a range lies within when its end does, however large', () => {
  const any = fc.oneof(numbers, fc.integer({ min: -40, max: 0 }));
  fc.assert(
    fc.property(any, any, numbers, (start, length, limit) => {
      const isGood = start >= 0 && length >= 0 && BigInt(start) + BigInt(length) <= BigInt(limit);
      equal(isWithin(start, length, limit), isGood);
    }),
    { numRuns: 5000 },
  );
});

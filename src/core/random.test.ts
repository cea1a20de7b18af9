import { deepEqual, ok } from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { Random } from './random.js';

if (process.env['FC_SEED']) fc.configureGlobal({ seed: Number(process.env['FC_SEED']) });

const some = (seed: number): number[] => {
  const random = new Random(seed);
  return Array.from({ length: 20 }, () => random.next());
};

test('one seed, one run', () => {
  fc.assert(fc.property(fc.integer(), (seed) => deepEqual(some(seed), some(seed))));
});

test('all of [0, limit) is met, evenly', () => {
  fc.assert(
    fc.property(fc.integer(), fc.integer({ min: 1, max: 12 }), (seed, limit) => {
      const random = new Random(seed);
      const met = Array.from({ length: limit }, () => 0);
      for (let i = 0; i < 400 * limit; i++) met[random.below(limit)]!++;
      ok(
        met.every((count) => count > 250 && count < 550),
        met.join(),
      );
    }),
  );
});

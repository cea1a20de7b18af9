/** Both encodings of time against bigints. */
import { deepEqual, equal } from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  BIGTIME_EPOCH_OFFSET,
  readBigtime,
  readClassicTime,
  writeBigtime,
  writeClassicTime,
} from './time.js';

if (process.env['FC_SEED']) fc.configureGlobal({ seed: Number(process.env['FC_SEED']) });

const BILLION = 1_000_000_000n;

test('any 64 bits are the bigtime that they are', () => {
  const edges = [0n, 1n, BILLION - 1n, BILLION, 2n ** 53n, 2n ** 63n, 2n ** 64n - 1n];
  const bits = fc.oneof(fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }), fc.constantFrom(...edges));
  fc.assert(
    fc.property(bits, (nanoseconds) => {
      const view = new DataView(new ArrayBuffer(16));
      view.setBigUint64(8, nanoseconds);
      deepEqual(readBigtime(view, 8), {
        seconds: Number(nanoseconds / BILLION) - BIGTIME_EPOCH_OFFSET,
        nanoseconds: Number(nanoseconds % BILLION),
      });
    }),
    { numRuns: 2000 },
  );
});

test('the epoch of bigtime is the smallest classic time', () => {
  const view = new DataView(new ArrayBuffer(8));
  const { seconds } = readBigtime(view, 0);
  equal(new Date(seconds * 1000).toISOString(), '1901-12-13T20:45:52.000Z');
  equal(seconds, -(2 ** 31));
});

const times = (min: number, max: number): fc.Arbitrary<{ seconds: number; nanoseconds: number }> =>
  fc.record({ seconds: fc.integer({ min, max }), nanoseconds: fc.nat({ max: 999_999_999 }) });

test('what is written is read', () => {
  const view = new DataView(new ArrayBuffer(8));
  fc.assert(
    fc.property(times(-(2 ** 31), 16_299_260_424), (time) => {
      writeBigtime(view, 0, time);
      deepEqual(readBigtime(view, 0), { ...time });
    }),
  );
  fc.assert(
    fc.property(times(-(2 ** 31), 2 ** 31 - 1), (time) => {
      writeClassicTime(view, 0, time);
      deepEqual(readClassicTime(view, 0), { ...time });
    }),
  );
});

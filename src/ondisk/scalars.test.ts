/** Scalars against DataView and bigints, at every offset. */
import { deepEqual, equal, throws } from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { CorruptError } from '../core/index.js';
import { be16, be32, be64, le16, le32, le64, raw, u8, type Scalar } from './scalars.js';
import { struct } from './struct.js';

if (process.env['FC_SEED']) fc.configureGlobal({ seed: Number(process.env['FC_SEED']) });

interface Case {
  readonly scalar: Scalar<number>;
  readonly bytes: number;
  readonly isLittle: boolean;
}

const CASES: readonly Case[] = [
  { scalar: u8, bytes: 1, isLittle: false },
  { scalar: be16, bytes: 2, isLittle: false },
  { scalar: be32, bytes: 4, isLittle: false },
  { scalar: le16, bytes: 2, isLittle: true },
  { scalar: le32, bytes: 4, isLittle: true },
];
const LONG: readonly Case[] = [
  { scalar: be64, bytes: 8, isLittle: false },
  { scalar: le64, bytes: 8, isLittle: true },
];

/** A record with the scalar in its middle, so that a wrong offset is seen. */
function recordOf({ scalar, bytes }: Case) {
  return struct('Sandwich', bytes + 4, { before: u8, value: scalar, after: raw(3) });
}

/** Byte by byte, most significant first. */
function plainRead(bytes: Uint8Array, isLittle: boolean): bigint {
  return (isLittle ? bytes.toReversed() : bytes).reduce(
    (sum, byte) => sum * 256n + BigInt(byte),
    0n,
  );
}

test('any bytes are read as the number that they are, and written back as they were', () => {
  for (const one of CASES) {
    const Sandwich = recordOf(one);
    const property = fc.property(fc.uint8Array({ minLength: 12, maxLength: 12 }), (bytes) => {
      const record = new Sandwich(new DataView(bytes.buffer, bytes.byteOffset), 2);
      const want = plainRead(bytes.subarray(3, 3 + one.bytes), one.isLittle);
      equal(BigInt(record.value), want);
      const before = bytes.slice();
      record.value = Number(want);
      deepEqual(bytes, before);
    });
    fc.assert(property);
  }
});

const LIMIT = 2n ** 53n;
const edges = [
  0n,
  -1n,
  1n,
  -(2n ** 32n),
  2n ** 32n,
  2n ** 53n - 1n,
  2n ** 53n,
  -(2n ** 53n),
  -(2n ** 53n) - 1n,
];

test('64 bits are signed, exact below 2^53, and a CorruptError beyond', () => {
  const numbers = fc.oneof(
    fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
    fc.bigInt({ min: -LIMIT, max: LIMIT }),
    fc.constantFrom(...edges),
  );
  for (const one of LONG) {
    const Sandwich = recordOf(one);
    const property = fc.property(numbers, (number) => {
      const view = new DataView(new ArrayBuffer(12));
      view.setBigInt64(1, number, one.isLittle);
      const record = new Sandwich(view);
      if (number < -LIMIT || number >= LIMIT) throws(() => record.value, CorruptError);
      else equal(BigInt(record.value), number);
    });
    fc.assert(property, { numRuns: 2000 });
  }
});

test('64 bits are written as the number that they are', () => {
  const numbers = fc.oneof(
    fc.integer({ min: -(2 ** 53 - 1), max: 2 ** 53 - 1 }),
    fc.constantFrom(0, -1, 2 ** 32, -(2 ** 32), 2 ** 53 - 1),
  );
  for (const one of LONG) {
    const Sandwich = recordOf(one);
    const property = fc.property(numbers, (number) => {
      const view = new DataView(new ArrayBuffer(12));
      const record = new Sandwich(view);
      record.value = number;
      equal(view.getBigInt64(1, one.isLittle), BigInt(number));
      equal(view.getUint8(0), 0);
      equal(view.getUint8(9), 0);
    });
    fc.assert(property, { numRuns: 1000 });
  }
});

test('raw bytes are a view of the record, not a copy', () => {
  const bytes = Uint8Array.from({ length: 8 }, (_, i) => i);
  const record = new (struct('Raw', 4, { pad: u8, body: raw(3) }))(new DataView(bytes.buffer), 2);
  deepEqual(Array.from(record.body), [3, 4, 5]);
  bytes[4] = 99;
  deepEqual(Array.from(record.body), [3, 99, 5]);
});

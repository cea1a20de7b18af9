/** CRC-32C against an independent one (native code), at all alignments and lengths. */
import { equal } from 'node:assert/strict';
import { test } from 'node:test';
import { crc32c as reference } from '@node-rs/crc32';
import fc from 'fast-check';
import { crc32c, crc32cAround } from './crc32c.js';

if (process.env['FC_SEED']) fc.configureGlobal({ seed: Number(process.env['FC_SEED']) });

/** Any bytes would do; these differ at every place. */
const BYTES = Uint8Array.from(
  { length: 4096 + 64 },
  (_, at) => Math.imul(at + 1, 0x9e3779b1) >>> 24,
);

test('the check value of the standard', () => {
  equal(crc32c(new TextEncoder().encode('123456789')), 0xe3069283);
  equal(crc32c(new Uint8Array()), 0);
  equal(crc32c(new Uint8Array(32)), 0x8a9136aa); // RFC 3720, B.4
});

test('every length to 200 at every alignment, and long ones', () => {
  for (let at = 0; at < 16; at++) {
    for (let length = 0; length <= 200; length++) {
      const part = BYTES.subarray(at, at + length);
      equal(crc32c(part), reference(part), `${length} bytes at ${at}`);
    }
    const long = BYTES.subarray(at, at + 4096);
    equal(crc32c(long), reference(long), `4096 bytes at ${at}`);
  }
});

const bytes = fc.uint8Array({ maxLength: 600 });

test('goes on from where another left off', () => {
  fc.assert(
    fc.property(bytes, bytes, fc.nat({ max: 0xffff_ffff }), (first, second, seed) => {
      equal(crc32c(second, crc32c(first, seed)), crc32c(Buffer.concat([first, second]), seed));
      equal(crc32c(first, seed), reference(first, seed));
    }),
  );
});

test('a checksum that lies in what it covers counts as zeros, and nothing is written', () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 4, maxLength: 700 }), fc.nat(), (whole, place) => {
      const at = place % (whole.length - 3);
      const before = whole.slice();
      const zeroed = whole.slice();
      zeroed.fill(0, at, at + 4);
      equal(crc32cAround(whole, at), reference(zeroed));
      equal(Buffer.compare(whole, before), 0);
    }),
  );
});

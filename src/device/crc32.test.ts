import { equal } from 'node:assert/strict';
import { test } from 'node:test';
import * as zlib from 'node:zlib';
import fc from 'fast-check';
import { crc32 } from './crc32.js';

test('the check value of the standard', () => {
  equal(crc32(new TextEncoder().encode('123456789')), 0xcbf43926);
  equal(crc32(new Uint8Array()), 0);
});

test('agrees with zlib', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
      equal(crc32(bytes), zlib.crc32(bytes));
    }),
  );
});

/** Hashes of names against a plain re-statement, values that xfs_db prints, and names that collide. */
import { equal, notDeepEqual } from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { foldByte, hashName, hashNameFolded } from './hash.js';

if (process.env['FC_SEED']) fc.configureGlobal({ seed: Number(process.env['FC_SEED']) });

const encode = (text: string): Uint8Array => new TextEncoder().encode(text);

/** One byte at a time, in bigints, so that no sign and no shift is lost. */
function plainHash(name: Uint8Array): number {
  let hash = 0n;
  for (const byte of name) {
    const rotated = ((hash << 7n) | (hash >> 25n)) & 0xffff_ffffn;
    hash = rotated ^ BigInt(byte);
  }
  return Number(hash);
}

const names = fc.uint8Array({ minLength: 1, maxLength: 255 });

test('is what xfs_db prints', () => {
  const printed = {
    a: 0x61,
    ab: 0x30e2,
    abc: 0x187163,
    abcd: 0xc38b1e4,
    abcde: 0x1c58f263,
    'hello-world': 0x91251139,
    日本語: 0x3296c6a7,
    README: 0x58312451,
    '.': 0x2e,
    '..': 0x172e,
    'lost+found': 0x21aa60c,
  };
  for (const [name, hash] of Object.entries(printed)) equal(hashName(encode(name)), hash, name);
});

test('is the plain hash of every name', () => {
  fc.assert(
    fc.property(names, (name) => equal(hashName(name), plainHash(name))),
    { numRuns: 1000 },
  );
});

test('names that differ in bit 0 of a byte and bit 3 of the fifth after it collide', () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 6, maxLength: 40 }), fc.nat(), (name, place) => {
      const at = place % (name.length - 5);
      const twin = name.slice();
      twin[at]! ^= 1;
      twin[at + 5]! ^= 8;
      notDeepEqual(twin, name);
      equal(hashName(twin), hashName(name));
    }),
  );
});

test('folded, it is the hash of the name in lower case', () => {
  fc.assert(
    fc.property(names, (name) => equal(hashNameFolded(name), plainHash(name.map(foldByte)))),
    { numRuns: 1000 },
  );
});

test('folding is that of Latin-1, where 0xd7 and 0xf7 are signs and 0xdf has no capital', () => {
  const latin1 = (byte: number): string => String.fromCharCode(byte);
  for (let byte = 0; byte < 256; byte++) {
    const lower = latin1(byte).toLowerCase().charCodeAt(0);
    equal(foldByte(byte), lower, `byte ${byte}`);
  }
});

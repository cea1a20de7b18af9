/** Sizes of files against bigints: read by words from the disk, exact for every block size. */
import { deepEqual, equal, throws } from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { SIZE_MAX, joinPosition, splitPosition } from '../../core/index.js';
import { Dinode } from '../format/dinode.js';
import type { Geometry } from '../format/geometry.js';
import { XfsInode } from './inode.js';

if (process.env['FC_SEED']) fc.configureGlobal({ seed: Number(process.env['FC_SEED']) });

const INO = 131;

/** What an inode takes from the geometry. */
const geometryOf = (blockBytes: number): Geometry => ({ blockBytes, inodeBytes: 512 }) as Geometry;

function inodeOfSize(bytes: bigint, blockBytes: number): XfsInode {
  const view = new DataView(new ArrayBuffer(512));
  view.setBigUint64(Dinode.offsets.size, bytes);
  return new XfsInode(INO, new Dinode(view), geometryOf(blockBytes));
}

const sizes = fc.oneof(
  fc.bigInt({ min: 0n, max: SIZE_MAX }),
  fc.constantFrom(
    0n,
    1n,
    511n,
    512n,
    2n ** 32n - 1n,
    2n ** 32n,
    2n ** 53n,
    2n ** 62n - 1n,
    SIZE_MAX,
  ),
);

test('a size is the number that the disk holds', () => {
  const blockSizes = fc.constantFrom(1024, 2048, 4096, 16_384, 65_536);
  fc.assert(
    fc.property(sizes, blockSizes, (bytes, blockBytes) => {
      const { size } = inodeOfSize(bytes, blockBytes);
      equal(joinPosition(size, blockBytes), bytes);
      deepEqual(size, splitPosition(bytes, blockBytes));
    }),
    { numRuns: 1000 },
  );
});

test('in blocks of 512 bytes a number counts to 2^62 bytes; more is refused, not rounded', () => {
  fc.assert(
    fc.property(sizes, (bytes) => {
      if (bytes >= 2n ** 62n) throws(() => inodeOfSize(bytes, 512), { code: 'EOVERFLOW' });
      else equal(joinPosition(inodeOfSize(bytes, 512).size, 512), bytes);
    }),
    { numRuns: 1000 },
  );
});

/** Places in a volume against bigints: block numbers, inode numbers, byte addresses. */
import { deepEqual, equal } from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { Geometry } from './geometry.js';
import { Superblock } from './superblock.js';

if (process.env['FC_SEED']) fc.configureGlobal({ seed: Number(process.env['FC_SEED']) });

interface Shape {
  readonly blockLog: number;
  readonly inodeLog: number;
  readonly agBlocks: number;
  readonly agCount: number;
  /** Of the last group. */
  readonly lastBlocks: number;
}

const shapes: fc.Arbitrary<Shape> = fc
  .record({
    blockLog: fc.integer({ min: 10, max: 16 }),
    inodeLog: fc.integer({ min: 9, max: 11 }),
    agBlocks: fc.oneof(fc.integer({ min: 64, max: 300 }), fc.integer({ min: 64, max: 2 ** 28 })),
    agCount: fc.integer({ min: 1, max: 400 }),
    short: fc.nat(),
  })
  .map(({ short, inodeLog, ...rest }) => ({
    ...rest,
    inodeLog: Math.min(inodeLog, rest.blockLog),
    lastBlocks: rest.agBlocks - (short % (rest.agBlocks - 63)),
  }));

const logOf = (agBlocks: number): number => Math.ceil(Math.log2(agBlocks));

function geometryOf({ blockLog, inodeLog, agBlocks, agCount, lastBlocks }: Shape): Geometry {
  const sb = new Superblock(new DataView(new ArrayBuffer(512)));
  sb.versionNumber = 5;
  sb.blockSize = 2 ** blockLog;
  sb.sectorSize = 512;
  sb.inodeSize = 2 ** inodeLog;
  sb.inodesPerBlock = 2 ** (blockLog - inodeLog);
  sb.agBlocks = agBlocks;
  sb.agBlockLog = logOf(agBlocks);
  sb.agCount = agCount;
  sb.dataBlocks = (agCount - 1) * agBlocks + lastBlocks;
  return new Geometry(sb);
}

/** A shape, a group of it, and a block of the group, which may lie behind its end. */
const places = fc
  .tuple(shapes, fc.nat(), fc.nat(), fc.nat())
  .map(([shape, group, block, index]) => {
    const agno = group % shape.agCount;
    return { shape, agno, agblock: block % 2 ** logOf(shape.agBlocks), index };
  });

test('a block number is a group and a block of it, and lies where they do', () => {
  fc.assert(
    fc.property(places, ({ shape, agno, agblock }) => {
      const geometry = geometryOf(shape);
      const block = agno * 2 ** logOf(shape.agBlocks) + agblock;
      equal(geometry.agno(block), agno);
      equal(geometry.agblock(block), agblock);
      const address =
        (BigInt(agno) * BigInt(shape.agBlocks) + BigInt(agblock)) << BigInt(shape.blockLog);
      equal(BigInt(geometry.blockAddress(block)), address);
      equal(geometry.agAddress(agno, agblock), geometry.blockAddress(block));
    }),
    { numRuns: 1000 },
  );
});

test('an inode number is a block and an index in it, and back', () => {
  fc.assert(
    fc.property(places, ({ shape, agno, agblock, index: any }) => {
      const geometry = geometryOf(shape);
      const index = any % geometry.inodesPerBlock;
      const ino = geometry.inodeNumber(agno, agblock * geometry.inodesPerBlock + index);
      deepEqual(geometry.inodePlace(ino), { agno, agblock, index });
      const length = agno === shape.agCount - 1 ? shape.lastBlocks : shape.agBlocks;
      equal(
        geometry.isIno(ino),
        agblock >= Math.ceil(2048 / geometry.blockBytes) && agblock < length,
      );
    }),
    { numRuns: 1000 },
  );
});

test('a range is data when all of its blocks lie in one group, behind its headers', () => {
  const small = shapes.filter(({ agBlocks }) => agBlocks <= 300);
  fc.assert(
    fc.property(small, fc.nat(), fc.integer({ min: -2, max: 40 }), (shape, place, length) => {
      const geometry = geometryOf(shape);
      const stride = 2 ** logOf(shape.agBlocks);
      const block = (place % (stride * (shape.agCount + 1))) - 1;
      const isData = (one: number): boolean => {
        const agno = Math.floor(one / stride);
        if (agno < 0 || agno >= shape.agCount) return false;
        const end = agno === shape.agCount - 1 ? shape.lastBlocks : shape.agBlocks;
        const agblock = one - agno * stride;
        return agblock * geometry.blockBytes >= 2048 && agblock < end;
      };
      const all = Array.from({ length: Math.max(0, length) }, (_, i) => block + i);
      const isOne = all.every((one) => Math.floor(one / stride) === Math.floor(block / stride));
      equal(geometry.isDataRange(block, length), length > 0 && isOne && all.every(isData));
    }),
    { numRuns: 3000 },
  );
});

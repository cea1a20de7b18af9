/** The cache of blocks: what it verifies, what it keeps, and that a device without readSync reads the same. */
import { deepEqual, equal, notEqual, ok, rejects, throws } from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { CorruptError } from '../core/index.js';
import { BlobDevice, MemoryDevice, type BlockDevice } from '../device/index.js';
import { crc32c } from '../ondisk/index.js';
import type { Block, BlockOps, Piece } from './block.js';
import { BlockCache } from './cache.js';

if (process.env['FC_SEED']) fc.configureGlobal({ seed: Number(process.env['FC_SEED']) });

const BLOCK_BYTES = 64;
const BLOCKS = 32;

/** Any block is good. */
const plain: BlockOps<string> = {
  name: 'plain',
  crcOffset: () => undefined,
  verify: () => undefined,
};
const other: BlockOps<string> = { ...plain, name: 'other' };

/** Good are blocks whose first byte is not 0xbb. */
const picky: BlockOps<string> = {
  ...plain,
  name: 'picky',
  verify: ({ bytes }, rule) => (bytes[0] === 0xbb ? rule : undefined),
};

const image = Uint8Array.from(
  { length: BLOCKS * BLOCK_BYTES },
  (_, at) => Math.floor(at / BLOCK_BYTES) * 7 + at,
);

class CountingDevice extends MemoryDevice {
  reads = 0;

  override readSync(position: number, target: Uint8Array): void {
    this.reads++;
    super.readSync(position, target);
  }
}

const device = (): CountingDevice => new CountingDevice(image.slice());

/** A device without readSync, over memory; `onRead` hears of each read. */
function slowDevice(bytes: Uint8Array, onRead: () => unknown = () => undefined): BlobDevice {
  return new BlobDevice({
    size: bytes.length,
    slice: (start, end) => ({
      arrayBuffer: () => {
        onRead();
        return Promise.resolve(bytes.slice(start, end).buffer);
      },
    }),
  });
}

const cacheOf = (over: BlockDevice, bytesMax: number): BlockCache<string> =>
  new BlockCache(over, 'the rule', bytesMax);

test('a block is read once, and is what lies on the device', () => {
  const counting = device();
  const cache = cacheOf(counting, 1024);
  const block = cache.read(BLOCK_BYTES, BLOCK_BYTES, plain);
  deepEqual(block.bytes, image.slice(BLOCK_BYTES, 2 * BLOCK_BYTES));
  equal(block.address, BLOCK_BYTES);
  equal(cache.read(BLOCK_BYTES, BLOCK_BYTES, plain), block);
  equal(counting.reads, 1);
});

test('what was verified as one thing is not handed out as another', () => {
  const cache = cacheOf(device(), 1024);
  const block = cache.read(0, BLOCK_BYTES, plain);
  const again = cache.read(0, BLOCK_BYTES, other);
  notEqual(again, block);
  equal(again.structure, 'other');
  equal(cache.read(0, 32, other).bytes.length, 32);
});

test('a block gathered from pieces is those pieces, in order', () => {
  const cache = cacheOf(device(), 4096);
  const piece = (number: number): Piece => ({ address: number * BLOCK_BYTES, length: BLOCK_BYTES });
  const gathered = (...numbers: number[]): Block => cache.readPieces(numbers.map(piece), plain);
  const bytesOf = (...numbers: number[]): Buffer =>
    Buffer.concat(
      numbers.map((number) => image.subarray(number * BLOCK_BYTES, (number + 1) * BLOCK_BYTES)),
    );
  const first = gathered(3, 9);
  ok(bytesOf(3, 9).equals(first.bytes));
  equal(gathered(3, 9), first);
  ok(bytesOf(3, 7).equals(gathered(3, 7).bytes), 'the same first piece, another second one');
  ok(bytesOf(3, 4).equals(cache.read(3 * BLOCK_BYTES, 2 * BLOCK_BYTES, plain).bytes));
  ok(bytesOf(3, 7).equals(gathered(3, 7).bytes));
  ok(bytesOf(5).equals(gathered(5).bytes));
});

test('a broken block is told at every read, and never kept', () => {
  const bytes = image.slice();
  bytes[BLOCK_BYTES] = 0xbb;
  const cache = cacheOf(new MemoryDevice(bytes), 1024);
  for (let i = 0; i < 2; i++)
    throws(() => cache.read(BLOCK_BYTES, BLOCK_BYTES, picky), {
      message: 'EUCLEAN: structure needs cleaning: picky at byte 64 breaks "the rule"',
    });
  bytes[BLOCK_BYTES] = 1;
  equal(cache.read(BLOCK_BYTES, BLOCK_BYTES, picky).bytes[0], 1);
});

test('a wrong checksum is told as such, before any other rule', () => {
  const bytes = image.slice();
  const view = new DataView(bytes.buffer);
  view.setUint32(8, 0);
  view.setUint32(8, crc32c(bytes.subarray(0, BLOCK_BYTES)), true);
  const summed: BlockOps<string> = { ...picky, crcOffset: () => 8 };
  equal(cacheOf(new MemoryDevice(bytes), 1024).read(0, BLOCK_BYTES, summed).bytes[0], bytes[0]);
  bytes[0] = 0xbb;
  throws(() => cacheOf(new MemoryDevice(bytes), 1024).read(0, BLOCK_BYTES, summed), {
    code: 'EBADMSG',
  });
});

const addresses = fc.array(fc.nat({ max: BLOCKS - 1 }), { minLength: 1, maxLength: 200 });

test('it never keeps more than its budget', () => {
  fc.assert(
    fc.property(addresses, fc.integer({ min: 1, max: 8 }), (numbers, blocks) => {
      const counting = device();
      const cache = cacheOf(counting, blocks * BLOCK_BYTES);
      for (const number of numbers) {
        const block = cache.read(number * BLOCK_BYTES, BLOCK_BYTES, plain);
        equal(block.bytes[0], image[number * BLOCK_BYTES]);
      }
      // What is kept costs no read: ask for all, and count.
      counting.reads = 0;
      for (let number = BLOCKS - 1; number >= 0; number--) {
        const before = counting.reads;
        cache.read(number * BLOCK_BYTES, BLOCK_BYTES, plain);
        ok(counting.reads - before <= 1);
      }
      ok(counting.reads >= BLOCKS - blocks, `${counting.reads} reads for ${BLOCKS} blocks`);
    }),
  );
});

test('a block that is used again and again stays; blocks met once go', () => {
  const counting = device();
  const cache = cacheOf(counting, 4 * BLOCK_BYTES);
  cache.read(0, BLOCK_BYTES, plain);
  for (let number = 1; number < BLOCKS; number++) {
    cache.read(number * BLOCK_BYTES, BLOCK_BYTES, plain);
    cache.read(0, BLOCK_BYTES, plain);
  }
  equal(counting.reads, BLOCKS);
});

test('a device without readSync gives the same, whatever is asked', async () => {
  await fc.assert(
    fc.asyncProperty(addresses, async (numbers) => {
      const ask = (cache: BlockCache<string>) => (): number[] =>
        numbers.map((number) => {
          const address = number * BLOCK_BYTES;
          const next = ((number + 5) % BLOCKS) * BLOCK_BYTES;
          const pieces = [
            { address, length: BLOCK_BYTES },
            { address: next, length: BLOCK_BYTES },
          ];
          const block =
            number % 3 === 0
              ? cache.readPieces(pieces, plain)
              : cache.read(address, BLOCK_BYTES, plain);
          return block.bytes.reduce((sum, byte) => sum * 31 + byte, 0);
        });
      const want = ask(cacheOf(device(), 256))();
      const cache = cacheOf(slowDevice(image), 256);
      deepEqual(await cache.settle(ask(cache)), want);
      deepEqual(await Promise.all([cache.settle(ask(cache)), cache.settle(ask(cache))]), [
        want,
        want,
      ]);
    }),
  );
});

test('what code throws leaves settle, also after blocks were waited for', async () => {
  const bytes = image.slice();
  bytes[BLOCK_BYTES] = 0xbb;
  const cache = cacheOf(slowDevice(bytes), 1024);
  const code = (): Block => {
    cache.read(0, BLOCK_BYTES, picky);
    return cache.read(BLOCK_BYTES, BLOCK_BYTES, picky);
  };
  await rejects(async () => cache.settle(code), CorruptError);
  bytes[BLOCK_BYTES] = 1;
  equal((await cache.settle(code)).address, BLOCK_BYTES);
});

test('when nobody waits any more, the budget holds again', async () => {
  let reads = 0;
  const cache = cacheOf(
    slowDevice(image, () => reads++),
    2 * BLOCK_BYTES,
  );
  const all = (): void => {
    for (let number = 0; number < BLOCKS; number++)
      cache.read(number * BLOCK_BYTES, BLOCK_BYTES, plain);
  };
  await cache.settle(all);
  equal(reads, BLOCKS);
  reads = 0;
  await cache.settle(all);
  ok(reads >= BLOCKS - 2, `${reads} reads`);
});

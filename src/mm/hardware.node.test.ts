import { deepEqual, equal, ok, throws } from 'node:assert/strict';
import { constants } from 'node:buffer';
import {
  closeSync,
  ftruncateSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { libcProblem, openDevice } from '../device/index.node.js';
import { MemoryDevice, PartitionDevice, type BlockDevice } from '../device/index.js';
import { hardwareMemory } from './hardware.node.js';
import type { Memory } from './memory.js';

const hardware = hardwareMemory();
const skip = hardware === undefined ? `no libc: ${libcProblem()}` : false;

/** An image whose page `n` is filled with `n + 1`, and memory to map it into. */
async function setUp(
  t: TestContext,
  pages: number,
  extraBytes = 0,
): Promise<{ memory: Memory; page: number; path: string; device: BlockDevice }> {
  const memory = hardware!;
  const page = memory.pageBytes;
  const folder = mkdtempSync(join(tmpdir(), 'daxkit-mm-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const path = join(folder, 'image');
  const descriptor = openSync(path, 'w');
  for (let n = 0; n < Math.min(pages, 255); n++)
    writeSync(descriptor, new Uint8Array(page).fill(n + 1), 0, page, n * page);
  ftruncateSync(descriptor, pages * page + extraBytes);
  closeSync(descriptor);
  const device = await openDevice(path, { readOnly: false });
  t.after(() => device.close());
  return { memory, page, path, device };
}

/** Maps of this process. */
const countMaps = (): number => readFileSync('/proc/self/maps', 'utf8').split('\n').length;

test(
  'pages of the device, zeros between them, private pages; exactly as long as asked',
  { skip },
  async (t) => {
    const { memory, page, device } = await setUp(t, 4);
    const range = memory.reserve(5 * page - 1);
    const bytes = new Uint8Array(range.buffer);
    equal(bytes.length, 5 * page - 1);
    range.mapDevice(0, device, 2 * page, page);
    range.mapDevice(2 * page, device, 0, 2 * page);
    range.writable(4 * page, page - 1).fill(9);
    const at = (n: number): number[] => [bytes[n * page]!, bytes[(n + 1) * page - 2]!];
    deepEqual([0, 1, 2, 3, 4].map(at), [
      [3, 3],
      [0, 0],
      [1, 1],
      [2, 2],
      [9, 9],
    ]);
  },
);

test('a mapping is the device: a write to the one is seen in the other', { skip }, async (t) => {
  const { memory, page, device } = await setUp(t, 2);
  const range = memory.reserve(page);
  range.mapDevice(0, device, page, page);
  const bytes = new Uint8Array(range.buffer);
  equal(bytes[7], 2);
  device.writeSync!(page + 7, Uint8Array.of(77));
  equal(bytes[7], 77);
  range.writable(0, page)[7] = 5; // private from now on
  const target = new Uint8Array(1);
  device.readSync!(page + 7, target);
  equal(target[0], 77);
});

test('a partition maps from where it begins, if that is a page', { skip }, async (t) => {
  const { memory, page, device } = await setUp(t, 4);
  const range = memory.reserve(page);
  range.mapDevice(0, new PartitionDevice(device, page, 2 * page), page, page);
  equal(new Uint8Array(range.buffer)[0], 3);
  throws(() => range.mapDevice(0, new PartitionDevice(device, 512, 2 * page), page, page), {
    code: 'EINVAL',
    message: /whole pages/,
  });
  throws(() => range.mapDevice(0, new PartitionDevice(device, page, page), page, page), {
    code: 'EINVAL',
  });
});

test('after release it reads zeros, and takes nothing more', { skip }, async (t) => {
  const { memory, page, device } = await setUp(t, 2);
  const range = memory.reserve(3 * page);
  const bytes = new Uint8Array(range.buffer);
  range.mapDevice(0, device, 0, 2 * page);
  range.writable(2 * page, page).fill(4);
  range.release();
  range.release();
  ok(bytes.every((byte) => byte === 0));
  throws(() => range.mapDevice(0, device, 0, page), { code: 'EBADF' });
  throws(() => range.writable(0, page), { code: 'EBADF' });
});

test('a mapping outlives its device, and not its lock', { skip }, async (t) => {
  const { memory, page, path, device } = await setUp(t, 1);
  const range = memory.reserve(page);
  range.mapDevice(0, device, 0, page);
  await device.close();
  equal(new Uint8Array(range.buffer)[0], 1);
  await (await openDevice(path, { readOnly: false })).close();
  throws(() => range.mapDevice(0, device, 0, page), { code: 'EBADF' });
});

test(
  'what is not whole pages, or lies outside, is refused and changes nothing',
  { skip },
  async (t) => {
    const { memory, page, device } = await setUp(t, 4, 512);
    const range = memory.reserve(2 * page);
    const bad: readonly (readonly [at: number, position: number, length: number])[] = [
      [1, 0, page],
      [0, 512, page],
      [0, 0, page - 1],
      [-page, 0, page],
      [2 * page, 0, page],
      [page, 0, 2 * page],
      [0, -page, page],
      [0, 4 * page, page], // 512 bytes of that exist
      [0, 3 * page, 2 * page],
      [Number.NaN, 0, page],
    ];
    for (const [at, position, length] of bad)
      throws(() => range.mapDevice(at, device, position, length), { code: 'EINVAL' }, `${at}`);
    throws(() => range.writable(page, page + 1), { code: 'EINVAL' });
    throws(() => range.writable(5, 5), { code: 'EINVAL' });
    throws(() => range.mapDevice(0, new MemoryDevice(new Uint8Array(page)), 0, page), {
      code: 'ENOTSUP',
    });
    ok(new Uint8Array(range.buffer).every((byte) => byte === 0));
    range.mapDevice(page, device, 0, 0); // nothing is nowhere
  },
);

test('an image that was cut short is an error, not SIGBUS', { skip }, async (t) => {
  const { memory, page, path, device } = await setUp(t, 4);
  truncateSync(path, 2 * page);
  const range = memory.reserve(4 * page);
  throws(() => range.mapDevice(0, device, page, 2 * page), { code: 'EIO', message: /cut short/ });
  range.mapDevice(0, device, 0, 2 * page);
  equal(new Uint8Array(range.buffer)[page], 2);
});

test('nothing is a range, too', { skip }, async (t) => {
  const { memory, page, device } = await setUp(t, 1);
  const range = memory.reserve(0);
  equal(range.buffer.byteLength, 0);
  equal(range.writable(0, 0).length, 0);
  range.mapDevice(0, device, 0, 0);
  throws(() => range.mapDevice(0, device, 0, page), { code: 'EINVAL' });
  throws(() => range.writable(0, page), { code: 'EINVAL' });
  range.release();
});

test('too long for an ArrayBuffer says the limit and what to do', { skip }, () => {
  equal(hardware!.viewBytesMax, constants.MAX_LENGTH);
  throws(() => hardware!.reserve(constants.MAX_LENGTH + 1), {
    code: 'EOVERFLOW',
    message: new RegExp(`Node ${process.versions.node} allows ${constants.MAX_LENGTH}.*offset`),
  });
  for (const length of [-1, 1.5, Number.NaN])
    throws(() => hardware!.reserve(length), { code: 'EINVAL' });
});

test('the longest range there can be on Node 20', { skip }, () => {
  const range = hardware!.reserve(2 ** 32);
  const bytes = new Uint8Array(range.buffer);
  equal(bytes.length, 2 ** 32);
  equal(bytes[2 ** 32 - 1], 0);
  range.release();
});

test('neighbours on the device are one map', { skip }, async (t) => {
  const { memory, page, device } = await setUp(t, 200);
  const range = memory.reserve(200 * page);
  const before = countMaps();
  for (let n = 0; n < 200; n++) range.mapDevice(n * page, device, n * page, page);
  ok(countMaps() <= before + 5, `${countMaps() - before} more maps`);
  const bytes = new Uint8Array(range.buffer);
  for (let n = 0; n < 200; n++) equal(bytes[n * page], n + 1);
});

test(
  'too many extents: an error that names vm.max_map_count, and the process lives',
  { skip },
  async (t) => {
    const limit = Number(readFileSync('/proc/sys/vm/max_map_count', 'latin1'));
    if (limit > 300_000) return t.skip(`vm.max_map_count is ${limit}: that takes long`);
    const { memory, page, device } = await setUp(t, 2);
    const range = memory.reserve(limit * page);
    t.after(() => range.release());
    const fill = (): number => {
      for (let n = 0; n < limit; n++) {
        try {
          range.mapDevice(n * page, device, 0, page); // the same page each time: nothing merges
        } catch (error) {
          equal((error as { code: string }).code, 'EOVERFLOW');
          ok(String(error).includes(`${limit} (vm.max_map_count)`), String(error));
          return n;
        }
      }
      return limit;
    };
    const mapped = fill();
    ok(mapped > limit / 2, `${mapped} of ${limit}`);
    ok(mapped < limit, 'all of them were allowed');
    const bytes = new Uint8Array(range.buffer);
    deepEqual([bytes[(mapped - 1) * page], bytes[mapped * page]], [1, 0]);
    const heap = Array.from({ length: 1_000_000 }, (_, n) => ({ n })); // V8 can still make maps
    equal(heap.at(-1)!.n, 999_999);
    range.release();
    ok(bytes.subarray(0, 1000 * page).every((byte) => byte === 0));
    const again = memory.reserve(2 * page); // the budget is there again
    again.mapDevice(page, device, page, page);
    equal(new Uint8Array(again.buffer)[page], 2);
  },
);

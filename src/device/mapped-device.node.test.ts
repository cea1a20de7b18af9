import { deepEqual, equal, ok, rejects, throws } from 'node:assert/strict';
import { closeSync, openSync, readFileSync, truncateSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import type { BlockDevice } from './block-device.js';
import { FileDevice } from './file-device.node.js';
import { libc, libcProblem } from './libc.node.js';
import { openDevice } from './open-device.node.js';
import { attachLoop, cleanUp, makeImage, pattern, scratch } from './support.test.node.js';

const skip = libc() === undefined ? `no libc: ${libcProblem()}` : false;
const MIB = 1024 * 1024;
const GIB = 1024 * MIB;

/** Pages of files in this process, KiB. */
const residentKib = (): number =>
  [...readFileSync('/proc/self/status', 'utf8').matchAll(/^Rss(?:File|Shmem):\s+(\d+)/gm)]
    .map(([, kib]) => Number(kib))
    .reduce((sum, kib) => sum + kib);

async function open(t: TestContext, path: string, readOnly = true): Promise<BlockDevice> {
  const device = await openDevice(path, { readOnly });
  cleanUp(t, () => device.close());
  return device;
}

test('a view is the bytes of the image, up to its end', { skip }, async (t) => {
  const bytes = pattern(10_001);
  const { direct, size } = await open(t, makeImage(t, bytes.length, bytes));
  equal(direct!.offset, 0);
  equal(size, 10_001);
  deepEqual(direct!.view(0, 10_001), bytes);
  deepEqual(direct!.view(5_000, 1_000_000), bytes.subarray(5_000));
  equal(direct!.view(10_001, 1).length, 0);
  equal(direct!.view(7, 0).length, 0);
  for (const [position, length] of [
    [-1, 1],
    [10_002, 1],
    [0, -1],
    [Number.NaN, 1],
  ] as const)
    throws(() => direct!.view(position, length), { code: 'EINVAL' });
});

test('a view is live: what is written through the device is there', { skip }, async (t) => {
  const device = await open(t, makeImage(t, 8192), false);
  const view = device.direct!.view(4096, 4096);
  await device.write(5000, new Uint8Array([1, 2, 3]));
  deepEqual([...view.subarray(904, 907)], [1, 2, 3]);
  device.writeSync!(4096, new Uint8Array([9]));
  equal(view[0], 9);
  await device.flush();
  const target = new Uint8Array(8192);
  await device.read(0, target);
  deepEqual(target.subarray(4096), view);
});

test(
  'windows: a large image is seen everywhere, and a view ends where its window does',
  { skip },
  async (t) => {
    const path = makeImage(t, 6 * GIB + 5000);
    const descriptor = openSync(path, 'r+');
    for (let index = 0; index <= 6; index++)
      writeSync(descriptor, pattern(100, index), 0, 100, index * GIB + 4000);
    writeSync(descriptor, Uint8Array.of(8), 0, 1, GIB - 1);
    closeSync(descriptor);
    const { direct } = await open(t, path);
    const first = direct!.view(4000, 100);
    for (const index of [0, 1, 2, 3, 4, 5, 6, 0, 6, 3, 1])
      // more than there are windows
      deepEqual(direct!.view(index * GIB + 4000, 100), pattern(100, index));
    deepEqual([...direct!.view(GIB - 1, 2)], [8]);
    equal(direct!.view(6 * GIB, GIB).length, 5000);
    ok(first.every((byte) => byte >= 0)); // stale, and no crash
  },
);

test('a view that outlives its device reads zeros', { skip }, async (t) => {
  const device = await openDevice(makeImage(t, 8192, pattern(8192)));
  const view = device.direct!.view(0, 8192);
  ok(view.some((byte) => byte !== 0));
  await device.close();
  ok(view.every((byte) => byte === 0));
  equal(device.direct!.descriptor, -1);
  throws(() => device.direct!.view(0, 1), { code: 'EBADF' });
});

test(
  'a file that is cut short: EIO from view, and EFAULT from a call that has one',
  { skip },
  async (t) => {
    const path = makeImage(t, 64 * 1024);
    const device = await open(t, path);
    const view = device.direct!.view(0, 64 * 1024);
    truncateSync(path, 4096);
    const out = openSync(join(scratch(t), 'out'), 'w');
    cleanUp(t, () => closeSync(out));
    throws(() => writeSync(out, view, 8192, 4096), { code: 'EFAULT' });
    throws(() => device.direct!.view(0, 4097), { code: 'EIO', message: /cut short to 4096/ });
    equal(device.direct!.view(0, 4096).length, 4096);
    await rejects(device.read(0, new Uint8Array(64 * 1024)), { code: 'EIO' });
  },
);

test('streaming does not keep the image resident', { skip }, async (t) => {
  const size = 256 * MIB;
  const { direct } = await open(t, makeImage(t, size));
  const out = openSync('/dev/null', 'w');
  cleanUp(t, () => closeSync(out));
  const before = residentKib();
  let most = 0;
  let sum = 0;
  for (let at = 0; at < size; at += MIB) {
    const view = direct!.view(at, MIB);
    for (let page = 0; page < MIB; page += 4096) sum += view[page]!;
    most = Math.max(most, residentKib() - before);
  }
  equal(sum, 0);
  ok(most >= 16 * 1024, `pages are touched at all: ${most} KiB`);
  ok(most <= 48 * 1024, `${most} KiB were resident`);
});

test('a block device is mapped, too', { skip }, async (t) => {
  const bytes = pattern(MIB);
  const loop = attachLoop(t, makeImage(t, MIB, bytes));
  if (loop === undefined) return;
  const device = await open(t, loop, false);
  deepEqual(device.direct!.view(4096, 8192), bytes.subarray(4096, 12_288));
  await device.write(5000, new Uint8Array([1, 2, 3]));
  deepEqual([...device.direct!.view(5000, 3)], [1, 2, 3]);
});

test('what cannot be mapped is opened without', { skip }, async (t) => {
  equal((await open(t, makeImage(t, 0))).direct, undefined);
  equal((await open(t, '/proc/version')).direct, undefined);
  const device = await openDevice(makeImage(t, 8192), { directIo: true });
  cleanUp(t, () => device.close());
  ok(device instanceof FileDevice);
  equal('direct' in device, false);
});

test(
  'a writable device is locked, and free after close even while a view is kept',
  { skip },
  async (t) => {
    const path = makeImage(t, 8192);
    const device = await openDevice(path, { readOnly: false });
    const view = device.direct!.view(0, 8192);
    await rejects(openDevice(path), { code: 'EBUSY' });
    await device.close();
    await open(t, path, false);
    equal(view[0], 0);
  },
);

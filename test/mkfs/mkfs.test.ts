/** Making a file system, as far as it can be judged without the oracle: what we make, we read. */
import { deepEqual, equal, ok, rejects } from 'node:assert/strict';
import { closeSync, openSync, statSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { MKFS_TARGETS, MemoryDevice, mkfs, open, openDevice } from '#src/index.js';
import { withTemporaryDirectory } from '../support/temporary.js';

const MEBIBYTE = 2 ** 20;
const UUID = '3f2504e0-4f89-11d3-9a0c-0305e82c3301';

/** The same bytes for the same options. */
const FIXED = { uuid: UUID, time: Date.UTC(2026, 0, 1) };

function blank(mebibytes: number): MemoryDevice {
  return new MemoryDevice(new Uint8Array(mebibytes * MEBIBYTE));
}

test('what is made is an empty file system', async () => {
  const bytes = new Uint8Array(64 * MEBIBYTE);
  const result = await mkfs(new MemoryDevice(bytes), { ...FIXED, label: 'a label' });
  equal(result.uuid, UUID);
  equal(result.warnings.length, 1);
  await using fs = await open(new MemoryDevice(bytes));
  const info = await fs.info();
  equal(info.label, 'a label');
  equal(info.uuid, UUID);
  equal(info.log, 'clean');
  equal(info.inodes - info.freeInodes, 3);
  deepEqual(await fs.readdir('/'), []);
  const root = await fs.stat('/');
  equal(root.mode, 0o040755);
  equal(root.nlink, 2);
  equal(root.mtimeMs, FIXED.time);
});

test('the same options, UUID and time give the same bytes', async () => {
  const [one, two] = [new Uint8Array(32 * MEBIBYTE), new Uint8Array(32 * MEBIBYTE)];
  await mkfs(new MemoryDevice(one), FIXED);
  await mkfs(new MemoryDevice(two), FIXED);
  ok(Buffer.from(one.buffer).equals(Buffer.from(two.buffer)));
  const three = new Uint8Array(32 * MEBIBYTE);
  await mkfs(new MemoryDevice(three), { ...FIXED, time: FIXED.time + 1 });
  ok(!Buffer.from(one.buffer).equals(Buffer.from(three.buffer)), 'a time more is other bytes');
});

test('what is there is not overwritten without force, and then all of it', async () => {
  const bytes = new Uint8Array(32 * MEBIBYTE);
  bytes[512] = 1;
  await rejects(mkfs(new MemoryDevice(bytes), FIXED), { code: 'EEXIST' });
  equal(bytes[0], 0, 'nothing was written');
  bytes.fill(0xa5);
  await mkfs(new MemoryDevice(bytes), { ...FIXED, force: true });
  await using fs = await open(new MemoryDevice(bytes));
  equal((await fs.info()).log, 'clean');
  await rejects(mkfs(new MemoryDevice(bytes), FIXED), { code: 'EEXIST' });
});

test('an image stays sparse', () =>
  withTemporaryDirectory(async (directory) => {
    const path = join(directory, 'sparse.img');
    closeSync(openSync(path, 'w'));
    truncateSync(path, 2 ** 30);
    const device = await openDevice(path, { readOnly: false });
    await mkfs(device, FIXED);
    await device.close();
    ok(
      statSync(path).blocks * 512 < MEBIBYTE,
      'a gibibyte of file system takes less than a mebibyte',
    );
  }));

test('targets turn on what their kernel mounts', async () => {
  const featuresOf = async (target: (typeof MKFS_TARGETS)[number]): Promise<readonly string[]> => {
    const bytes = new Uint8Array(128 * MEBIBYTE);
    await mkfs(new MemoryDevice(bytes), { ...FIXED, target });
    await using fs = await open(new MemoryDevice(bytes));
    return (await fs.info()).features;
  };
  const all = await Promise.all(MKFS_TARGETS.map(featuresOf));
  const has = (name: string): boolean[] => all.map((features) => features.includes(name));
  deepEqual(has('reflink'), [true, true, true, true, true, true]);
  deepEqual(has('bigtime'), [false, false, true, true, true, true]);
  deepEqual(has('nrext64'), [false, false, false, false, false, true]);
});

test('options that make no sense are refused, and say why', async () => {
  const cases: [object, RegExp][] = [
    [{ blockSize: 3000 }, /block size 3000/],
    [{ blockSize: 512 }, /block size 512/],
    [{ sectorSize: 8192 }, /sector size/],
    [{ inodeSize: 256 }, /inode size 256/],
    [{ blockSize: 1024, inodeSize: 1024 }, /two inodes/],
    [{ label: 'thirteen chars' }, /label/],
    [{ uuid: 'none' }, /UUID/],
    [{ size: 2 ** 40 }, /exceeds the device/],
    [{ groupCount: 9 }, /too small/],
    [{ logSize: MEBIBYTE }, /log size/],
    [{ stripeUnit: 65536 }, /stripe/],
    [{ stripeUnit: 65536, stripeWidth: 100_000 }, /stripe/],
    [{ inodeMaxPercent: 101 }, /percentage/],
  ];
  for (const [options, message] of cases)
    await rejects(mkfs(blank(64), { ...FIXED, ...options }), { code: 'EINVAL', message });
  await rejects(mkfs(blank(8), FIXED), { code: 'EINVAL', message: /too small/ });
});

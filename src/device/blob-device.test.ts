import { deepEqual, equal, rejects } from 'node:assert/strict';
import { Blob } from 'node:buffer';
import { openAsBlob, truncateSync } from 'node:fs';
import { test } from 'node:test';
import { BlobDevice } from './blob-device.js';
import type { BlockDevice } from './block-device.js';
import { makeImage, pattern } from './support.test.node.js';

test('reads a Blob piece by piece', async () => {
  const content = pattern(10_000);
  const device: BlockDevice = new BlobDevice(new Blob([content]), 'disk.img');
  equal(device.size, 10_000);
  equal(device.name, 'disk.img');
  const target = new Uint8Array(5_000);
  await device.read(4_321, target);
  deepEqual(target, content.subarray(4_321, 9_321));
});

test('offers nothing that a Blob cannot do', async () => {
  const device: BlockDevice = new BlobDevice(new Blob([new Uint8Array(8)]));
  equal(device.readSync, undefined);
  equal(device.writeSync, undefined);
  equal(device.direct, undefined);
  await rejects(device.write(0, new Uint8Array(1)), { code: 'EROFS' });
  await rejects(device.read(4, new Uint8Array(5)), { code: 'EINVAL' });
});

test('a file that changes behind its Blob is EIO', async (t) => {
  const path = makeImage(t, 8192);
  const device = new BlobDevice(await openAsBlob(path));
  truncateSync(path, 100);
  await rejects(device.read(0, new Uint8Array(8192)), { code: 'EIO' });
});

test('a Blob that answers with less is EIO', async () => {
  const short = { size: 100, slice: () => ({ arrayBuffer: async () => new ArrayBuffer(3) }) };
  const target = new Uint8Array(10).fill(9);
  await rejects(new BlobDevice(short).read(0, target), { code: 'EIO' });
  deepEqual(target, new Uint8Array(10).fill(9));
});

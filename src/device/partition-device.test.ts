import { deepEqual, equal, rejects, throws } from 'node:assert/strict';
import { test } from 'node:test';
import { BlobDevice } from './blob-device.js';
import type { BlockDevice, DirectAccess } from './block-device.js';
import { MemoryDevice } from './memory-device.js';
import { PartitionDevice } from './partition-device.js';
import { pattern } from './support.test.node.js';

test('reads and writes stay in the window', async () => {
  const bytes = pattern(100);
  const device: BlockDevice = new PartitionDevice(new MemoryDevice(bytes), 30, 20);
  equal(device.size, 20);
  const target = new Uint8Array(20);
  await device.read(0, target);
  deepEqual(target, bytes.slice(30, 50));
  device.readSync!(5, target.subarray(0, 15));
  deepEqual(target.subarray(0, 15), bytes.slice(35, 50));
  await device.write(19, new Uint8Array([1]));
  device.writeSync!(0, new Uint8Array([2]));
  deepEqual([bytes[49], bytes[30]], [1, 2]);

  const before = bytes.slice();
  await rejects(device.read(0, new Uint8Array(21)), { code: 'EINVAL' });
  await rejects(device.write(20, new Uint8Array(1)), { code: 'EINVAL' });
  throws(() => device.readSync!(-1, new Uint8Array(1)), { code: 'EINVAL' });
  throws(() => device.writeSync!(19, new Uint8Array(2)), { code: 'EINVAL' });
  deepEqual(bytes, before);
});

test('a window that reaches out of the device is refused', () => {
  const device = new MemoryDevice(new Uint8Array(100));
  for (const [offset, size] of [
    [50, 51],
    [101, 0],
    [-1, 10],
    [0, 2 ** 60],
  ] as const)
    throws(() => new PartitionDevice(device, offset, size), {
      code: 'EINVAL',
      message: /cut short/,
    });
  equal(new PartitionDevice(device, 100, 0).size, 0);
});

test('offers what the device below offers, and no more', async () => {
  const device: BlockDevice = new PartitionDevice(new BlobDevice(new Blob(['abcdef'])), 2, 3);
  equal(device.readSync, undefined);
  equal(device.writeSync, undefined);
  equal(device.direct, undefined);
  equal(device.readOnly, true);
  const target = new Uint8Array(3);
  await device.read(0, target);
  equal(new TextDecoder().decode(target), 'cde');
});

test('direct access is shifted, and cut where the window ends; windows nest', () => {
  const bytes = pattern(100);
  const direct: DirectAccess = {
    descriptor: 42,
    offset: 1000,
    view: (position, length) => bytes.subarray(position, position + length),
  };
  const below: BlockDevice = Object.assign(new MemoryDevice(bytes), { direct });
  const inner = new PartitionDevice(new PartitionDevice(below, 10, 50), 5, 20);
  equal(inner.direct!.descriptor, 42);
  equal(inner.direct!.offset, 1015);
  deepEqual(inner.direct!.view(3, 4), bytes.subarray(18, 22));
  deepEqual(inner.direct!.view(15, 100), bytes.subarray(30, 35));
  equal(inner.direct!.view(20, 1).length, 0);
  throws(() => inner.direct!.view(21, 1), { code: 'EINVAL' });
  throws(() => inner.direct!.view(-1, 1), { code: 'EINVAL' });
});

test('closing a partition closes the device', async () => {
  let closed = 0;
  let flushed = 0;
  const below: BlockDevice = Object.assign(new MemoryDevice(new Uint8Array(10)), {
    close: async () => void closed++,
    flush: async () => void flushed++,
  });
  const device = new PartitionDevice(below, 1, 2);
  await device.flush();
  await device.close();
  deepEqual([flushed, closed], [1, 1]);
});

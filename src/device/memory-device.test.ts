import { deepEqual, rejects, throws } from 'node:assert/strict';
import { test } from 'node:test';
import { MemoryDevice } from './memory-device.js';

test('reads and writes are of the bytes it was given', async () => {
  const bytes = new Uint8Array([1, 2, 3, 4, 5, 6]);
  const device = new MemoryDevice(bytes);
  const target = new Uint8Array(3);
  await device.read(2, target);
  deepEqual([...target], [3, 4, 5]);
  await device.write(4, new Uint8Array([8, 9]));
  deepEqual([...bytes], [1, 2, 3, 4, 8, 9]);
});

test('an ArrayBuffer does as well', () => {
  const buffer = new ArrayBuffer(4);
  new MemoryDevice(buffer).writeSync(1, new Uint8Array([7]));
  deepEqual([...new Uint8Array(buffer)], [0, 7, 0, 0]);
});

test('a range that leaves the device is EINVAL, and nothing is transferred', async () => {
  const bytes = new Uint8Array(8).fill(1);
  const device = new MemoryDevice(bytes);
  for (const [position, length] of [
    [-1, 1],
    [8, 1],
    [5, 4],
    [0, 9],
    [Number.NaN, 1],
  ] as const) {
    const target = new Uint8Array(length).fill(5);
    throws(() => device.readSync(position, target), { code: 'EINVAL' });
    await rejects(device.write(position, target), { code: 'EINVAL' });
    deepEqual(target, new Uint8Array(length).fill(5));
  }
  deepEqual(bytes, new Uint8Array(8).fill(1));
  device.readSync(8, new Uint8Array(0)); // nothing at the end is inside
});

test('a read-only device refuses to be written', async () => {
  const device = new MemoryDevice(new Uint8Array(8), { readOnly: true });
  throws(() => device.writeSync(0, new Uint8Array(1)), { code: 'EROFS' });
  await rejects(device.write(0, new Uint8Array(1)), { code: 'EROFS' });
});

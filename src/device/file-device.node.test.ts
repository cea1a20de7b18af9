import { deepEqual, equal, ok, rejects, throws } from 'node:assert/strict';
import { constants, readFileSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import { FsError } from '../core/index.js';
import { FileDevice } from './file-device.node.js';
import { libc, libcProblem } from './libc.node.js';
import { MemoryDevice } from './memory-device.js';
import {
  attachLoop,
  cleanUp,
  directIoProblem,
  makeImage,
  pattern,
  run,
  scratch,
} from './support.test.node.js';

const skipDirect = libc() === undefined ? `no libc: ${libcProblem()}` : directIoProblem();

for (const directIo of [false, true]) {
  const how = directIo ? 'direct' : 'buffered';
  const skip = directIo && skipDirect;

  test(`${how}: any reads and writes do what they do in memory`, { skip }, async (t) => {
    const size = 3 * 1024 * 1024 + 4096; // larger than a bounce buffer
    const path = makeImage(t, size, pattern(size));
    const model = new MemoryDevice(pattern(size));
    const device = await FileDevice.open(path, { readOnly: false, directIo });
    cleanUp(t, () => device.close());
    equal(device.size, size);
    const near = (place: number) =>
      fc.integer({ min: Math.max(0, place - 5000), max: Math.min(size, place + 5000) });
    const edge = fc.oneof(
      near(0),
      near(4096),
      near(1024 * 1024),
      near(2 * 1024 * 1024),
      near(size),
    );
    const request = fc.record({
      from: edge,
      to: edge,
      write: fc.boolean(),
      sync: fc.boolean(),
      seed: fc.nat(),
    });
    await fc.assert(
      fc.asyncProperty(request, async ({ from, to, write, sync, seed }) => {
        const position = Math.min(from, to);
        const length = Math.abs(from - to);
        if (write) {
          const source = pattern(length, seed);
          if (sync) device.writeSync(position, source);
          else await device.write(position, source);
          model.writeSync(position, source);
        }
        const target = new Uint8Array(length);
        const expected = new Uint8Array(length);
        if (sync) device.readSync(position, target);
        else await device.read(position, target);
        model.readSync(position, expected);
        ok(Buffer.compare(target, expected) === 0, `${length} bytes at ${position}`);
      }),
      { numRuns: 300, endOnFailure: true }, // a shrunk run would start from what this one wrote
    );
    await device.flush();
    const expected = new Uint8Array(size);
    model.readSync(0, expected);
    ok(Buffer.compare(readFileSync(path), expected) === 0, 'the file, as others read it');
  });

  test(`${how}: writes side by side in one sector do not lose each other`, { skip }, async (t) => {
    const device = await FileDevice.open(makeImage(t, 64 * 1024), { readOnly: false, directIo });
    cleanUp(t, () => device.close());
    const bytes = pattern(64 * 1024);
    const writes: Promise<void>[] = [];
    for (let at = 0; at < bytes.length; at += 1000)
      writes.push(device.write(at, bytes.subarray(at, at + 1000)));
    await Promise.all(writes);
    const target = new Uint8Array(bytes.length);
    device.readSync(0, target);
    deepEqual(target, bytes);
  });

  test(`${how}: many reads at once`, { skip }, async (t) => {
    const bytes = pattern(2 * 1024 * 1024);
    const device = await FileDevice.open(makeImage(t, bytes.length, bytes), { directIo });
    cleanUp(t, () => device.close());
    const reads = Array.from({ length: 20 }, async (_, index) => {
      const target = new Uint8Array(100_000);
      await device.read(index * 99_991, target);
      return Buffer.compare(target, bytes.subarray(index * 99_991, index * 99_991 + 100_000));
    });
    deepEqual(await Promise.all(reads), Array<number>(20).fill(0));
  });

  test(`${how}: a file that is cut short under it is EIO`, { skip }, async (t) => {
    const path = makeImage(t, 1024 * 1024);
    const device = await FileDevice.open(path, { directIo });
    cleanUp(t, () => device.close());
    truncateSync(path, 8192 + 100);
    const problem = { code: 'EIO', message: new RegExp(`${path} at byte 8192.*cut short`) };
    throws(() => device.readSync(8192, new Uint8Array(101)), problem);
    await rejects(device.read(8192, new Uint8Array(101)), problem);
    await rejects(device.read(8192, new Uint8Array(500_000)), problem);
    device.readSync(8192, new Uint8Array(100)); // what is still there
  });

  test(`${how}: outside the device, read-only, closed`, { skip }, async (t) => {
    const path = makeImage(t, 8192);
    const device = await FileDevice.open(path, { directIo });
    equal(device.readOnly, true);
    await rejects(device.read(8000, new Uint8Array(193)), { code: 'EINVAL' });
    throws(() => device.readSync(-1, new Uint8Array(1)), { code: 'EINVAL' });
    throws(() => device.writeSync(0, new Uint8Array(1)), { code: 'EROFS' });
    await rejects(device.write(0, new Uint8Array(1)), { code: 'EROFS' });
    await device.flush();
    await device.close();
    await device.close();
    equal(device.descriptor, -1);
    throws(() => device.readSync(0, new Uint8Array(1)), { code: 'EBADF' });
    await rejects(device.read(0, new Uint8Array(1)), { code: 'EBADF' });
    await rejects(device.read(0, new Uint8Array(8192)), { code: 'EBADF' });
    await rejects(device.write(0, new Uint8Array(1)), { code: 'EBADF' });
    await rejects(device.flush(), { code: 'EBADF' });
  });

  test(`${how}: closing waits for reads under way`, { skip }, async (t) => {
    const bytes = pattern(4 * 1024 * 1024);
    const device = await FileDevice.open(makeImage(t, bytes.length, bytes), { directIo });
    const target = new Uint8Array(bytes.length);
    const read = device.read(0, target);
    await device.close();
    ok(Buffer.compare(target, bytes) === 0);
    await read;
  });
}

test('direct I/O is direct', { skip: skipDirect }, async (t) => {
  for (const directIo of [false, true]) {
    const device = await FileDevice.open(makeImage(t, 8192), { directIo });
    cleanUp(t, () => device.close());
    const info = readFileSync(`/proc/self/fdinfo/${device.descriptor}`, 'utf8');
    const flags = Number.parseInt(/^flags:\s+(\d+)/m.exec(info)![1]!, 8);
    equal((flags & constants.O_DIRECT) !== 0, directIo);
  }
});

test(
  'direct I/O reads the odd bytes at the end, and refuses to write them',
  { skip: skipDirect },
  async (t) => {
    const bytes = pattern(10_001);
    const path = makeImage(t, bytes.length, bytes);
    const device = await FileDevice.open(path, { directIo: true });
    const target = new Uint8Array(bytes.length);
    await device.read(0, target);
    deepEqual(target, bytes);
    device.readSync(9_999, target.subarray(0, 2));
    deepEqual(target.subarray(0, 2), bytes.subarray(9_999));
    await device.close();
    await rejects(FileDevice.open(path, { directIo: true, readOnly: false }), {
      code: 'EINVAL',
      message: /10001 is no multiple/,
    });
    await FileDevice.open(path, { readOnly: false }).then((plain) => plain.close()); // no lock is left
  },
);

test(
  'a file system that refuses direct I/O is named as the reason',
  { skip: skipDirect },
  async () => {
    // /proc has regular files, and no direct I/O.
    await rejects(FileDevice.open('/proc/self/maps', { directIo: true }), {
      code: 'ENOTSUP',
      message: /refuses direct I\/O.*'\/proc\/self\/maps'/,
    });
  },
);

test('what is no image is refused before it is opened', async (t) => {
  const folder = scratch(t);
  await rejects(FileDevice.open(folder), { code: 'EISDIR', path: folder });
  await rejects(FileDevice.open(join(folder, 'no')), (error) => {
    ok(error instanceof FsError);
    deepEqual([error.code, error.path, error.syscall], ['ENOENT', join(folder, 'no'), 'open']);
    return true;
  });
  if (process.platform === 'win32') return t.skip('no fifos here');
  const fifo = join(folder, 'fifo');
  run('mkfifo', fifo);
  await rejects(FileDevice.open(fifo), { code: 'EINVAL', message: /block device/ });
  await rejects(FileDevice.open('/dev/null'), { code: 'EINVAL' });
});

test('an empty file is a device of no bytes', async (t) => {
  const device = await FileDevice.open(makeImage(t, 0));
  cleanUp(t, () => device.close());
  equal(device.size, 0);
  await device.read(0, new Uint8Array(0));
  await rejects(device.read(0, new Uint8Array(1)), { code: 'EINVAL' });
});

for (const sectorSize of [512, 4096]) {
  test(`a block device with sectors of ${sectorSize} bytes`, async (t) => {
    const bytes = pattern(1024 * 1024);
    const path = makeImage(t, bytes.length, bytes);
    const loop = attachLoop(t, path, `--sector-size=${sectorSize}`);
    if (loop === undefined) return;
    for (const directIo of [false, true]) {
      const device = await FileDevice.open(loop, { readOnly: false, directIo });
      equal(device.size, bytes.length);
      equal(device.sectorSize, sectorSize);
      bytes.set(pattern(5000, 77), 99_999);
      await device.write(99_999, bytes.subarray(99_999, 104_999));
      await device.flush();
      const target = new Uint8Array(bytes.length);
      await device.read(0, target);
      ok(Buffer.compare(target, bytes) === 0);
      await device.close();
    }
  });
}

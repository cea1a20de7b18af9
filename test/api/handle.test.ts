/** A file handle: reading in every way there is gives the same bytes, and mappings are what they say. */
import { deepEqual, equal, notEqual, ok, rejects } from 'node:assert/strict';
import { closeSync, openSync, writeSync } from 'node:fs';
import { test } from 'node:test';
import {
  MemoryDevice,
  open,
  type Extent,
  type FileHandle,
  type FileSystem,
  type Stats,
} from '#src/index.js';
import { fixtureBytes, withFixtureFile } from '../support/fixtures.js';

const SPARSE = '/data/sparse';

async function withForms(use: (fs: FileSystem) => Promise<void>): Promise<void> {
  await withFixtureFile('forms', async (image) => {
    await using fs = await open(image);
    await use(fs);
  });
}

async function extentsOf(image: string, path: string): Promise<Extent[]> {
  await using fs = await open(image);
  return (await fs.open(path)).extents();
}

async function statOf(image: string, path: string): Promise<Stats> {
  await using fs = await open(image);
  return fs.stat(path);
}

/** The whole file by reads at positions, of a length that divides nothing. */
async function readByParts(handle: FileHandle): Promise<Buffer> {
  const parts: Buffer[] = [];
  for (let at = 0; ;) {
    const { bytesRead, buffer } = await handle.read(Buffer.alloc(1237), 0, 1237, at);
    if (bytesRead === 0) return Buffer.concat(parts);
    parts.push(buffer.subarray(0, bytesRead));
    at += bytesRead;
  }
}

test('all ways of reading give the same bytes', () =>
  withForms(async (fs) => {
    const whole = await fs.readFile(SPARSE);
    await using handle = await fs.open(SPARSE);
    deepEqual(await readByParts(handle), whole);

    const first = Buffer.alloc(100);
    const second = new Uint16Array(50);
    equal((await handle.readv([first, second], 4000)).bytesRead, 200);
    deepEqual(Buffer.concat([first, Buffer.from(second.buffer)]), whole.subarray(4000, 4200));

    equal((await handle.read({ buffer: first, length: 10, offset: 5 })).bytesRead, 10);
    equal((await handle.read(first, { offset: 0, length: 3 })).bytesRead, 3);
    deepEqual(first.subarray(0, 3), whole.subarray(10, 13));
    deepEqual(await handle.readFile(), whole.subarray(13), 'from the position of the handle');

    const streamed: Buffer[] = [];
    for await (const chunk of handle.createReadStream({
      start: 7,
      end: 20_000,
      highWaterMark: 999,
    }))
      streamed.push(chunk as Buffer);
    deepEqual(Buffer.concat(streamed), whole.subarray(7, 20_001));

    using mapping = await handle.mmap();
    deepEqual(Buffer.from(mapping.bytes), whole);
  }));

test('lines of a file', () =>
  withForms(async (fs) => {
    await using handle = await fs.open('/readme.txt');
    const lines: string[] = [];
    for await (const line of handle.readLines()) lines.push(line);
    equal(lines.join('\n'), (await fs.readFile('/readme.txt', 'utf8')).trimEnd());
  }));

test('the last byte of the largest file there can be', () =>
  withForms(async (fs) => {
    await using handle = await fs.open('/data/largest');
    const size = 2n ** 63n - 1n;
    equal((await handle.stat({ bigint: true })).size, size);
    const target = Buffer.alloc(4);
    equal((await handle.read(target, 0, 4, size - 1n)).bytesRead, 1);
    equal((await handle.read(target, 0, 4, size)).bytesRead, 0);
    const last = (await handle.extents()).at(-1)!;
    equal(BigInt(last.offset) + BigInt(last.length), 2n ** 63n);
    equal(await handle.seekHole(size - 1n), size, 'the end is a hole');
    equal(await handle.seekData(2n ** 62n), BigInt(last.offset));
    await rejects(handle.seekData(size), { code: 'ENXIO' });
    await rejects(handle.read(target, 0, 4, size + 1n), { code: 'EINVAL' });
    await rejects(handle.read(target, 0, 4, -2), { code: 'EINVAL' });
    await rejects(handle.mmap(), { code: 'EOVERFLOW' });
    await using window = await handle.mmap({ offset: 2n ** 63n - 4096n, length: 4095 });
    notEqual(window.bytes[4094], 0);
  }));

test('seeks find data and holes as the extents have them', () =>
  withForms(async (fs) => {
    await using handle = await fs.open('/data/half-written');
    const { size } = await handle.stat();
    const written = (await handle.extents()).filter(({ unwritten }) => !unwritten);
    for (let at = 0; at < size; at += 512) {
      const inData = written.find(({ offset, length }) => at >= offset && at < offset + length);
      const next = written.find(({ offset }) => offset > at);
      if (inData !== undefined) equal(await handle.seekData(at), at);
      else if (next === undefined) await rejects(handle.seekData(at), { code: 'ENXIO' });
      else equal(await handle.seekData(at), next.offset);
      if (inData === undefined) equal(await handle.seekHole(at), at);
      else ok(Number(await handle.seekHole(at)) >= inData.offset + 512);
    }
  }));

test('a mapping: windows, past the end, modes, and after it is closed', () =>
  withForms(async (fs) => {
    const whole = await fs.readFile('/data/dense');
    await using handle = await fs.open('/data/dense');
    const mapping = await handle.mmap({ offset: 4096, length: 65536 });
    const expected = Buffer.alloc(65536);
    whole.copy(expected, 0, 4096);
    deepEqual(Buffer.from(mapping.bytes), expected, 'zeros past the end');
    equal(mapping.buffer.byteLength, 65536);
    if (process.platform === 'linux') equal(mapping.mode, 'eager');
    equal(mapping.mappedBytes + mapping.copiedBytes, whole.length - 4096);
    mapping.close();
    mapping.close();
    if (mapping.mode === 'eager') ok(mapping.bytes.every((byte) => byte === 0));
    await rejects(handle.mmap({ offset: 100 }), { code: 'EINVAL', syscall: 'mmap' });
    equal((await handle.mmap({ offset: 1 << 20 })).bytes.length, 0);
    await using directory = await fs.open('/data');
    await rejects(directory.mmap(), { code: 'EACCES' });
  }));

test('what cannot be mapped is a copy, and says so', async () => {
  await using fs = await open(new MemoryDevice(fixtureBytes('forms')));
  await using handle = await fs.open('/data/btree');
  await using mapping = await handle.mmap();
  equal(mapping.mode, 'copy');
  equal(mapping.mappedBytes, 0);
  deepEqual(Buffer.from(mapping.bytes), await fs.readFile('/data/btree'));
});

test('blocks smaller than a page: mapped where they can be, copied where not, and the bytes are right', () =>
  withFixtureFile('block-1k-dir-4k', async (image) => {
    await using fs = await open(image);
    const modes = new Set<string>();
    for (const dirent of await fs.readdir('/', { recursive: true, withFileTypes: true })) {
      if (!dirent.isFile() || dirent.name.includes('\ufffd')) continue;
      const path = `${dirent.parentPath}/${dirent.name}`;
      const { size } = await fs.stat(path);
      if (size > 2 ** 28) continue;
      await using handle = await fs.open(path);
      const bytes = await handle.readFile();
      for (const length of [size, size + 5000]) {
        using mapping = await handle.mmap({ length });
        const expected = Buffer.alloc(length);
        bytes.copy(expected);
        ok(Buffer.from(mapping.bytes.buffer).equals(expected), path);
        modes.add(mapping.mode);
      }
    }
    if (process.platform === 'linux') deepEqual([...modes].sort(), ['copy', 'eager']);
  }));

test('what lies behind the end of a file in its last block is never seen', () =>
  withFixtureFile('forms', async (image) => {
    const [extent] = await extentsOf(image, '/data/dense');
    const { size } = await statOf(image, '/data/dense');
    const descriptor = openSync(image, 'r+');
    writeSync(
      descriptor,
      Buffer.alloc(extent!.length - size, 0xff),
      0,
      null,
      extent!.physical + size,
    );
    closeSync(descriptor);
    await using fs = await open(image);
    await using handle = await fs.open('/data/dense');
    using whole = await handle.mmap();
    equal(whole.copiedBytes, 0, 'the mapping ends with the file: nobody can look behind it');
    using longer = await handle.mmap({ length: 65536 });
    if (process.platform === 'linux') equal(longer.mode, 'mixed');
    ok(longer.bytes.subarray(size).every((byte) => byte === 0));
    deepEqual(Buffer.from(longer.bytes.subarray(0, size)), await handle.readFile());
  }));

test('a closed handle and a closed image are EBADF, and forgotten mappings are closed', () =>
  withFixtureFile('forms', async (image) => {
    const fs = await open(image);
    const handle = await fs.open('/readme.txt');
    const mapping = await handle.mmap();
    await handle.close();
    await rejects(handle.read(Buffer.alloc(1)), { code: 'EBADF' });
    await rejects(handle.extents(), { code: 'EBADF' });
    await fs.close();
    await fs.close();
    await rejects(fs.stat('/'), { code: 'EBADF' });
    if (mapping.mode === 'eager') ok(mapping.bytes.every((byte) => byte === 0));
  }));

test('a directory is read entry by entry', () =>
  withForms(async (fs) => {
    const names: string[] = [];
    for await (const dirent of await fs.opendir('/dirs/node')) names.push(dirent.name);
    deepEqual(names, await fs.readdir('/dirs/node'));
    const directory = await fs.opendir('/dirs/empty');
    equal(await directory.read(), null);
    await directory.close();
    await rejects(directory.read(), { code: 'EBADF' });
  }));

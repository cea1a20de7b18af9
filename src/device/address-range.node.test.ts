import { deepEqual, equal, ok, throws } from 'node:assert/strict';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { AddressRange } from './address-range.node.js';
import { libc, libcProblem } from './libc.node.js';
import { makeImage, pattern } from './support.test.node.js';

const native = libc();
const skip = native === undefined ? `no libc: ${libcProblem()}` : false;

test('zero pages, pages of a file, writable pages, zeros again', { skip }, (t) => {
  const page = native!.pageBytes;
  const content = pattern(2 * page);
  const descriptor = openSync(makeImage(t, content.length, content), 'r');
  const range = new AddressRange(native!, 4 * page - 10);
  const bytes = new Uint8Array(range.buffer);
  equal(bytes.length, 4 * page - 10);
  ok(bytes.every((byte) => byte === 0));

  range.mapFile(page, descriptor, 0, 2 * page);
  closeSync(descriptor); // the mapping holds the file
  deepEqual(bytes.subarray(page, 3 * page), content);
  ok(bytes.subarray(0, page).every((byte) => byte === 0));

  const writable = range.makeWritable(3 * page, page);
  equal(writable.length, page - 10);
  writable.fill(7);
  equal(bytes.at(-1), 7);
  range.dropPages();
  deepEqual(bytes.subarray(page, 3 * page), content); // they come back from the file

  range.release();
  range.release();
  ok(bytes.every((byte) => byte === 0));
  throws(() => range.makeWritable(0, page), { code: 'EBADF' });
});

test('gives its addresses back once nobody has the buffer', { skip }, async (t) => {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  const path = makeImage(t, native!.pageBytes);
  const isMapped = (): boolean => readFileSync('/proc/self/maps', 'utf8').includes(path);
  const descriptor = openSync(path, 'r');
  (() => new AddressRange(native!, 2 ** 30).mapFile(0, descriptor, 0, native!.pageBytes))();
  closeSync(descriptor);
  ok(isMapped());
  for (let turn = 0; turn < 100 && isMapped(); turn++) {
    collect();
    await setImmediate(); // finalizers run in turns of their own
  }
  ok(!isMapped());
});

import { equal, throws } from 'node:assert/strict';
import { mkdirSync, realpathSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { findDestination, pathFor } from './destination.node.js';
import { scratch } from './support.test.node.js';

function setUp(t: TestContext): {
  folder: string;
  place: (target: string, base: string) => string;
} {
  const folder = realpathSync(scratch(t));
  mkdirSync(join(folder, 'directory'));
  writeFileSync(join(folder, 'file'), '');
  symlinkSync('directory', join(folder, 'link'));
  const place = (target: string, base: string): string =>
    pathFor(findDestination(Buffer.from(join(folder, target)), 1), Buffer.from(base)).toString();
  return { folder, place };
}

test('into a directory under its own name, its contents into the directory itself', (t) => {
  const { folder, place } = setUp(t);
  equal(place('directory', 'name'), join(folder, 'directory/name'));
  equal(place('directory/', 'name'), join(folder, 'directory/name'));
  equal(place('link', 'name'), join(folder, 'directory/name'));
  for (const base of ['', '.', '..']) equal(place('directory', base), join(folder, 'directory'));
});

test('to the name of anything else', (t) => {
  const { folder, place } = setUp(t);
  for (const base of ['name', '', '.']) {
    equal(place('missing', base), join(folder, 'missing'));
    equal(place('file', base), join(folder, 'file'));
  }
  equal(place('missing/', 'name'), join(folder, 'missing'));
  const destination = findDestination(Buffer.from(join(folder, 'missing//')), 1);
  equal(destination.mustBeDirectory, true);
});

test('several sources need a directory, and a file is none', (t) => {
  const { folder } = setUp(t);
  const find = (target: string, count: number) => () =>
    findDestination(Buffer.from(join(folder, target)), count);
  throws(find('file', 2), { code: 'ENOTDIR' });
  throws(find('missing', 2), { code: 'ENOTDIR' });
  throws(find('file/', 1), { code: 'ENOTDIR' });
  equal(find('directory', 2)().folder?.toString(), join(folder, 'directory'));
});

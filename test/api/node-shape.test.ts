/** The reading calls answer as node:fs/promises does on the same image, mounted by the kernel. */
import { deepEqual, equal } from 'node:assert/strict';
import * as nodeFs from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { open, type FileSystem } from '#src/index.js';
import { withFixtureFile } from '../support/fixtures.js';
import { withLoopMount } from '../support/loop-mount.js';
import { requireOracle } from '../support/oracle.js';

type Call = (fs: typeof nodeFs, root: string) => Promise<unknown>;

/** Calls that must fail alike, or answer alike. `root` is '' in the image, the mount point on the host. */
const CALLS: Record<string, Call> = {
  'stat of nothing': (fs, root) => fs.stat(`${root}/missing`),
  'stat below a file': (fs, root) => fs.stat(`${root}/readme.txt/x`),
  'stat of a file with a slash': (fs, root) => fs.stat(`${root}/readme.txt/`),
  'lstat of a long name': (fs, root) => fs.lstat(`${root}/${'n'.repeat(256)}`),
  'stat of a loop of links': (fs, root) => fs.stat(`${root}/symlinks/loop`),
  'stat of a dangling link': (fs, root) => fs.stat(`${root}/symlinks/dangling`),
  'readlink of a file': (fs, root) => fs.readlink(`${root}/readme.txt`),
  readlink: (fs, root) => fs.readlink(`${root}/symlinks/remote`),
  'readlink as bytes': (fs, root) =>
    fs.readlink(`${root}/symlinks/not-utf8`, { encoding: 'buffer' }),
  'readlink in hex': (fs, root) => fs.readlink(`${root}/symlinks/not-utf8`, 'hex'),
  'readdir of a file': (fs, root) => fs.readdir(`${root}/readme.txt`),
  'readdir of nothing': (fs, root) => fs.readdir(`${root}/missing`),
  'readdir through a link with a slash': async (fs, root) =>
    (await fs.readdir(`${root}/symlinks/../data/`)).sort(),
  'opendir of a file': (fs, root) => fs.opendir(`${root}/readme.txt`),
  'open of nothing': (fs, root) => fs.open(`${root}/missing`),
  'readFile of a directory': (fs, root) => fs.readFile(`${root}/dirs`),
  readFile: (fs, root) => fs.readFile(`${root}/data/sparse`),
  'readFile as text': (fs, root) => fs.readFile(`${root}/readme.txt`, 'utf8'),
  'readFile in base64': (fs, root) => fs.readFile(`${root}/readme.txt`, { encoding: 'base64' }),
  'access to read': (fs, root) => fs.access(`${root}/readme.txt`, nodeFs.constants.R_OK),
  'access to write': (fs, root) => fs.access(`${root}/readme.txt`, nodeFs.constants.W_OK),
  'access to execute a text': (fs, root) => fs.access(`${root}/readme.txt`, nodeFs.constants.X_OK),
  'access to execute': (fs, root) => fs.access(`${root}/kinds/run-me`, nodeFs.constants.X_OK),
  'access to nothing': (fs, root) => fs.access(`${root}/missing`),
  'realpath of nothing': (fs, root) => fs.realpath(`${root}/missing/x`),
  'open for writing': (fs, root) => fs.open(`${root}/readme.txt`, 'r+'),
  'empty path': (fs) => fs.stat(''),
};

/** An answer, or the error with the mount point taken out of it. */
async function outcome(call: Call, fs: typeof nodeFs, root: string): Promise<unknown> {
  try {
    return { answer: await call(fs, root) };
  } catch (error) {
    const { code, errno, syscall, path } = error as NodeJS.ErrnoException;
    return { code, errno, syscall, path: path?.slice(root.length) };
  }
}

async function withBoth(
  t: { skip(message: string): void; diagnostic(message: string): void },
  use: (ours: FileSystem, mountPoint: string) => Promise<void>,
): Promise<void> {
  if (!(await requireOracle(t as never))) return;
  await withFixtureFile('forms', (image) =>
    withLoopMount(image, { readOnly: true }, async (mountPoint) => {
      await using fs = await open(image);
      await use(fs, mountPoint);
    }),
  );
}

test('every call answers, or fails, as node:fs/promises does', (t) =>
  withBoth(t, async (ours, mountPoint) => {
    for (const [name, call] of Object.entries(CALLS)) {
      const actual = await outcome(call, ours as never, '');
      deepEqual(actual, await outcome(call, nodeFs, mountPoint), name);
    }
  }));

test('readdir, recursive and with types, finds the same', (t) =>
  withBoth(t, async (ours, mountPoint) => {
    const names = await nodeFs.readdir(mountPoint, { recursive: true });
    deepEqual((await ours.readdir('/', { recursive: true })).toSorted(), names.toSorted());

    const hex = async (fs: typeof nodeFs, root: string): Promise<string[]> =>
      (await fs.readdir(join(root, '/dirs/odd-names'), 'hex')).sort();
    deepEqual(await hex(ours as never, '/'), await hex(nodeFs, mountPoint));

    const describe = (dirent: { name: string; parentPath: string; isFile(): boolean }): string =>
      `${dirent.parentPath} ${dirent.name} ${dirent.isFile()}`;
    const options = { recursive: true, withFileTypes: true } as const;
    const theirs = await nodeFs.readdir(join(mountPoint, 'dirs'), options);
    const expected = theirs.map((dirent) => describe(dirent).slice(mountPoint.length)).toSorted();
    deepEqual((await ours.readdir('/dirs', options)).map(describe).toSorted(), expected);
  }));

test('stat has the same fields, as numbers and as bigints', (t) =>
  withBoth(t, async (ours, mountPoint) => {
    /** What depends on the mount, not on the file. */
    const ofTheMount = new Set(['dev', 'blksize', 'birthtimeMs', 'birthtimeNs']);
    const dateFields = new Set(['atime', 'mtime', 'ctime', 'birthtime']);
    const plain = (stats: object): object =>
      Object.fromEntries(
        Object.entries(stats).filter(([name]) => !ofTheMount.has(name) && !dateFields.has(name)),
      );
    const dates = (stats: { atime: Date; mtime: Date; ctime: Date }): number[] =>
      [stats.atime, stats.mtime, stats.ctime].map((date) => date.getTime());
    for (const path of await nodeFs.readdir(mountPoint, { recursive: true })) {
      if (path.includes('\ufffd')) continue; // not UTF-8: Buffers reach it, and another test does
      const host = join(mountPoint, path);
      const theirs = await nodeFs.lstat(host, { bigint: true });
      const mine = await ours.lstat(path, { bigint: true });
      const numbers = await ours.lstat(path);
      deepEqual(plain(mine), plain(theirs), path);
      deepEqual(dates(numbers), dates(await nodeFs.lstat(host)), path);
      equal(numbers.mtimeMs, (await nodeFs.lstat(host)).mtimeMs, path);
      equal(mine.isDirectory(), theirs.isDirectory(), path);
      equal(mine.isSocket(), theirs.isSocket(), path);
    }
  }));

test('statfs tells what the kernel tells', (t) =>
  withBoth(t, async (ours, mountPoint) => {
    // An f_type is the mount's, and frsize came with Node 24.
    const plain = (stats: object): object =>
      Object.fromEntries(
        Object.entries(stats).filter(([name]) => name !== 'type' && name !== 'frsize'),
      );
    deepEqual(plain(await ours.statfs('/')), plain(await nodeFs.statfs(mountPoint)));
  }));

test('realpath and the walk through links agree', (t) =>
  withBoth(t, async (ours, mountPoint) => {
    for (const path of [
      '/symlinks/local',
      '/symlinks/../data/./dense',
      '/',
      '/dirs/short/symlink',
      '/..',
    ]) {
      const theirs = await nodeFs
        .realpath(mountPoint + (path === '/..' ? '' : path))
        .catch(() => undefined);
      if (theirs === undefined) continue;
      equal(await ours.realpath(path), theirs.slice(mountPoint.length) || '/', path);
    }
  }));

/** The comparison sees every kind of difference: a test of the tests. */
import { strictEqual } from 'node:assert/strict';
import { describe, it } from 'node:test';
import { firstDifference } from './compare.js';
import { extentRows, timeText, type Entry, type Run } from './entry.js';
import { loadManifest } from './fixtures.js';
import { manifestText, parseManifest } from './manifest.js';

const FILE: Entry = {
  path: '/a',
  type: 'file',
  mode: '0644',
  uid: 0,
  gid: 0,
  nlink: 1,
  ino: 131,
  size: 5,
  blocks: 8,
  atime: '0.000000000',
  mtime: '0.000000000',
  ctime: '0.000000000',
  xattrs: { 'user.x': 'AA==' },
  extents: [[0, 4096, 4096, '']],
};

describe('firstDifference', () => {
  const cases: [string, Entry[], string][] = [
    ['a name that is missing', [], '/a: missing'],
    ['a name too many', [FILE, { ...FILE, path: '/b' }], '/b: unexpected'],
    ['another name', [{ ...FILE, path: '/0' }], '/0: unexpected'],
    ['a field', [{ ...FILE, mode: '0600' }], '/a: mode: expected "0644", got "0600"'],
    ['a field too many', [{ ...FILE, rdev: '1:3' }], '/a: rdev: expected undefined, got "1:3"'],
    [
      'an attribute',
      [{ ...FILE, xattrs: { 'user.x': 'AQ==' } }],
      '/a: xattrs.user.x: expected "AA==", got "AQ=="',
    ],
    [
      'an extent',
      [{ ...FILE, extents: [[0, 8192, 4096, '']] }],
      '/a: extents.0.1: expected 4096, got 8192',
    ],
    [
      'an extent too many',
      [{ ...FILE, extents: [...FILE.extents!, [8192, 0, 1, 'u']] }],
      '/a: extents.1: expected undefined, got [8192,0,1,"u"]',
    ],
  ];
  for (const [what, actual, difference] of cases) {
    it(`sees ${what}`, () => strictEqual(firstDifference([FILE], actual), difference));
  }

  it('leaves out what it is told to', () => {
    strictEqual(firstDifference([FILE], [{ ...FILE, ino: 9 }], { ignore: ['ino'] }), undefined);
  });
});

describe('entries', () => {
  it('write times before 1970 rounded down', () => {
    strictEqual(timeText(-1_500_000_000n), '-2.500000000');
    strictEqual(timeText(-1n), '-1.999999999');
    strictEqual(timeText(1n), '0.000000001');
  });

  it('join runs only where file and disk both continue', () => {
    const first: Run = { offset: 0n, physical: 0n, length: 8n, unwritten: false, shared: false };
    const next = { ...first, offset: 8n, physical: 8n };
    strictEqual(extentRows([first, next]).length, 1);
    strictEqual(extentRows([first, { ...next, physical: 16n }]).length, 2);
    strictEqual(extentRows([first, { ...next, unwritten: true }]).length, 2);
  });

  it('survive the trip through a manifest, hard links and odd names included', () => {
    const manifest = loadManifest('forms');
    const again = parseManifest(manifestText(manifest));
    strictEqual(
      firstDifference(manifest.fileSystems[0]!.entries, again.fileSystems[0]!.entries),
      undefined,
    );
  });
});

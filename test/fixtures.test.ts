/**
 * Every fixture, opened by daxkit, is what its manifest says: names, attributes, extents and bytes, by reading
 * and through mappings. Needs neither root nor Linux's XFS.
 */
import { deepStrictEqual, ok, rejects, strictEqual } from 'node:assert/strict';
import { describe, it } from 'node:test';
import { MemoryDevice, open, type FileSystem } from '#src/index.js';
import { firstDifference } from './support/compare.js';
import { fixtureBytes, fixtureNames, loadManifest, withFixtureFile } from './support/fixtures.js';
import type { FileSystemRecord } from './support/manifest.js';
import { ourListing } from './support/our-listing.js';

describe('fixtures', () => {
  for (const name of fixtureNames()) {
    const { about, fileSystems } = loadManifest(name);
    if (fileSystems.length === 0) continue;
    it(`${name}: ${about}`, async () => {
      await withFixtureFile(name, async (path) => {
        for (const record of fileSystems) await checkRecord(path, record);
      });
    });
  }
});

async function checkRecord(path: string, record: FileSystemRecord): Promise<void> {
  const fs = await open(path, {
    ...(record.partition === undefined ? {} : { partition: record.partition.number }),
    norecovery: record.log === 'dirty',
  });
  try {
    await checkInfo(fs, record);
    strictEqual(
      firstDifference(record.entries, await ourListing(fs), { ignore: ['xfs'] }),
      undefined,
    );
  } finally {
    await fs.close();
  }
}

async function checkInfo(fs: FileSystem, record: FileSystemRecord): Promise<void> {
  const info = await fs.info();
  const { bits: _bits, rootInode: _rootInode, metaUuid: _metaUuid, ...facts } = record.superblock;
  const fields = Object.keys(facts) as (keyof typeof facts)[];
  deepStrictEqual(Object.fromEntries(fields.map((field) => [field, info[field]])), facts);
  strictEqual(info.log, record.log);
}

describe('opening', () => {
  it('refuses an external log by name', () => refuses('refused-external-log', /external log/i));
  it('refuses a realtime section by name', () => refuses('refused-realtime', /realtime/i));
  it('refuses a dirty log by name, unless told otherwise', () =>
    refuses('dirty-log', /log is dirty/i));
  it('asks which of two XFS partitions is meant', () => refuses('gpt-two', /partition/i));
});

async function refuses(name: string, message: RegExp): Promise<void> {
  await withFixtureFile(name, async (path) => {
    await rejects(open(path), { message });
  });
}

describe('case-insensitive names', () => {
  for (const name of ['v4-ascii-ci', 'v5-ascii-ci']) {
    it(`are found by any spelling in ${name}, and listed as they are`, async () => {
      await withFixtureFile(name, async (path) => {
        const fs = await open(path);
        try {
          for (const { path: spelling, ino } of loadManifest(name).fileSystems[0]!.entries) {
            for (const other of [asciiUpper(spelling!), asciiLower(spelling!)]) {
              strictEqual((await fs.lstat(other)).ino, ino, other);
            }
          }
          ok((await fs.readdir('/')).includes('ReadMe.TXT'));
          await rejects(fs.lstat('/Short/éTÉ-É'), { code: 'ENOENT' }, 'only ASCII letters fold');
        } finally {
          await fs.close();
        }
      });
    });
  }
});

function asciiUpper(text: string): string {
  return text.replaceAll(/[a-z]/g, (letter) => letter.toUpperCase());
}

function asciiLower(text: string): string {
  return text.replaceAll(/[A-Z]/g, (letter) => letter.toLowerCase());
}

describe('an image in memory', () => {
  it('reads the same, and its mappings say that they are copies', async () => {
    const fs = await open(new MemoryDevice(fixtureBytes('forms')));
    const [record] = loadManifest('forms').fileSystems;
    strictEqual(
      firstDifference(record!.entries, await ourListing(fs), { ignore: ['xfs'] }),
      undefined,
    );
    const handle = await fs.open('/data/dense');
    const mapping = await handle.mmap();
    strictEqual(mapping.mode, 'copy');
    mapping.close();
    await fs.close();
  });
});

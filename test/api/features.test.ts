/** What an image may ask for: bits that are known, bits that are refused by name, bits that nobody knows. */
import { equal, match, rejects } from 'node:assert/strict';
import { test } from 'node:test';
import { MemoryDevice, open, type FileSystem } from '#src/index.js';
import { crc32cAround } from '#src/ondisk/index.js';
import { FEATURES, type FeatureSet } from '#src/xfs/format/features.js';
import { Superblock } from '#src/xfs/format/superblock.js';
import { fixtureBytes } from '../support/fixtures.js';

const PRISTINE = fixtureBytes('nrext64');

type Word = 'featuresCompat' | 'featuresRoCompat' | 'featuresIncompat' | 'featuresLogIncompat';

const WORDS: Partial<Record<FeatureSet, Word>> = {
  ro_compat: 'featuresRoCompat',
  incompat: 'featuresIncompat',
  log_incompat: 'featuresLogIncompat',
};

/** The fixture with a bit more in its superblock, and a checksum that is right. */
function openWith(word: Word, bit: number): Promise<FileSystem> {
  const bytes = new Uint8Array(PRISTINE); // slice() of a Buffer would be a view
  const sb = new Superblock(new DataView(bytes.buffer, bytes.byteOffset));
  sb[word] = (sb[word] | bit) >>> 0;
  sb.crc = crc32cAround(bytes.subarray(0, sb.sectorSize), Superblock.offsets.crc);
  return open(new MemoryDevice(bytes));
}

test('features that are refused are refused by name', async () => {
  const refused = FEATURES.filter(({ set, support }) => support === 'refused' && set in WORDS);
  equal(refused.length, 4);
  for (const { set, bit, name } of refused) {
    const message = name === 'needsrepair' ? /needs repair/ : new RegExp(`"${name}"`);
    await rejects(openWith(WORDS[set]!, bit), { code: 'ENOTSUP', message }, name);
  }
});

test('an unknown incompat bit is refused by its number', async () => {
  await rejects(openWith('featuresIncompat', 2 ** 25), {
    code: 'ENOTSUP',
    message: /incompat bit 25/,
  });
  await rejects(openWith('featuresIncompat', 2 ** 31), {
    code: 'ENOTSUP',
    message: /incompat bit 31/,
  });
});

test('with an unknown ro_compat bit it opens to be read, and says so', async () => {
  await using fs = await openWith('featuresRoCompat', 2 ** 20);
  match((await fs.info()).readOnlyReason!, /ro_compat bit 20/);
  equal((await fs.stat('/')).isDirectory(), true);
});

test('an unknown compat bit matters to nobody', async () => {
  await using fs = await openWith('featuresCompat', 2 ** 9);
  equal((await fs.info()).readOnlyReason, undefined);
});

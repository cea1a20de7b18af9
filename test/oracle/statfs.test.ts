/** statfs counts what the kernel counts: space set aside for the free-space B+trees is not free. */
import { deepStrictEqual } from 'node:assert/strict';
import { statfsSync, type StatsFs } from 'node:fs';
import { describe, it } from 'node:test';
import { open } from '#src/index.js';
import { fixtureNames, loadManifest, withFixtureFile } from '../support/fixtures.js';
import { withLoopMount } from '../support/loop-mount.js';
import { requireOracle } from '../support/oracle.js';

const FIELDS = ['type', 'bsize', 'blocks', 'bfree', 'bavail', 'files', 'ffree'] as const;

type Counts = Pick<StatsFs, (typeof FIELDS)[number]>;

function rows(counts: Counts): [string, number][] {
  return FIELDS.map((field) => [field, counts[field]]);
}

describe('statfs', () => {
  for (const name of fixtureNames()) {
    const [record] = loadManifest(name).fileSystems;
    if (record?.source !== 'kernel' || record.partition !== undefined) continue;
    it(`counts in ${name} what the kernel counts`, async (t) => {
      if (!(await requireOracle(t))) return;
      await withFixtureFile(name, async (path) => {
        const expected = await withLoopMount(path, { readOnly: true }, (mountPoint) =>
          rows(statfsSync(mountPoint)),
        );
        const fs = await open(path);
        deepStrictEqual(rows(await fs.statfs('/')), expected);
        await fs.close();
      });
    });
  }
});

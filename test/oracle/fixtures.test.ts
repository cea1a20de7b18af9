/** The manifests still say what this kernel says of the images: the oracle checked against itself. */
import { strictEqual } from 'node:assert/strict';
import { describe, it } from 'node:test';
import { firstDifference } from '../support/compare.js';
import type { Entry } from '../support/entry.js';
import { fixtureNames, loadManifest, withFixtureFile } from '../support/fixtures.js';
import { kernelListing } from '../support/kernel-listing.js';
import { withLoopMount, type MountOptions } from '../support/loop-mount.js';
import type { FileSystemRecord } from '../support/manifest.js';
import { requireOracle } from '../support/oracle.js';

describe('manifests against the kernel', () => {
  for (const name of fixtureNames()) {
    const records = loadManifest(name).fileSystems.filter(({ source }) =>
      source.startsWith('kernel'),
    );
    if (records.length === 0) continue;
    it(name, async (t) => {
      if (!(await requireOracle(t))) return;
      await withFixtureFile(name, async (path) => {
        for (const record of records) {
          const parents = record.entries.some((entry) => entry.parents !== undefined);
          const entries = await withLoopMount(path, mountOptions(record), (mountPoint) =>
            kernelListing(mountPoint, { parents }),
          );
          strictEqual(
            firstDifference(withoutForms(record.entries), withoutForms(entries)),
            undefined,
          );
        }
      });
    });
  }
});

function mountOptions({ partition, log }: FileSystemRecord): MountOptions {
  return {
    readOnly: true,
    ...(partition === undefined ? {} : { offset: partition.offset, size: partition.size }),
    ...(log === 'dirty' ? { extra: ['norecovery'] } : {}),
  };
}

/** Which form a fork has on disk, the kernel does not tell. */
function withoutForms(entries: readonly Entry[]): Entry[] {
  return entries.map(({ xfs, ...entry }) => {
    const { data: _data, attr: _attr, ...rest } = xfs ?? {};
    return Object.keys(rest).length > 0 ? { ...entry, xfs: rest } : entry;
  });
}

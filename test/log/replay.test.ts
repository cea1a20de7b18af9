/** The log that the kernel left, replayed in memory: what is seen then is what the kernel sees after a mount. */
import { equal, ok, strictEqual } from 'node:assert/strict';
import { test } from 'node:test';
import { BlobDevice, MemoryDevice } from '#src/index.js';
import { firstDifference } from '../support/compare.js';
import { fixtureBytes, loadManifest } from '../support/fixtures.js';
import { ourListing } from '../support/our-listing.js';
import { openReplayed } from '../support/replayed.js';

test('a dirty log is replayed as the kernel replays it', async () => {
  const [record] = loadManifest('dirty-log').fileSystems;
  const bytes = fixtureBytes('dirty-log');
  const pristine = new Uint8Array(bytes); // slice() of a Buffer would be a view
  const { fs, result } = await openReplayed(new MemoryDevice(bytes));
  ok(result.transactions > 0);
  const difference = firstDifference(record!.entriesAfterReplay!, await ourListing(fs), {
    ignore: ['xfs'],
  });
  strictEqual(difference, undefined);
  ok(Buffer.from(bytes).equals(Buffer.from(pristine)), 'the image itself is as it was');
});

test('on a device that cannot be read synchronously too', async () => {
  const [record] = loadManifest('dirty-log').fileSystems;
  const { fs } = await openReplayed(new BlobDevice(new Blob([fixtureBytes('dirty-log')])));
  equal(
    (await fs.readdir('/', { recursive: true })).length,
    record!.entriesAfterReplay!.length - 1,
  );
});

test('a clean log has nothing to replay', async () => {
  const { result } = await openReplayed(new MemoryDevice(fixtureBytes('forms')));
  equal(result.transactions, 0);
});

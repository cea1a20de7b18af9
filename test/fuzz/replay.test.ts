/**
 * Replay of logs whose records were mutated: it ends, or fails with a typed error, and so does a walk of
 * what it leaves. Records are changed behind their checksums, so nothing stops them but the rules of replay.
 */
import { ok } from 'node:assert/strict';
import { describe, it } from 'node:test';
import { FileSystem, openOn } from '#src/api/index.js';
import { CorruptError, FsError, Random } from '#src/core/index.js';
import { OverlayDevice } from '#src/device/index.js';
import { LogOperation } from '#src/xfs/format/log-record.js';
import { recordsToReplay, type LogRecord } from '#src/xfs/log/records.js';
import { replay } from '#src/xfs/log/replay.js';
import { LogRing } from '#src/xfs/log/ring.js';
import { committedTransactions } from '#src/xfs/log/transactions.js';
import { fixtureBytes } from '../support/fixtures.js';
import { openImage } from './model.js';
import { EditedDevice, SparseImage } from './sparse-image.js';

const { env } = process;
const SEED = Number(env['DAXKIT_FUZZ_SEED'] ?? Date.now() % 1_000_000_007);
const CASES = 2000;

/** Where a record's regions begin: the formats of items, and what they lay over metadata. */
function regionsOf({ data, operations }: LogRecord): { at: number; length: number }[] {
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  const regions: { at: number; length: number }[] = [];
  for (let i = 0, at = 0; i < operations; i++) {
    const { length } = new LogOperation(view, at);
    regions.push({ at, length: LogOperation.bytes + length });
    at += LogOperation.bytes + length;
  }
  return regions;
}

/** A copy of the records with some fields changed: in headers of operations and the beginnings of regions. */
function mutate(random: Random, records: readonly LogRecord[]): LogRecord[] {
  const copies = records.map((record) => ({ ...record, data: record.data.slice() }));
  for (let count = 1 + random.below(3); count > 0; count--) {
    const index = random.below(copies.length);
    const record = copies[index]!;
    const { at, length } = random.pick(regionsOf(records[index]!));
    const width = random.pick([1, 2, 4]);
    const place = at + random.below(Math.min(length, LogOperation.bytes + 200) - width + 1);
    for (let i = 0; i < width; i++) {
      const old = record.data[place + i]!;
      record.data[place + i] = random.pick([0, 0xff, old ^ 1, old + 1, random.below(256)]);
    }
    if (random.below(20) === 0) record.operations = random.below(record.operations * 2);
  }
  return copies;
}

async function typed(code: () => Promise<unknown>): Promise<boolean> {
  try {
    await code();
    return true;
  } catch (error) {
    if (error instanceof CorruptError || error instanceof FsError) return false;
    throw error;
  }
}

describe('replay of mutated records', () => {
  it('ends in a tree that can be walked, or in a typed error', async (t) => {
    t.diagnostic(`seed: DAXKIT_FUZZ_SEED=${SEED}`);
    const image = new SparseImage(fixtureBytes('dirty-log'));
    const { mount } = FileSystem.volume(await openImage(new EditedDevice(image))).driver;
    const records = recordsToReplay(new LogRing(mount));
    let replayed = 0;
    for (let index = 0; index < CASES; index++) {
      const random = new Random(SEED ^ Math.imul(index + 1, 0x9e3779b1));
      const mutated = mutate(random, records);
      const overlay = new OverlayDevice(new EditedDevice(image));
      const isReplayed = await typed(() =>
        replay(overlay, mount.geometry, committedTransactions(mutated)),
      ).catch((error: unknown) => {
        throw new Error(`case ${index}: ${(error as Error).stack}`, { cause: error });
      });
      if (!isReplayed) continue;
      replayed++;
      await typed(async () => {
        const fs = await openOn(overlay, { norecovery: true });
        for (const name of await fs.readdir('/', { recursive: true })) await fs.stat(`/${name}`);
      });
    }
    t.diagnostic(`${CASES} cases, ${replayed} replayed`);
    ok(replayed > 0 && replayed < CASES);
  });
});

/**
 * The mutation fuzzer: see case.ts for the laws, mutate.ts for what is done to the images.
 *
 *   DAXKIT_FUZZ_CASES   how many cases, over all images (20,000)
 *   DAXKIT_FUZZ_SEED    replays a run; by default a new one each time
 *   DAXKIT_FUZZ_IMAGE   only this image        DAXKIT_FUZZ_CASE   only the case of this index
 */
import { ok, rejects, strictEqual } from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Random } from '#src/core/index.js';
import { fixtureNames, loadManifest } from '../support/fixtures.js';
import { runTasks, type Failure, type Limits, type Task, type TaskResult } from './campaign.js';
import { BrokenLaw, runCase } from './case.js';
import { ImageModel } from './model.js';

const { env } = process;
const CASES = Number(env['DAXKIT_FUZZ_CASES'] ?? 20_000);
const SEED = Number(env['DAXKIT_FUZZ_SEED'] ?? Date.now() % 1_000_000_007);

const LIMITS: Limits = { caseMilliseconds: 30_000, residentBytes: 2 * 2 ** 30 };

/** Those that open, but for disks with partitions (partitions.test.ts) and the demonstration, which is big. */
function images(): string[] {
  const only = env['DAXKIT_FUZZ_IMAGE'];
  return fixtureNames().filter((name) => {
    const { fileSystems } = loadManifest(name);
    const isVolume = fileSystems.length === 1 && fileSystems[0]!.partition === undefined;
    return isVolume && name !== 'demo' && (only === undefined || name === only);
  });
}

function tasks(): Task[] {
  const names = images();
  const only = env['DAXKIT_FUZZ_CASE'];
  const count = only === undefined ? Math.ceil(CASES / names.length) : 1;
  return names.map((image) => ({ image, seed: SEED, first: Number(only ?? 0), count }));
}

function failureText({ image, index, what }: Failure): string {
  const replay = `DAXKIT_FUZZ_SEED=${SEED} DAXKIT_FUZZ_IMAGE=${image} DAXKIT_FUZZ_CASE=${index}`;
  return `${replay}\n${what}`;
}

describe('mutation fuzzer', () => {
  it('every case ends in a right answer or a typed error', async (t) => {
    t.diagnostic(`seed: DAXKIT_FUZZ_SEED=${SEED}`);
    const results: TaskResult[] = [];
    const began = performance.now();
    await runTasks(tasks(), LIMITS, (result) => results.push(result));
    const sum = (of: (result: TaskResult) => number): number =>
      results.reduce((total, result) => total + of(result), 0);
    const cases = sum((result) => result.cases);
    const seconds = (performance.now() - began) / 1000;
    t.diagnostic(
      `${cases} cases in ${seconds.toFixed(0)} s: ${sum((result) => result.opened)} opened, ` +
        `${sum((result) => result.answers)} answers, ${sum((result) => result.errors)} of them errors`,
    );
    const failures = results.flatMap((result) => result.failures);
    strictEqual(failures.length, 0, failures.map(failureText).join('\n\n'));
    ok(cases > 0, 'there were cases');
  });
});

/** A fuzzer that cannot fail finds nothing. */
describe('canary of the fuzzer', () => {
  const untouched = { edits: [], repaired: false };

  it('tells an answer that changed and rests on no edit', async () => {
    const model = await ImageModel.load('nrext64');
    for (const { answers } of model.paths) answers.set('lstat', 'something else');
    await rejects(runCase(model, untouched, new Random(1)), BrokenLaw);
  });

  it('tells an answer that changed behind a checksum', async () => {
    const model = await ImageModel.load('nrext64');
    for (const { answers } of model.paths) answers.set('lstat', 'something else');
    const site = model.site('inode of /data');
    const same = Buffer.from(model.bytesOf(site).subarray(64, 65)).toString('hex');
    const edits = [{ site: site.name, at: 64, hex: same }];
    await rejects(runCase(model, { edits, repaired: false }, new Random(1)), BrokenLaw);
  });

  it('tells an error without a type', async () => {
    const model = await ImageModel.load('nrext64');
    model.image.chunk = () => {
      throw new TypeError('an accident');
    };
    await rejects(runCase(model, untouched, new Random(1)), /escaped: TypeError: an accident/);
  });

  it('tells a case that never ends', async () => {
    const results: TaskResult[] = [];
    const task: Task = { image: 'nrext64', seed: 1, first: 0, count: 9, hangAt: 3 };
    await runTasks([task], { ...LIMITS, caseMilliseconds: 3000 }, (result) => results.push(result));
    const [failure] = results[0]!.failures;
    strictEqual(failure?.index, 3);
    ok(failure.what.startsWith('no end after'));
  });
});

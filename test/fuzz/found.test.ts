/**
 * Cases that the fuzzer found, kept in fixtures/found: each must still break no law, and give the answers
 * that its file says. The fuzzer prints a case in this form when it fails.
 *
 *   about      what went wrong
 *   image      name of the fixture
 *   edits, repaired, size     see `Mutation` in edits.ts
 *   must       questions of probe.ts, of paths of the image, with the beginning of the answer;
 *              "open" without a path is opening the image
 */
import { ok, strictEqual } from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import type { FileSystem } from '#src/api/index.js';
import { Random } from '#src/core/index.js';
import { FIXTURES } from '../support/fixtures.js';
import { runCase } from './case.js';
import { mutatedDevice, type Mutation } from './edits.js';
import { ImageModel, openImage } from './model.js';
import { errorText, probePath } from './probe.js';

interface Expectation {
  readonly question: string;
  readonly path?: string;
  readonly answer: string;
}

interface FoundCase extends Mutation {
  readonly about: string;
  readonly image: string;
  readonly must: readonly Expectation[];
}

const FOUND = join(FIXTURES, 'found');

/** So many walks with other random choices: which paths are asked after is a choice. */
const WALKS = 10;

describe('found cases', () => {
  for (const name of readdirSync(FOUND).filter((file) => file.endsWith('.json'))) {
    const found = JSON.parse(readFileSync(join(FOUND, name), 'utf8')) as FoundCase;
    it(`${name}: ${found.about}`, async () => {
      const model = await ImageModel.load(found.image);
      for (let seed = 1; seed <= WALKS; seed++) await runCase(model, found, new Random(seed));
      for (const expectation of found.must) {
        const answer = await ask(model, found, expectation);
        ok(answer.startsWith(expectation.answer), `${JSON.stringify(expectation)}, but: ${answer}`);
      }
    });
  }

  it('there are some', () => {
    strictEqual(readdirSync(FOUND).length > 0, true);
  });
});

/** @returns the answer; empty when the image opens and nothing else was asked */
async function ask(
  model: ImageModel,
  found: FoundCase,
  { question, path }: Expectation,
): Promise<string> {
  let fs: FileSystem;
  try {
    fs = await openImage(mutatedDevice(model, found));
  } catch (error) {
    return errorText('open', error);
  }
  if (path === undefined) return '';
  if (question === 'readdir recursive')
    return fs
      .readdir(path, { recursive: true })
      .then(String, (error: unknown) => errorText(question, error));
  const { answers } = await probePath(fs, Buffer.from(path));
  return answers.get(question) ?? 'no such question';
}

/** A worker of campaign.ts: loads an image, runs the cases of its task, tells what became of them. */
import { parentPort, workerData } from 'node:worker_threads';
import { Random } from '#src/core/index.js';
import { crc32c } from '@node-rs/crc32';
import { BEGUN_WORD, CASE_WORD, type Failure, type TaskData, type TaskResult } from './campaign.js';
import { BrokenLaw, runCase } from './case.js';
import type { Mutation } from './edits.js';
import { ImageModel } from './model.js';
import { makeMutation } from './mutate.js';

const FAILURES_MAX = 5;

const { task, shared } = workerData as TaskData;
const words = new Int32Array(shared);
const model = await ImageModel.load(task.image);
const tally = { opened: 0, answers: 0, errors: 0 };
const failures: Failure[] = [];
const began = performance.now();

/** The random numbers of a case depend on nothing but the seed, the image and its index. */
function caseRandom(index: number): Random {
  const random = new Random(task.seed ^ crc32c(task.image) ^ Math.imul(index + 1, 0x9e3779b1));
  for (let i = 0; i < 4; i++) random.next(); // seeds that are alike must part first
  return random;
}

/** Whether a mutation breaks a law, told by the error; the walk is that of the case. */
async function brokenLaw(index: number, mutation: Mutation): Promise<BrokenLaw | undefined> {
  const random = caseRandom(index);
  try {
    const outcome = await runCase(model, mutation, random);
    tally.opened += outcome.isOpen ? 1 : 0;
    tally.answers += outcome.answers;
    tally.errors += outcome.errors;
    return undefined;
  } catch (error) {
    if (error instanceof BrokenLaw) return error;
    throw error;
  }
}

/** Leaves out edits as long as a law is broken without them. */
async function reduce(index: number, mutation: Mutation): Promise<Mutation> {
  let least = mutation;
  for (const edit of mutation.edits) {
    const fewer = { ...least, edits: least.edits.filter((other) => other !== edit) };
    if ((await brokenLaw(index, fewer)) !== undefined) least = fewer;
  }
  return least;
}

for (let index = task.first; index < task.first + task.count; index++) {
  Atomics.store(words, CASE_WORD, index);
  Atomics.add(words, BEGUN_WORD, 1);
  while (index === task.hangAt);
  const mutation = makeMutation(caseRandom(index), model);
  const law = await brokenLaw(index, mutation);
  if (law === undefined) continue;
  const found = { image: task.image, ...(await reduce(index, mutation)) };
  failures.push({ image: task.image, index, what: `${law.message}\n${JSON.stringify(found)}` });
  if (failures.length === FAILURES_MAX) break;
}

const result: TaskResult = {
  image: task.image,
  cases: task.count,
  ...tally,
  milliseconds: performance.now() - began,
  failures,
};
parentPort!.postMessage(result);

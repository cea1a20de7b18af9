/**
 * One case: an image with a mutation, walked from end to end.
 *
 * Laws, of which the first that is broken is thrown as a `BrokenLaw`:
 *   1. Every question ends in an answer or in a typed error; nothing else is thrown.
 *   2. An answer that rests on nothing that was edited is the answer of the pristine image.
 *   3. Where checksums guard what was edited and were not repaired, every answer is that of the pristine
 *      image or a CorruptError: no damage goes unnoticed.
 *   4. Work is bounded: reads of the cache, bytes read from the device, bytes read at once.
 */
import { FileSystem } from '#src/api/index.js';
import type { Random } from '#src/core/index.js';
import { editedSites, mutatedDevice, type Mutation } from './edits.js';
import { openImage, type ImageModel, type PathSubject, type Subject } from './model.js';
import { CORRUPT, errorText, probeGroup, probePath, probeVolume, type Answers } from './probe.js';
import { watchCache, type Site } from './site.js';
import type { EditedDevice } from './sparse-image.js';

export class BrokenLaw extends Error {}

/** Blocks asked of the cache, by one call or by the whole case. */
const STEPS_MAX = 400_000;

const OPEN_BYTES_MAX = 2 * 1024 * 1024;
const TRAFFIC_BYTES_MAX = 256 * 1024 * 1024;
const READ_BYTES_MAX = 128 * 1024;

/** So many paths are asked after: those that rest on an edit, others, and names that were not there. */
const RESTING_MAX = 12;
const OTHERS_MAX = 3;
const NEW_MAX = 6;

export interface CaseOutcome {
  readonly isOpen: boolean;
  readonly answers: number;
  readonly errors: number;
  readonly steps: number;
}

/** Counts what a driver does; a case that does too much ends. */
class Meter {
  steps = 0;

  readonly step = (): void => {
    if (++this.steps > STEPS_MAX)
      throw new BrokenLaw(`more than ${STEPS_MAX} blocks were asked for`);
  };
}

/** @throws BrokenLaw */
export async function runCase(
  model: ImageModel,
  mutation: Mutation,
  random: Random,
): Promise<CaseOutcome> {
  const device = mutatedDevice(model, mutation, random.below(16) > 0);
  const tally = { answers: 0, errors: 0 };
  let steps = 0;
  try {
    const fs = await open(device);
    if (fs === undefined) return { isOpen: false, answers: 0, errors: 1, steps };
    steps = await new Walk(model, mutation, random, fs, tally).run();
  } catch (error) {
    if (error instanceof BrokenLaw) throw error;
    throw new BrokenLaw(`escaped: ${(error as Error).stack}`, { cause: error });
  }
  checkTraffic(device);
  return { isOpen: true, ...tally, steps };
}

/** `undefined` when it does not open. */
async function open(device: EditedDevice): Promise<FileSystem | undefined> {
  let fs: FileSystem | undefined;
  try {
    fs = await openImage(device);
  } catch (error) {
    errorText('open', error);
  }
  if (device.traffic.bytes > OPEN_BYTES_MAX)
    throw new BrokenLaw(`opening read ${device.traffic.bytes} bytes`);
  return fs;
}

function checkTraffic({ traffic }: EditedDevice): void {
  if (traffic.bytes > TRAFFIC_BYTES_MAX) throw new BrokenLaw(`${traffic.bytes} bytes were read`);
  if (traffic.longest > READ_BYTES_MAX)
    throw new BrokenLaw(`${traffic.longest} bytes were read at once`);
}

/** The questions of one case. */
class Walk {
  readonly #edited: ReadonlySet<Site>;
  /** Law 3 holds. */
  readonly #isGuarded: boolean;
  readonly #meter = new Meter();

  constructor(
    readonly model: ImageModel,
    mutation: Mutation,
    readonly random: Random,
    readonly fs: FileSystem,
    readonly tally: { answers: number; errors: number },
  ) {
    this.#edited = editedSites(model, mutation);
    const isNoticed = [...this.#edited].every(({ crcOffset }) => crcOffset !== undefined);
    this.#isGuarded = !mutation.repaired && isNoticed;
  }

  async run(): Promise<number> {
    const { model, fs } = this;
    const { driver } = FileSystem.volume(fs);
    watchCache(driver.mount.cache, this.#meter.step);
    this.#check('the volume', model.volume, await probeVolume(fs));
    for (let agno = 0; agno < driver.mount.geometry.agCount; agno++) {
      const subject = model.groups[agno];
      if (subject !== undefined && !this.#rests(subject) && this.random.below(8) > 0) continue;
      const answers = await probeGroup(driver.mount, agno);
      if (subject !== undefined) this.#check(`group ${agno}`, subject, answers);
    }
    const found: string[] = [];
    for (const subject of this.#choose()) {
      const { answers, names } = await probePath(fs, subject.path);
      this.#check(subject.path.toString('latin1'), subject, answers);
      for (const name of names) found.push(joinLatin1(subject.path.toString('latin1'), name));
    }
    if (this.random.below(3) === 0) found.push(...(await this.#everything()));
    const unknown = found.filter((path) => !model.names.has(path));
    for (const path of sample(this.random, unknown, NEW_MAX))
      await probePath(fs, Buffer.from(path, 'latin1'));
    return this.#meter.steps;
  }

  /** All paths, where the tree can be listed whole. */
  async #everything(): Promise<string[]> {
    try {
      const names = await this.fs.readdir('/', { recursive: true, encoding: 'latin1' });
      return names.map((name) => `/${name}`);
    } catch (error) {
      errorText('readdir', error);
      return [];
    }
  }

  #choose(): PathSubject[] {
    const resting = this.model.paths.filter((subject) => this.#rests(subject));
    const others = this.model.paths.filter((subject) => !this.#rests(subject));
    return [
      ...sample(this.random, resting, RESTING_MAX),
      ...sample(this.random, others, OTHERS_MAX),
    ];
  }

  /** Does any answer about it rest on an edit? */
  #rests({ sites }: Subject): boolean {
    for (const site of this.#edited)
      if (sites.has(site) || this.model.common.has(site)) return true;
    return false;
  }

  #check(what: string, subject: Subject, answers: Answers): void {
    const mustBeEqual = !this.#rests(subject);
    for (const [question, answer] of answers) {
      this.tally.answers++;
      if (answer.startsWith('!')) this.tally.errors++;
      const pristine = subject.answers.get(question);
      if (answer === pristine) continue;
      const isNoticed = this.#isGuarded && answer.startsWith(CORRUPT);
      const isFollowUp = this.#isGuarded && pristine === undefined;
      if (mustBeEqual || (this.#isGuarded && !isNoticed && !isFollowUp))
        throw new BrokenLaw(`${what}: ${question} was ${pristine} and is ${answer}`);
    }
  }
}

/** Paths and names with one character a byte. */
function joinLatin1(directory: string, name: Buffer): string {
  return `${directory === '/' ? '' : directory}/${name.toString('latin1')}`;
}

function sample<T>(random: Random, items: readonly T[], count: number): T[] {
  if (items.length <= count) return [...items];
  const from = random.below(items.length);
  const stride = 1 + random.below(7);
  return Array.from({ length: count }, (_, i) => items[(from + i * stride) % items.length]!);
}

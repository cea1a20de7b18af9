/**
 * Runs cases of the fuzzer in workers, an image at a time, and watches them: a case that hangs or takes too
 * much memory is stopped, and named like one that breaks a law.
 */
import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';

/** What one worker is to do. */
export interface Task {
  readonly image: string;
  readonly seed: number;
  /** Indices of the cases: `first`, `first` + 1, ... */
  readonly first: number;
  readonly count: number;
  /** For the canary: the case that never ends. */
  readonly hangAt?: number;
}

export interface Failure {
  readonly image: string;
  readonly index: number;
  readonly what: string;
}

export interface TaskResult {
  readonly image: string;
  readonly cases: number;
  readonly opened: number;
  readonly answers: number;
  readonly errors: number;
  readonly milliseconds: number;
  readonly failures: readonly Failure[];
}

/** Words that a worker shares with its watcher: the case at hand, and how many have begun. */
export const CASE_WORD = 0;
export const BEGUN_WORD = 1;
const SHARED_BYTES = 8;

export interface TaskData {
  readonly task: Task;
  readonly shared: SharedArrayBuffer;
}

export interface Limits {
  /** Longest that a case, or loading an image, may take: generous, since work is counted elsewhere. */
  readonly caseMilliseconds: number;
  /** Of the whole process. */
  readonly residentBytes: number;
}

const HEAP_MEBIBYTES = 512;
const WATCH_MILLISECONDS = 250;

export async function runTasks(
  tasks: readonly Task[],
  limits: Limits,
  report: (result: TaskResult) => void,
): Promise<void> {
  const waiting = [...tasks];
  const runOne = async (): Promise<void> => {
    for (let task = waiting.shift(); task !== undefined; task = waiting.shift())
      report(await runTask(task, limits));
  };
  await Promise.all(Array.from({ length: availableParallelism() }, runOne));
}

function runTask(task: Task, limits: Limits): Promise<TaskResult> {
  const shared = new SharedArrayBuffer(SHARED_BYTES);
  const words = new Int32Array(shared);
  const workerData: TaskData = { task, shared };
  const worker = new Worker(new URL('./worker.js', import.meta.url), {
    workerData,
    resourceLimits: { maxOldGenerationSizeMb: HEAP_MEBIBYTES },
  });
  return new Promise((resolve) => {
    const watch = setInterval(() => {
      const what = watcher.complaint(words[BEGUN_WORD]!);
      if (what !== undefined) fail(what);
    }, WATCH_MILLISECONDS);
    const watcher = new Watcher(limits);
    const end = (result: TaskResult): void => {
      clearInterval(watch);
      void worker.terminate();
      resolve(result);
    };
    const fail = (what: string): void => {
      const { image, first } = task;
      const index = words[BEGUN_WORD] === 0 ? first : words[CASE_WORD]!;
      const nothing = { cases: 0, opened: 0, answers: 0, errors: 0, milliseconds: 0 };
      end({ image, ...nothing, failures: [{ image, index, what }] });
    };
    worker.once('message', end);
    worker.once('error', (error) => fail(`the worker died: ${error.stack}`));
    worker.once('exit', (code) => fail(`the worker exited with ${code}`));
  });
}

class Watcher {
  #begun = -1;
  #since = 0;

  constructor(readonly limits: Limits) {}

  /** @param begun how many cases have begun */
  complaint(begun: number): string | undefined {
    const { caseMilliseconds, residentBytes } = this.limits;
    const now = performance.now();
    if (begun !== this.#begun) {
      this.#begun = begun;
      this.#since = now;
    }
    if (now - this.#since > caseMilliseconds) return `no end after ${caseMilliseconds} ms`;
    const resident = process.memoryUsage.rss();
    return resident > residentBytes ? `the process takes ${resident} bytes` : undefined;
  }
}

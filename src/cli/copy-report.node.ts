/** What `cp` says while it runs, all on standard error: problems, losses, and progress on a terminal. */
import { writeSync } from 'node:fs';
import { isatty } from 'node:tty';
import type { CopyListener, TreeSize } from '../transfer/index.js';
import { complain } from './complain.node.js';
import { describeFailure, explain } from './failure.js';
import { quote } from './quote.js';
import { sizeText } from './units.js';

/** The part of cli-progress' SingleBar that is used. */
interface Bar {
  update(bytes: number, payload: { copied: string; done: number }): void;
  stop(): void;
}

const ERASE_LINE = '\r\u001b[K';

export class CopyReport implements CopyListener {
  problems = 0;
  /** Attributes that were not kept, by the reason. */
  readonly #lost = new Map<string, { count: number; readonly first: string }>();
  #bar: Bar | undefined;
  #bytes = 0;
  #entries = 0;

  /** Shows a bar if there is a terminal to show it on; only then is it counted how much there is. */
  async begin(size: () => TreeSize): Promise<void> {
    if (!isatty(2)) return;
    const { default: progress } = await import('cli-progress');
    const { bytes, entries } = size();
    const bar = new progress.SingleBar({
      format: `[{bar}] {percentage}% | {copied} of ${sizeText(bytes)} | {done} of ${entries} entries | {eta_formatted}`,
      barsize: 24,
      fps: 10,
      clearOnComplete: true,
    });
    bar.start(Math.max(bytes, 1), 0, { copied: sizeText(0), done: 0 });
    this.#bar = bar;
  }

  end(): void {
    this.#bar?.stop();
    this.#bar = undefined;
    for (const [reason, { count, first }] of this.#lost) {
      const others = count === 1 ? '' : ` and ${count - 1} more`;
      complain(`cp: extended attributes not kept: ${first}${others}: ${reason}`);
    }
    if (this.problems > 1) complain(`cp: ${this.problems} problems, see above`);
  }

  problem(path: Uint8Array, error: unknown): void {
    this.#count(`cp: ${quote(path)}: ${explain(error)}`);
  }

  /** A source that was left out. */
  failed(error: unknown): void {
    this.#count(`cp: ${describeFailure(error)}`);
  }

  lost(path: Uint8Array, attribute: string, error: unknown): void {
    const reason = explain(error);
    const entry = this.#lost.get(reason);
    if (entry === undefined)
      this.#lost.set(reason, { count: 1, first: `${quote(attribute)} of ${quote(path)}` });
    else entry.count++;
  }

  progress(bytes: number, entries: number): void {
    this.#bytes += bytes;
    this.#entries += entries;
    this.#bar?.update(this.#bytes, { copied: sizeText(this.#bytes), done: this.#entries });
  }

  #count(words: string): void {
    this.problems++;
    if (this.#bar !== undefined) writeSync(2, ERASE_LINE);
    complain(words);
  }
}

/**
 * O_DIRECT: transfers between the storage and memory, past the page cache.
 *
 *     request             |--------------------------|
 *     units        |......====|============|=====......|......|
 *                    widened    as it is     widened
 *
 * Position, length and memory must be aligned, and V8's buffers are not: bytes go through a bounce
 * buffer of our own. Reads are widened to whole units. A unit that is written in part is read, changed
 * and written back without an await in between, so that two writes to one unit cannot lose each other.
 */
import { roundDown, roundUp } from '../core/index.js';
import { AddressRange } from './address-range.node.js';
import type { Libc } from './libc.node.js';
import { readWhole, readWholeSync, writeWhole, writeWholeSync } from './whole-transfer.node.js';

const BOUNCE_BYTES = 1024 * 1024;

/** As many as libuv has threads by default. */
const ASYNC_BOUNCES = 4;

/** One step of a transfer: aligned bytes on the device, and which of them are asked for. */
interface Step {
  readonly start: number;
  readonly length: number;
  /** Part of the request, bytes from its start. */
  readonly from: number;
  readonly to: number;
  /** Where `from` lies in the step. */
  readonly skip: number;
}

export class DirectIo {
  readonly #range: AddressRange;
  /** For synchronous transfers, so that it is never in use when one begins. */
  readonly #syncBounce: Uint8Array;
  readonly #freeBounces: Uint8Array[] = [];
  readonly #waiting: ((bounce: Uint8Array) => void)[] = [];

  /** Bytes that everything must be a multiple of. */
  readonly unit: number;

  /** @param findUnit is lent aligned memory, to try what is allowed */
  constructor(
    libc: Libc,
    readonly descriptor: number,
    findUnit: (memory: Uint8Array) => number,
  ) {
    const bytes = (1 + ASYNC_BOUNCES) * BOUNCE_BYTES;
    this.#range = new AddressRange(libc, bytes);
    const memory = this.#range.makeWritable(0, bytes);
    this.#syncBounce = memory.subarray(0, BOUNCE_BYTES);
    this.unit = findUnit(this.#syncBounce);
    for (let at = BOUNCE_BYTES; at < bytes; at += BOUNCE_BYTES)
      this.#freeBounces.push(memory.subarray(at, at + BOUNCE_BYTES));
  }

  readSync(position: number, target: Uint8Array): void {
    for (const step of this.#readSteps(position, target.length)) {
      const bounce = this.#syncBounce.subarray(0, step.length);
      readWholeSync(this.descriptor, step.start, bounce, needed(step));
      target.set(asked(step, bounce), step.from);
    }
  }

  async read(position: number, target: Uint8Array): Promise<void> {
    for (const step of this.#readSteps(position, target.length)) {
      await this.#withBounce(async (whole) => {
        const bounce = whole.subarray(0, step.length);
        await readWhole(this.descriptor, step.start, bounce, needed(step));
        target.set(asked(step, bounce), step.from);
      });
    }
  }

  writeSync(position: number, source: Uint8Array): void {
    for (const step of this.#writeSteps(position, source.length)) {
      const bounce = this.#syncBounce.subarray(0, step.length);
      if (isPartial(step)) readWholeSync(this.descriptor, step.start, bounce);
      bounce.set(source.subarray(step.from, step.to), step.skip);
      writeWholeSync(this.descriptor, step.start, bounce);
    }
  }

  async write(position: number, source: Uint8Array): Promise<void> {
    for (const step of this.#writeSteps(position, source.length)) {
      if (isPartial(step)) {
        this.writeSync(position + step.from, source.subarray(step.from, step.to));
        continue;
      }
      await this.#withBounce(async (whole) => {
        const bounce = whole.subarray(0, step.length);
        bounce.set(source.subarray(step.from, step.to));
        await writeWhole(this.descriptor, step.start, bounce);
      });
    }
  }

  /** After the last transfer has ended. */
  release(): void {
    this.#range.release();
  }

  /** Whole units around the request, a bounce buffer at a time. */
  *#readSteps(position: number, length: number): Generator<Step> {
    const end = roundUp(position + length, this.unit);
    for (let at = roundDown(position, this.unit); at < end; at += BOUNCE_BYTES)
      yield makeStep(at, Math.min(at + BOUNCE_BYTES, end), position, length);
  }

  /** The same, but a unit that is written in part is a step for itself. */
  *#writeSteps(position: number, length: number): Generator<Step> {
    const end = position + length;
    for (let at = position; at < end;) {
      const start = roundDown(at, this.unit);
      const wholeEnd = Math.min(roundDown(end, this.unit), start + BOUNCE_BYTES);
      const stop = start === at && wholeEnd > start ? wholeEnd : start + this.unit;
      yield makeStep(start, stop, position, length);
      at = stop;
    }
  }

  async #withBounce(use: (bounce: Uint8Array) => Promise<void>): Promise<void> {
    const bounce =
      this.#freeBounces.pop() ??
      (await new Promise<Uint8Array>((resolve) => {
        this.#waiting.push(resolve);
      }));
    try {
      await use(bounce);
    } finally {
      const next = this.#waiting.shift();
      if (next === undefined) this.#freeBounces.push(bounce);
      else next(bounce);
    }
  }
}

function makeStep(start: number, end: number, position: number, length: number): Step {
  const from = Math.max(start, position) - position;
  const to = Math.min(end - position, length);
  return { start, length: end - start, from, to, skip: position + from - start };
}

/** Bytes from the start of the step that a read cannot do without. */
const needed = ({ skip, from, to }: Step): number => skip + to - from;

const asked = ({ skip, from, to }: Step, bounce: Uint8Array): Uint8Array =>
  bounce.subarray(skip, skip + to - from);

const isPartial = ({ length, from, to }: Step): boolean => to - from < length;

/**
 * Standard output by synchronous writes: raw bytes, short writes, and pipes that are full or closed.
 *
 * `process.stdout` is left alone. It would make a pipe non-blocking, and buffer without bound what a
 * slow reader has not taken.
 */
import { writeSync } from 'node:fs';
import { isatty } from 'node:tty';
import { FsError } from '../core/index.js';
import { isBrokenPipe } from './complain.node.js';
import { Failure } from './failure.js';
import { quote } from './quote.js';

const DESCRIPTOR = 1;

/** Text is gathered up to so many bytes. */
const GATHER_BYTES = 64 * 1024;

export class Output {
  readonly isTerminal = isatty(DESCRIPTOR);
  #gathered: Uint8Array[] = [];
  #gatheredBytes = 0;

  /** A name of the image: quoted on a terminal, as it is elsewhere; what GNU ls does. */
  name(name: Uint8Array): Uint8Array | string {
    return this.isTerminal ? quote(name) : name;
  }

  line(...parts: (Uint8Array | string)[]): void {
    for (const part of parts) this.#gather(typeof part === 'string' ? Buffer.from(part) : part);
    this.#gather(NEWLINE);
    if (this.#gatheredBytes >= GATHER_BYTES) this.flush();
  }

  /** Bigints become numbers where those are exact, else strings of digits. */
  json(value: unknown): void {
    this.line(JSON.stringify(value, (_key, item: unknown) => plain(item), 2));
  }

  flush(): void {
    const bytes = Buffer.concat(this.#gathered);
    this.#gathered = [];
    this.#gatheredBytes = 0;
    this.write(bytes);
  }

  /** At once, not gathered; from memory that may be a view of a mapped image. */
  write(bytes: Uint8Array): void {
    let waitMilliseconds = WAIT_MILLISECONDS_MIN;
    for (let at = 0; at < bytes.length;) {
      try {
        at += writeSync(DESCRIPTOR, bytes, at);
        waitMilliseconds = WAIT_MILLISECONDS_MIN;
      } catch (error) {
        if (isBrokenPipe(error)) throw error;
        if (hasCode(error, 'EFAULT')) throw imageCut();
        if (!hasCode(error, 'EAGAIN')) throw new Failure('stdout', error);
        Atomics.wait(CLOCK, 0, 0, waitMilliseconds);
        waitMilliseconds = Math.min(waitMilliseconds * 2, WAIT_MILLISECONDS_MAX);
      }
    }
  }

  #gather(bytes: Uint8Array): void {
    this.#gathered.push(bytes);
    this.#gatheredBytes += bytes.length;
  }
}

const NEWLINE = Buffer.from('\n');

function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}

/** A page past the end of a mapped file is a bad address to a system call; to ourselves it is SIGBUS. */
function imageCut(): FsError {
  return new FsError('EIO', { detail: 'the image was cut short while it was open' });
}

/** For a pipe that somebody else made non-blocking, while it is full. */
const WAIT_MILLISECONDS_MIN = 0.05;
const WAIT_MILLISECONDS_MAX = 10;
const CLOCK = new Int32Array(new SharedArrayBuffer(4));

function plain(item: unknown): unknown {
  if (typeof item !== 'bigint') return item;
  const number = Number(item);
  return Number.isSafeInteger(number) ? number : item.toString();
}

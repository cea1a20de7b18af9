/** Standard error, a line at a time; and the one failure of standard output that is none. */
import { writeSync } from 'node:fs';

export function complain(words: string): void {
  try {
    writeSync(2, `daxkit: ${words}\n`);
  } catch {
    // Nobody is left to be told.
  }
}

/** The reader of standard output went away, as `head` does: the command ends, and well. */
export function isBrokenPipe(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'EPIPE';
}

/** What failed and why, in one line that is fit for a terminal. */
import { FsError } from '../core/index.js';
import { quote } from './quote.js';

/** A failure of a command, with what it was about. */
export class Failure extends Error {
  override readonly name = 'Failure';

  /** @param subject a place, a path, or words of our own */
  constructor(subject: string | Uint8Array, cause: unknown) {
    super(`${quote(subject)}: ${explain(cause)}`);
  }
}

/** A command that was asked wrongly: the process ends with status 2. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** For the line on standard error, after `daxkit: `. */
export function describeFailure(error: unknown): string {
  return error instanceof Failure ? error.message : explain(error);
}

/**
 * Why, in words: the detail of an error of daxkit, where it has one; else the message of an error without
 * its code, which says nothing to a user, and without its call and path, which the user knows.
 */
export function explain(error: unknown): string {
  if (!(error instanceof Error)) return oneLine(String(error));
  if (error instanceof FsError && error.context.detail !== undefined)
    return oneLine(error.context.detail);
  const { code, syscall } = error as { code?: unknown; syscall?: unknown };
  let words = error.message;
  if (typeof code === 'string' && words.startsWith(`${code}: `))
    words = words.slice(code.length + 2);
  if (typeof syscall === 'string') words = words.split(`, ${syscall}`)[0]!;
  return oneLine(words);
}

/** Names can reach a message: nothing in them may break the line or steer the terminal. */
function oneLine(text: string): string {
  return text.replace(/[\p{Cc}\p{Zl}\p{Zp}\p{Bidi_Control}]/gu, '?');
}

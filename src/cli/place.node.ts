/**
 * A place in an image, as `docker cp` writes one: IMAGE:/path, or IMAGE for its root.
 *
 * An argument that exists as a file is an image as a whole, colons and all; any other is split at its
 * first ":/". An image whose own path holds ":/" is reached through a link, or from its directory.
 */
import { statSync } from 'node:fs';
import { rawArgument } from './raw-arguments.node.js';

export interface Place {
  /** As the user wrote it, for messages. */
  readonly text: Buffer;
  readonly image: string;
  /** Absolute, in bytes: names need not be UTF-8. */
  readonly path: Buffer;
}

const ROOT = Buffer.from('/');

export function parsePlace(argument: string): Place {
  const text = rawArgument(argument);
  const colon = text.indexOf(':/');
  if (colon < 0 || exists(text)) return { text, image: text.toString(), path: ROOT };
  return { text, image: text.subarray(0, colon).toString(), path: text.subarray(colon + 1) };
}

function exists(path: Buffer): boolean {
  try {
    statSync(path);
    return true;
  } catch {
    return false;
  }
}

/** What Node adds to the portable file system: streams, and lines of them. */
import { createInterface } from 'node:readline';
import { Readable } from 'node:stream';
import type { Platform } from './types.js';

export const nodePlatform: Platform = {
  createReadStream(chunks, { encoding, highWaterMark }) {
    return Readable.from(chunks, {
      objectMode: false,
      ...(encoding === undefined ? {} : { encoding }),
      ...(highWaterMark === undefined ? {} : { highWaterMark }),
    });
  },
  readLines: (stream) => createInterface({ input: stream, crlfDelay: Infinity }),
};

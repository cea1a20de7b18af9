/** The images under fixtures/, and what is known of them. */
import { closeSync, ftruncateSync, openSync, readFileSync, readdirSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { parseManifest, type Manifest } from './manifest.js';
import { withTemporaryDirectory } from './temporary.js';

/** This file runs from build/test/support. */
export const FIXTURES = fileURLToPath(new URL('../../../fixtures/', import.meta.url));

export function fixtureNames(): string[] {
  const suffix = '.img.gz';
  return readdirSync(FIXTURES)
    .filter((name) => name.endsWith(suffix))
    .map((name) => name.slice(0, -suffix.length));
}

export function loadManifest(name: string): Manifest {
  return parseManifest(readFileSync(join(FIXTURES, `${name}.json`), 'utf8'));
}

/** The image, unpacked in memory. */
export function fixtureBytes(name: string): Uint8Array {
  return gunzipSync(readFileSync(join(FIXTURES, `${name}.img.gz`)));
}

/** The image as a file of its own, for as long as `use` runs. */
export async function withFixtureFile<T>(
  name: string,
  use: (path: string) => Promise<T> | T,
): Promise<T> {
  return withTemporaryDirectory(async (directory) => {
    const path = join(directory, `${name}.img`);
    writeSparse(path, fixtureBytes(name));
    return use(path);
  });
}

const CHUNK_BYTES = 65_536;
const ZEROS = Buffer.alloc(CHUNK_BYTES);

/** Chunks of zeros become holes. */
function writeSparse(path: string, bytes: Uint8Array): void {
  const descriptor = openSync(path, 'w');
  try {
    ftruncateSync(descriptor, bytes.length);
    for (let at = 0; at < bytes.length; at += CHUNK_BYTES) {
      const chunk = bytes.subarray(at, at + CHUNK_BYTES);
      if (ZEROS.compare(chunk, 0, chunk.length, 0, chunk.length) === 0) continue;
      writeSync(descriptor, chunk, 0, chunk.length, at);
    }
  } finally {
    closeSync(descriptor);
  }
}

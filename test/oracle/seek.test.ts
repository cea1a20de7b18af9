/** SEEK_DATA and SEEK_HOLE of lseek, as the kernel answers them. */
import { deepStrictEqual, strictEqual } from 'node:assert/strict';
import { closeSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { open, type FileHandle } from '#src/index.js';
import { loadManifest, withFixtureFile } from '../support/fixtures.js';
import { libcExact } from '../support/libc.js';
import { withLoopMount } from '../support/loop-mount.js';
import { requireOracle } from '../support/oracle.js';

const SEEK_DATA = 3;
const SEEK_HOLE = 4;

/** 'data at 4096', 'hole at 8192', ... to the end of the file. */
type Steps = string[];

describe('seeking data and holes', () => {
  for (const name of ['forms', 'demo', 'block-1k-dir-4k', 'block-64k']) {
    it(`finds what the kernel finds in ${name}`, async (t) => {
      if (!(await requireOracle(t))) return;
      await withFixtureFile(name, async (path) => {
        const entries = loadManifest(name).fileSystems[0]!.entries;
        const files = entries.filter(
          ({ type, path: file }) => type === 'file' && file !== undefined,
        );
        const expected = await withLoopMount(path, { readOnly: true }, (mountPoint) =>
          files.map((file) => kernelSteps(join(mountPoint, file.path!))),
        );
        const fs = await open(path);
        for (const [index, file] of files.entries()) {
          const handle = await fs.open(file.path!);
          deepStrictEqual(await ourSteps(handle), expected[index], file.path);
        }
        await fs.close();
      });
    });
  }
});

function kernelSteps(path: string): Steps {
  const descriptor = openSync(path, 'r');
  try {
    const steps: Steps = [];
    for (let at = 0n; ;) {
      const data = kernelSeek(descriptor, at, SEEK_DATA);
      if (data === undefined) return steps;
      at = kernelSeek(descriptor, data, SEEK_HOLE)!;
      steps.push(`data at ${data}`, `hole at ${at}`);
    }
  } finally {
    closeSync(descriptor);
  }
}

/** @returns undefined for ENXIO: nothing from there on */
function kernelSeek(descriptor: number, from: bigint, whence: number): bigint | undefined {
  try {
    return libcExact('lseek', descriptor, from, whence);
  } catch (error) {
    if ((error as { code?: string }).code === 'ENXIO') return undefined;
    throw error;
  }
}

async function ourSteps(handle: FileHandle): Promise<Steps> {
  const steps: Steps = [];
  for (let at = 0n; ;) {
    let data;
    try {
      data = await handle.seekData(at);
    } catch (error) {
      strictEqual((error as { code?: string }).code, 'ENXIO');
      return steps;
    }
    at = BigInt(await handle.seekHole(data));
    steps.push(`data at ${data}`, `hole at ${at}`);
  }
}

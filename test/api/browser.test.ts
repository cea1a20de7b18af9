/**
 * The browser entry, in a process where Node's modules cannot be imported from it and there is no Buffer:
 * it opens a Blob, and what it lists and reads equals the manifest.
 */
import { equal } from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { test } from 'node:test';
import { Worker } from 'node:worker_threads';
import { fixtureBytes, loadManifest } from '../support/fixtures.js';

interface Report {
  readonly names: readonly string[];
  readonly contents: Uint8Array;
  readonly mapped: Uint8Array;
  readonly mode: string;
}

function runInBrowser(bytes: Uint8Array, path: string): Promise<Report> {
  const file = fileURLToPath(new URL('browser-worker.js', import.meta.url));
  const worker = new Worker(file, { workerData: { bytes, path } });
  return new Promise((resolve, reject) => {
    worker.once('message', resolve);
    worker.once('error', reject);
  });
}

test('the browser entry reads a Blob without anything of Node', async () => {
  const manifest = loadManifest('forms').fileSystems[0]!;
  const file = manifest.entries.find(({ path }) => path === '/data/btree')!;
  const report = await runInBrowser(fixtureBytes('forms'), '/data/btree');
  equal(report.names.length, manifest.entries.length - 1, 'all but the root');
  equal(createHash('sha256').update(report.contents).digest('hex'), file.sha256);
  equal(createHash('sha256').update(report.mapped).digest('hex'), file.sha256);
  equal(report.mode, 'copy');
});

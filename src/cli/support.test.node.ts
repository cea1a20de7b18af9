/** What the tests of the command share: fixtures as files, and runs of `daxkit` as a process. */
import { spawnSync, type SpawnSyncOptions } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';

export const COMMAND = fileURLToPath(new URL('./main.node.js', import.meta.url));

/** A folder of this test's own, which goes with it. */
export function scratch(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'daxkit-cli-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** A fixture, unpacked into a folder of the test's own. */
export function fixture(t: TestContext, name: string): string {
  const packed = readFileSync(new URL(`../../fixtures/${name}.img.gz`, import.meta.url));
  const path = join(scratch(t), `${name}.img`);
  writeFileSync(path, gunzipSync(packed));
  return path;
}

/** Fields of a manifest, fixtures/README.md says which there are. */
export interface KnownEntry {
  readonly path?: string;
  readonly type: string;
  readonly mode: string;
  readonly size: number;
  readonly ino: number;
  readonly mtime: string;
  readonly sha256?: string;
  readonly target?: string;
  readonly extents?: readonly (readonly [number, number, number, string])[];
}

export function knownEntries(name: string): KnownEntry[] {
  const text = readFileSync(new URL(`../../fixtures/${name}.json`, import.meta.url), 'utf8');
  const { fileSystems } = JSON.parse(text) as { fileSystems: { entries: KnownEntry[] }[] };
  return fileSystems[0]!.entries;
}

export interface Run {
  readonly status: number | null;
  readonly stdout: Buffer;
  /** As text. */
  readonly out: string;
  readonly err: string;
}

export function daxkit(args: readonly string[], options: SpawnSyncOptions = {}): Run {
  const { status, stdout, stderr } = spawnSync(process.execPath, [COMMAND, ...args], {
    maxBuffer: 2 ** 30,
    ...options,
    encoding: 'buffer',
  });
  return { status, stdout, out: stdout?.toString() ?? '', err: stderr?.toString() ?? '' };
}

/** Does the shell find this program? */
export function hasProgram(name: string): boolean {
  return spawnSync('sh', ['-c', `command -v ${name}`]).status === 0;
}

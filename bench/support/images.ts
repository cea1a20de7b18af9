/** The images that benchmarks run on: made through the kernel, in memory where the machine has the room. */
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { withLoopMount } from '../../test/support/loop-mount.js';
import { run } from '../../test/support/shell.js';

const MEMORY = '/dev/shm';

/** What it takes to make an image through the kernel, or why it cannot be had. */
export function imageProblem(): string | undefined {
  if (process.getuid?.() !== 0) return 'needs root, for a loop mount';
  try {
    run('mkfs.xfs', ['-V']);
  } catch {
    return 'needs mkfs.xfs';
  }
  return undefined;
}

/** A folder for as long as `use` runs. */
export async function withFolder<T>(use: (folder: string) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(existsSync(MEMORY) ? MEMORY : tmpdir(), 'daxkit-bench-'));
  try {
    return await use(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Makes an image of `gibibytes`, sparse, and lets `fill` write to it through the kernel. */
export async function makeImage(
  folder: string,
  gibibytes: number,
  fill: (mountPoint: string) => void,
): Promise<string> {
  const image = join(folder, 'image.xfs');
  run('truncate', ['-s', `${gibibytes * 1024}M`, image]);
  run('mkfs.xfs', ['-q', '-f', image]);
  await withLoopMount(image, {}, fill);
  return image;
}

/** A copy of /usr/share without its manual pages: about 30,000 entries and 500 MB on a Debian with tools. */
export function fillWithReferenceTree(mountPoint: string): void {
  run('cp', ['-a', '/usr/share', join(mountPoint, 'share')]);
  rmSync(join(mountPoint, 'share', 'man'), { recursive: true, force: true });
}

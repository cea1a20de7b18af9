/** cp -r of the reference tree out of an image, against cp -a from a kernel mount; and memory for 10 GiB. */
import { execFileSync, spawn } from 'node:child_process';
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { withLoopMount } from '../test/support/loop-mount.js';
import { run } from '../test/support/shell.js';
import { fillWithReferenceTree, imageProblem, makeImage, withFolder } from './support/images.js';
import { figure, inTurns, report } from './support/measure.js';

const COMMAND = join(import.meta.dirname, '../../dist/bin/daxkit.js');
const ENTRIES = 30_000;

async function copyTree(folder: string): Promise<void> {
  const image = await makeImage(folder, 2, fillWithReferenceTree);
  const target = join(folder, 'out');
  await withLoopMount(image, { readOnly: true }, async (mountPoint) => {
    const timings = await inTurns(
      5,
      () => {
        rmSync(target, { recursive: true, force: true });
        execFileSync(process.execPath, [COMMAND, 'cp', '-r', `${image}:/share`, target]);
      },
      () => {
        rmSync(target, { recursive: true, force: true });
        run('cp', ['-a', join(mountPoint, 'share'), target]);
      },
    );
    report(
      'cp -r of the reference tree, removal of the last copy included; reference: cp -a',
      timings,
      ENTRIES,
      'entries',
      'ratio >= 1',
    );
  });
  rmSync(target, { recursive: true, force: true });
}

/** The most memory that a process had resident, KiB, while it ran. */
async function peakKibibytes(args: readonly string[]): Promise<number> {
  const child = spawn(process.execPath, args, { stdio: 'inherit' });
  let peak = 0;
  const sample = setInterval(() => {
    try {
      const status = readFileSync(`/proc/${child.pid}/status`, 'utf8');
      peak = Math.max(peak, Number(/VmHWM:\s+(\d+)/.exec(status)?.[1] ?? 0));
    } catch {
      // It has ended.
    }
  }, 20);
  await new Promise((resolve) => child.once('exit', resolve));
  clearInterval(sample);
  return peak;
}

/** Five files of 2 GiB that share their blocks, so that only the copy takes 10 GiB. */
async function copyLarge(folder: string): Promise<void> {
  const image = await makeImage(folder, 4, (mountPoint) => {
    const first = join(mountPoint, 'part-0');
    run('dd', ['if=/dev/urandom', `of=${first}`, 'bs=1M', 'count=2048', 'status=none']);
    for (let i = 1; i < 5; i++)
      run('cp', ['--reflink=always', first, join(mountPoint, `part-${i}`)]);
  });
  const peak = await peakKibibytes([COMMAND, 'cp', '-r', `${image}:/`, join(folder, 'out')]);
  figure('most resident while 10 GiB are copied out', peak / 1024, 'MiB', '< 150');
}

const problem = imageProblem();
if (problem !== undefined) console.log(`skipped: ${problem}`);
else {
  await withFolder(copyTree);
  await withFolder(copyLarge);
}

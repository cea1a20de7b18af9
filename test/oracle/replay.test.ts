/**
 * The kernel works on an image and is stopped dead; then two copies are recovered, one by the kernel and one
 * by us in memory, and must show the same tree. Replay a run with DAXKIT_SEED.
 */
import { strictEqual } from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import {
  copyFileSync,
  linkSync,
  mkdirSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { openDevice } from '#src/index.js';
import { Random } from '#src/core/index.js';
import { firstDifference } from '../support/compare.js';
import { kernelListing } from '../support/kernel-listing.js';
import { withLoopMount } from '../support/loop-mount.js';
import { requireOracle } from '../support/oracle.js';
import { ourListing } from '../support/our-listing.js';
import { openReplayed } from '../support/replayed.js';
import { run } from '../support/shell.js';
import { withTemporaryDirectory } from '../support/temporary.js';

const OPERATIONS = 400;

const FORMATS = [
  ['-m', 'rmapbt=1,reflink=1'],
  ['-m', 'reflink=0', '-b', 'size=1k', '-n', 'size=8k'],
  ['-m', 'bigtime=0,finobt=0,inobtcount=0', '-i', 'size=1024,nrext64=1'],
  ['-s', 'size=4096', '-i', 'sparse=0'],
] as const;

/** Names come and go, so that inodes, directories of every form, attributes and maps are made and freed. */
function work(mountPoint: string, random: Random): void {
  const paths: string[] = [];
  const folders = [mountPoint];
  for (let i = 0; i < OPERATIONS; i++) {
    const path = join(random.pick(folders), `name-${i}-${'x'.repeat(random.below(60))}`);
    const old = paths.length === 0 ? undefined : random.pick(paths);
    const choice = random.below(100);
    try {
      if (choice < 40) {
        writeFileSync(path, Buffer.alloc(random.below(40_000), i));
        paths.push(path);
      } else if (choice < 50) {
        mkdirSync(path);
        folders.push(path);
      } else if (choice < 58) symlinkSync('t'.repeat(1 + random.below(900)), path);
      else if (old === undefined) continue;
      else if (choice < 70) rmSync(old);
      else if (choice < 78) renameSync(old, path);
      else if (choice < 84) linkSync(old, path);
      else if (choice < 90) truncateSync(old, random.below(200_000));
      else
        run('setfattr', [
          '-n',
          `user.${'n'.repeat(1 + random.below(30))}`,
          '-v',
          'v'.repeat(random.below(3000)),
          old,
        ]);
    } catch (error) {
      if (!/ENOENT|EEXIST|No such file|too long|Argument list/.test(String(error))) throw error;
    }
    if (random.below(60) === 0) execFileSync('sync', ['-f', mountPoint]);
  }
}

test('the kernel and we recover the same', async (t) => {
  if (!(await requireOracle(t))) return;
  const seed = Number(process.env['DAXKIT_SEED'] ?? Math.floor(Math.random() * 2 ** 31));
  t.diagnostic(`DAXKIT_SEED=${seed}`);
  await withTemporaryDirectory(async (directory) => {
    const [image, kernels] = [join(directory, 'dirty.img'), join(directory, 'recovered.img')];
    for (const [index, format] of FORMATS.entries()) {
      for (const shutdown of ['shutdown -f', 'shutdown']) {
        const random = new Random(seed + index * 2 + (shutdown === 'shutdown' ? 1 : 0));
        rmSync(image, { force: true });
        writeFileSync(image, '');
        truncateSync(image, 320 * 2 ** 20);
        run('mkfs.xfs', ['-q', ...format, image]);
        await withLoopMount(image, {}, (mountPoint) => {
          work(mountPoint, random);
          run('xfs_io', ['-x', '-c', shutdown, mountPoint]);
        });
        copyFileSync(image, kernels);
        const expected = await withLoopMount(kernels, {}, (mountPoint) =>
          kernelListing(mountPoint),
        );
        const { fs, result } = await openReplayed(await openDevice(image));
        const what = `${format.join(' ')}, ${shutdown}, ${result.transactions} transactions`;
        const difference = firstDifference(expected, await ourListing(fs), { ignore: ['xfs'] });
        await fs.close();
        strictEqual(difference, undefined, what);
      }
    }
  });
});

/** cat of a 1 GiB file in an image to /dev/null, whole processes, against cat of the image file. */
import { execFileSync } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { run } from '../test/support/shell.js';
import { imageProblem, makeImage, withFolder } from './support/images.js';
import { inTurns, report } from './support/measure.js';

const COMMAND = join(import.meta.dirname, '../../dist/bin/daxkit.js');

/** Little more than the file and the log. */
const IMAGE_MEBIBYTES = 1152;

/** Runs a command with its output to /dev/null itself: no pipe between. */
function discard(command: string, args: readonly string[]): void {
  const sink = openSync('/dev/null', 'w');
  try {
    execFileSync(command, args, { stdio: ['ignore', sink, 'inherit'] });
  } finally {
    closeSync(sink);
  }
}

const problem = imageProblem();
if (problem !== undefined) console.log(`skipped: ${problem}`);
else
  await withFolder(async (folder) => {
    const image = await makeImage(folder, IMAGE_MEBIBYTES / 1024, (mountPoint) => {
      const target = join(mountPoint, 'file');
      run('dd', ['if=/dev/urandom', `of=${target}`, 'bs=1M', 'count=1024', 'status=none']);
    });
    const timings = await inTurns(
      15,
      () => discard(process.execPath, [COMMAND, 'cat', `${image}:/file`]),
      () => discard('cat', [image]),
    );
    // The image is longer than the file in it: time for a GiB of it.
    const reference = timings.reference.map((time) => (time * 1024) / IMAGE_MEBIBYTES);
    report(
      'cat of 1 GiB to /dev/null; reference: cat of the image file',
      { ours: timings.ours, reference },
      1024,
      'MiB',
      'ratio >= 0.8',
    );
  });

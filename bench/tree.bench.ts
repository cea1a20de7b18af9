/** readdir and lstat of every entry of the reference tree, warm, against find -ls on a kernel mount. */
import { join } from 'node:path';
import { open } from '#src/index.js';
import { withLoopMount } from '../test/support/loop-mount.js';
import { run } from '../test/support/shell.js';
import { fillWithReferenceTree, imageProblem, makeImage, withFolder } from './support/images.js';
import { inTurns, report } from './support/measure.js';

const problem = imageProblem();
if (problem !== undefined) console.log(`skipped: ${problem}`);
else
  await withFolder(async (folder) => {
    const image = await makeImage(folder, 2, fillWithReferenceTree);
    await using fs = await open(image);
    const walk = async (): Promise<number> => {
      const paths = await fs.readdir('/', { recursive: true });
      for (const path of paths) await fs.lstat(path);
      return paths.length;
    };
    const entries = await walk();
    console.log(`${entries} entries`);
    await withLoopMount(image, { readOnly: true }, async (mountPoint) => {
      const find = (): unknown => run('find', [join(mountPoint, 'share'), '-ls']);
      const timings = await inTurns(9, walk, find);
      report(
        'readdir + lstat of everything, warm; reference: find -ls',
        timings,
        entries,
        'entries',
        'ours >= 200,000 entries/s',
      );
    });
  });

/** A mapped file: what making the mapping costs, and how fast its bytes are summed. */
import { openSync, writeSync, closeSync } from 'node:fs';
import { join } from 'node:path';
import { open } from '#src/index.js';
import { run } from '../test/support/shell.js';
import { imageProblem, makeImage, withFolder } from './support/images.js';
import { figure, inTurns, report } from './support/measure.js';

const GIBIBYTE = 2 ** 30;
const EXTENTS = 10_000;

function fill(mountPoint: string): void {
  const dense = join(mountPoint, 'dense');
  run('dd', ['if=/dev/urandom', `of=${dense}`, 'bs=1M', 'count=1024', 'status=none']);
  // Every second block written: as many extents as holes.
  const descriptor = openSync(join(mountPoint, 'scattered'), 'w');
  const block = Buffer.alloc(4096, 1);
  for (let i = 0; i < EXTENTS; i++) writeSync(descriptor, block, 0, 4096, i * 8192);
  closeSync(descriptor);
}

/** One function for each kind of memory: shared feedback would make both slow. */
function sumMapped(values: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i]!;
  return sum;
}

function sumOrdinary(values: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i]!;
  return sum;
}

const problem = imageProblem();
if (problem !== undefined) console.log(`skipped: ${problem}`);
else
  await withFolder(async (folder) => {
    const image = await makeImage(folder, 3, fill);
    await using fs = await open(image);
    const dense = await fs.open('/dense');
    const mapping = await dense.mmap();
    console.log(`dense: ${mapping.extents.length} extents, ${mapping.mode}`);
    const mapped = new Float64Array(mapping.buffer);
    const ordinary = new Float64Array(GIBIBYTE / 8);
    ordinary.set(mapped);
    const timings = await inTurns(
      7,
      () => sumMapped(mapped),
      () => sumOrdinary(ordinary),
    );
    report(
      'sum of 1 GiB as Float64Array; reference: an ArrayBuffer',
      timings,
      1024,
      'MiB',
      'ratio >= 0.95',
    );

    const scattered = await fs.open('/scattered');
    let best = Infinity;
    for (let round = 0; round < 5; round++) {
      const start = performance.now();
      const many = await scattered.mmap();
      best = Math.min(best, ((performance.now() - start) * 1000) / many.extents.length);
      many.close();
    }
    figure(`making a mapping of ${EXTENTS} extents`, best, 'us an extent', '<= 20');
  });

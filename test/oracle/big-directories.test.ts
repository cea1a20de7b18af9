/** Directories of a hundred thousand entries, of equal hashes, of what many removals leave, and deep ones. */
import { describe, it } from 'node:test';
import { Random } from '#src/core/index.js';
import { againstKernel } from '../support/against-kernel.js';
import { MIB } from '../support/mkfs.js';
import { byHash, collidingNames } from '../support/names.js';
import { requireOracle } from '../support/oracle.js';
import { testSeed } from '../support/seed.js';
import { setDirectoryBlockLog } from '../support/superblock-patch.js';
import type { TreeWriter } from '../support/tree-writer.js';

const TARGETS = 11;

/** A directory of hard links that take turns between a few files. */
function fillNames(tree: TreeWriter, path: string, names: readonly string[]): void {
  tree.directory(path);
  for (let index = 0; index < TARGETS; index++) tree.file(`${path}-${index}`, `${index}`);
  names.forEach((name, index) => tree.link(`${path}/${name}`, `${path}-${index % TARGETS}`));
}

function numbered(count: number): string[] {
  return Array.from({ length: count }, (_, index) => `file-${index}`);
}

describe('big directories', () => {
  it('lists and finds 130,000 names in a hash tree of two levels', async (t) => {
    if (!(await requireOracle(t))) return;
    await againstKernel({
      bytes: 320 * MIB,
      options: [],
      fill: (tree) => fillNames(tree, '/big', byHash(numbered(130_000))),
      forms: { '/big': { data: 'btree/1 node/2' } },
    });
  });

  it('reads directory blocks of 1 KiB and of 64 KiB', async (t) => {
    if (!(await requireOracle(t))) return;
    await againstKernel({
      bytes: 320 * MIB,
      options: ['-b', 'size=1k'],
      patch: (path) => setDirectoryBlockLog(path, 0),
      fill: (tree) => fillNames(tree, '/big', numbered(40_000)),
      forms: { '/big': { data: 'btree/2 node/2' } },
    });
    await againstKernel({
      bytes: 320 * MIB,
      options: ['-b', 'size=1k', '-n', 'size=64k'],
      fill: (tree) => fillNames(tree, '/big', numbered(40_000)),
      forms: { '/big': { data: 'btree/1 node/1' } },
    });
  });

  it('finds each of 4,096 names that share one hash, across leaves', async (t) => {
    if (!(await requireOracle(t))) return;
    await againstKernel({
      bytes: 320 * MIB,
      options: ['-b', 'size=1k'],
      fill: (tree) => fillNames(tree, '/colliding', [...collidingNames(4096), ...numbered(500)]),
    });
  });

  it('reads what is left after most names went', async (t) => {
    if (!(await requireOracle(t))) return;
    const random = new Random(testSeed(t));
    await againstKernel({
      bytes: 320 * MIB,
      options: [],
      fill(tree) {
        const names = numbered(30_000);
        fillNames(tree, '/thinned', names);
        for (const name of names) if (random.below(20) > 0) tree.remove(`/thinned/${name}`);
        for (let index = 0; index < 300; index++) tree.file(`/thinned/later-${random.next()}`);
      },
    });
  });

  it('walks 1,000 directories down', async (t) => {
    if (!(await requireOracle(t))) return;
    await againstKernel({
      bytes: 320 * MIB,
      options: [],
      fill(tree) {
        for (let depth = 1; depth <= 1000; depth++) tree.directory('/d'.repeat(depth));
      },
    });
  });
});

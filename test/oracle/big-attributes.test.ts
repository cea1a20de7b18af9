/** Attributes by the thousand, of equal hashes, with values of 64 KiB, and after most of them went. */
import { describe, it } from 'node:test';
import { Random } from '#src/core/index.js';
import { againstKernel } from '../support/against-kernel.js';
import { MIB } from '../support/mkfs.js';
import { collidingNames } from '../support/names.js';
import { requireOracle } from '../support/oracle.js';
import { testSeed } from '../support/seed.js';
import type { TreeWriter } from '../support/tree-writer.js';

const XATTR_BYTES_MAX = 65_536;

/** The kernel lists at most 64 KiB of names: the count times the length stays below that. */
function fillMany(tree: TreeWriter, path: string, count: number): void {
  tree.file(path);
  for (let index = 0; index < count; index++) {
    tree.xattr(path, `user.${index}`, `value ${index} `.repeat(index % 5));
  }
}

describe('many attributes', () => {
  for (const [block, attr] of [
    ['1k', 'btree/1 node/2'],
    ['4k', 'extents node/1'],
    ['64k', 'extents node/1'],
  ] as const) {
    it(`lists and gets 6,000 of them in blocks of ${block}`, async (t) => {
      if (!(await requireOracle(t))) return;
      await againstKernel({
        bytes: (block === '64k' ? 1024 : 320) * MIB,
        options: ['-b', `size=${block}`],
        fill: (tree) => fillMany(tree, '/many', 6000),
        forms: { '/many': { attr } },
      });
    });
  }

  it('finds each of 1,024 whose names share one hash', async (t) => {
    if (!(await requireOracle(t))) return;
    await againstKernel({
      bytes: 320 * MIB,
      options: ['-b', 'size=1k'],
      fill(tree) {
        tree.file('/colliding');
        for (const name of collidingNames(1024)) tree.xattr('/colliding', `user.${name}`, name);
        for (const name of collidingNames(64)) tree.xattr('/colliding', `trusted.${name}`, name);
      },
    });
  });

  it('reads remote values of every length around a block, and of 64 KiB', async (t) => {
    if (!(await requireOracle(t))) return;
    for (const block of [1024, 4096]) {
      const lengths = [1, 2, 3, 7].flatMap((blocks) =>
        [-57, -56, -55, -1, 0, 1].map((more) => blocks * block + more),
      );
      await againstKernel({
        bytes: 320 * MIB,
        options: ['-b', `size=${block}`],
        fill(tree) {
          tree.file('/remote');
          for (const length of [...lengths, XATTR_BYTES_MAX - 1, XATTR_BYTES_MAX]) {
            tree.xattr('/remote', `user.${length}`, Buffer.alloc(length, `${length} `));
          }
        },
      });
    }
  });

  it('reads what is left after most of them went', async (t) => {
    if (!(await requireOracle(t))) return;
    const random = new Random(testSeed(t));
    await againstKernel({
      bytes: 320 * MIB,
      options: ['-b', 'size=1k'],
      fill(tree) {
        fillMany(tree, '/thinned', 3000);
        for (let index = 0; index < 3000; index++) {
          if (random.below(10) > 0) tree.removeXattr('/thinned', `user.${index}`);
        }
        for (let index = 0; index < 50; index++) {
          tree.xattr('/thinned', `user.later-${index}`, Buffer.alloc(random.below(3000), 'x'));
        }
      },
    });
  });
});

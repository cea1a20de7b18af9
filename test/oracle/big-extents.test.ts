/** Files with tens of thousands of extents: extent B+trees of up to three levels, and mappings of them. */
import { describe, it } from 'node:test';
import { againstKernel } from '../support/against-kernel.js';
import { fillScattered } from '../support/form-data.js';
import { blockOf } from '../support/patterns.js';
import { MIB } from '../support/mkfs.js';
import { requireOracle } from '../support/oracle.js';
import { Allocate, type TreeWriter } from '../support/tree-writer.js';

const BLOCK = 4096;

describe('files of many extents', () => {
  it('reads 80,000 extents of 1 KiB in a B+tree of three levels', async (t) => {
    if (!(await requireOracle(t))) return;
    await againstKernel({
      bytes: 512 * MIB,
      options: ['-b', 'size=1k'],
      fill: (tree) => fillScattered(tree, '/scattered', 1024, 80_000),
      forms: { '/scattered': { data: 'btree/3' } },
    });
  });

  it('maps 40,000 extents of a page, more than a process may have mappings for', async (t) => {
    if (!(await requireOracle(t))) return;
    await againstKernel({
      bytes: 512 * MIB,
      options: [],
      fill: (tree) => fillScattered(tree, '/scattered', BLOCK, 40_000),
      forms: { '/scattered': { data: 'btree/2' } },
    });
  });

  it('counts them with nrext64, and finds their owners with rmapbt', async (t) => {
    if (!(await requireOracle(t))) return;
    await againstKernel({
      bytes: 512 * MIB,
      options: ['-i', 'nrext64=1', '-m', 'rmapbt=1'],
      fill: (tree) => fillScattered(tree, '/scattered', BLOCK, 12_000),
    });
  });

  it('tells written, unwritten, shared and own blocks apart, one by one', async (t) => {
    if (!(await requireOracle(t))) return;
    await againstKernel({ bytes: 512 * MIB, options: [], fill: fillAlternating });
  });
});

const ALTERNATIONS = 6000;

function fillAlternating(tree: TreeWriter): void {
  const bytes = 2 * ALTERNATIONS * BLOCK;
  const writes = Array.from({ length: ALTERNATIONS }, (_, index): [number, Buffer] => [
    2 * index * BLOCK,
    blockOf('alternating', index, BLOCK),
  ]);
  tree.file('/half-written');
  tree.allocate('/half-written', Allocate.grow, 0, bytes);
  tree.writeEach('/half-written', writes);
  tree.file('/half-shared', Buffer.alloc(bytes, 'shared at first '));
  tree.file('/clone');
  tree.clone('/half-shared', '/clone');
  tree.writeEach('/half-shared', writes);
}

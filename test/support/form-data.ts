/** Files with every kind of extent map: holes, unwritten, shared, shifted, scattered, and the largest file. */
import { literalArea, type Geometry } from './geometry.js';
import { blockOf } from './patterns.js';
import { Allocate, type TreeWriter } from './tree-writer.js';

export function fillData(tree: TreeWriter, geometry: Geometry): void {
  const { block } = geometry;
  const blocks = (name: string, count: number): Buffer =>
    Buffer.concat(Array.from({ length: count }, (_, index) => blockOf(name, index, block)));
  tree.directory('/data');
  tree.file('/data/dense', Buffer.concat([blocks('dense', 5), Buffer.from('and a tail')]));
  tree.file('/data/one-byte', '1');
  tree.file('/data/hole-only');
  tree.truncate('/data/hole-only', 10 * block + 77);
  tree.file('/data/sparse');
  for (const index of [1, 4, 5, 9])
    tree.writeAt('/data/sparse', index * block, blockOf('sparse', index, block));
  tree.truncate('/data/sparse', 12 * block + 3);
  tree.file('/data/unwritten');
  tree.allocate('/data/unwritten', Allocate.grow, 0, 8 * block);
  tree.file('/data/half-written');
  tree.allocate('/data/half-written', Allocate.grow, 0, 12 * block);
  for (const index of [0, 3, 6, 7])
    tree.writeAt('/data/half-written', index * block, blockOf('half', index, block));
  tree.file('/data/past-end', 'ends long before its blocks do\n');
  tree.allocate('/data/past-end', Allocate.keepSize, 0, 6 * block);
  tree.file('/data/punched', blocks('punched', 9));
  tree.allocate('/data/punched', Allocate.punchHole, block, 2 * block);
  tree.allocate('/data/punched', Allocate.zero, 5 * block, block);
  tree.file('/data/shifted', blocks('shifted', 8));
  tree.allocate('/data/shifted', Allocate.collapse, 2 * block, block);
  tree.allocate('/data/shifted', Allocate.insert, 4 * block, 2 * block);
  tree.file('/data/largest');
  tree.writeAt('/data/largest', 0, Buffer.from('the first byte of the largest file'));
  tree.writeAt('/data/largest', 2n ** 63n - 2n, Buffer.from('!'));
  fillScattered(tree, '/data/btree', block, Math.ceil(literalArea(geometry) / 16) + 20);
  if (geometry.reflink) fillShared(tree, block, blocks);
}

/** A file of `count` extents: every other block is a hole. The size first: nothing is allocated ahead. */
export function fillScattered(tree: TreeWriter, path: string, block: number, count: number): void {
  tree.file(path);
  tree.truncate(path, 2 * count * block);
  const indices = Array.from({ length: count }, (_, index) => index);
  tree.writeEach(
    path,
    indices.map((index) => [2 * index * block, blockOf('scattered', index, block)]),
  );
}

function fillShared(
  tree: TreeWriter,
  block: number,
  blocks: (name: string, count: number) => Buffer,
): void {
  tree.file('/data/original', blocks('original', 10));
  tree.file('/data/clone');
  tree.clone('/data/original', '/data/clone');
  tree.file('/data/partial-clone', blocks('own', 6));
  tree.clone('/data/original', '/data/partial-clone', 4 * block, 2 * block, 3 * block);
  tree.file('/data/changed-clone');
  tree.clone('/data/original', '/data/changed-clone');
  tree.writeAt('/data/changed-clone', 3 * block, blockOf('changed', 3, block));
  tree.file('/data/formerly-shared', blocks('former', 4));
  tree.file('/data/gone');
  tree.clone('/data/formerly-shared', '/data/gone');
  tree.remove('/data/gone');
}

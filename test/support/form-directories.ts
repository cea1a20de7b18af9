/**
 * Directories of every form, of odd and of colliding names, and with holes. They hold hard links of a few
 * files, so that they cost no inodes; the links take turns, so that a name that leads to the wrong
 * inode shows.
 */
import { literalArea, type Geometry } from './geometry.js';
import { collidingNames, ODD_NAMES } from './names.js';
import type { TreeWriter } from './tree-writer.js';

/** A directory of `count` hard links. */
function fillLinks(tree: TreeWriter, path: string, names: readonly (string | Buffer)[]): void {
  tree.directory(path);
  names.forEach((name, index) => {
    tree.link(Buffer.concat([Buffer.from(`${path}/`), Buffer.from(name)]), linkTarget(index));
  });
}

const LINK_TARGETS = 7;

function linkTarget(index: number): string {
  return `/dirs/targets/${index % LINK_TARGETS}`;
}

function numbered(count: number, length: number): string[] {
  return Array.from({ length: count }, (_, index) => index.toString().padStart(length, '-'));
}

export function fillDirectories(tree: TreeWriter, geometry: Geometry): void {
  const { directoryBlock } = geometry;
  tree.directory('/dirs');
  tree.directory('/dirs/targets');
  for (let index = 0; index < LINK_TARGETS; index++) {
    tree.file(`/dirs/targets/${index}`, `target ${index}\n`);
  }
  tree.directory('/dirs/empty');
  tree.directory('/dirs/short');
  tree.file('/dirs/short/file');
  tree.directory('/dirs/short/directory');
  tree.symlink('/dirs/short/symlink', 'file');
  // With a name of 40 bytes, an entry takes 48 in a short directory and 64 in a block one, its hash included.
  fillLinks(tree, '/dirs/block', numbered(Math.ceil(literalArea(geometry) / 48) + 2, 40));
  // With one of six, 24, and 8 in the leaf: more than one data block, and less than one leaf.
  fillLinks(tree, '/dirs/leaf', numbered(Math.ceil((directoryBlock / 24) * 1.05), 6));
  if (directoryBlock <= 16_384) fillLinks(tree, '/dirs/node', numbered(directoryBlock / 8, 6));
  fillLinks(tree, '/dirs/odd-names', ODD_NAMES);
  fillLinks(tree, '/dirs/colliding', collidingNames(48));
  fillLinks(tree, '/dirs/holes', numbered(90, 30));
  for (const [index, name] of numbered(90, 30).entries()) {
    if (index % 3 !== 1) tree.remove(`/dirs/holes/${name}`);
  }
  fillLinks(tree, '/dirs/emptied', numbered(90, 30));
  for (const name of numbered(90, 30)) tree.remove(`/dirs/emptied/${name}`);
}

import { deepEqual, equal } from 'node:assert/strict';
import { test } from 'node:test';
import { FileType, type DirectoryEntry, type Driver, type Inode } from '../vfs/index.js';
import { walkTree } from './walk.js';

/** Directories by inode number: names and inode numbers. What is not in it is a file. */
type Tree = Record<number, readonly (readonly [name: string, ino: number])[]>;

const ROOT = 1;

/** A driver that lists `pageLength` entries at once, fails for inode 666 and for the second page of 13. */
function driverOf(tree: Tree, pageLength = 2): Driver {
  const inode = (ino: number): Inode => {
    if (ino === 666) throw new Error('broken inode');
    return { ino, mode: ino in tree ? FileType.directory : FileType.regular } as Inode;
  };
  const list = (
    { ino }: Inode,
    from: number,
  ): { entries: DirectoryEntry[]; next: number | undefined } => {
    if (ino === 13 && from > 0) throw new Error('broken block');
    const all = tree[ino]!;
    const entries = all
      .slice(from, from + pageLength)
      .map(([name, child]) => ({ name: Buffer.from(name), ino: child, type: 0 }));
    return { entries, next: from + pageLength < all.length ? from + pageLength : undefined };
  };
  return { inode, list } as Partial<Driver> as Driver;
}

function text(name: Uint8Array | undefined): string {
  return name === undefined ? '' : Buffer.from(name).toString();
}

/** What a walk visits: '+d' entered, 'f', '-d' left, '!name' broken. */
function walk(tree: Tree, leaveOut?: string): string[] {
  const driver = driverOf(tree);
  const steps: string[] = [];
  walkTree(driver, driver.inode(ROOT), {
    enter(name) {
      steps.push(`+${text(name)}`);
      return text(name) !== leaveOut;
    },
    leave: ({ ino }) => steps.push(`-${ino}`),
    file: (name) => steps.push(text(name)),
    broken: (name, error) => steps.push(`!${text(name)} ${(error as Error).message}`),
  });
  return steps;
}

test('depth first, in the order of the disk, over all parts of a directory', () => {
  const tree: Tree = {
    1: [
      ['a', 9],
      ['d', 2],
      ['b', 9],
    ],
    2: [
      ['x', 9],
      ['e', 3],
      ['y', 9],
    ],
    3: [],
  };
  deepEqual(walk(tree), ['a', '+d', 'x', '+e', '-3', 'y', '-2', 'b']);
});

test('a directory that is not entered is not left', () => {
  const tree: Tree = {
    1: [
      ['d', 2],
      ['b', 9],
    ],
    2: [['x', 9]],
  };
  deepEqual(walk(tree, 'd'), ['+d', 'b']);
});

test('what is broken is told, and the rest is walked', () => {
  const tree: Tree = {
    1: [
      ['bad', 666],
      ['d', 13],
      ['b', 9],
    ],
    13: [
      ['x', 9],
      ['y', 9],
      ['never', 9],
    ],
  };
  deepEqual(walk(tree), ['!bad broken inode', '+d', 'x', 'y', '! broken block', '-13', 'b']);
});

test('a directory under two names is entered once', () => {
  const one = 'EUCLEAN: structure needs cleaning: inode 2 breaks "a directory has one name"';
  deepEqual(
    walk({
      1: [
        ['d', 2],
        ['again', 2],
      ],
      2: [['self', 2]],
    }),
    ['+d', `!self ${one}`, '-2', `!again ${one}`],
  );
});

test('the root as an entry of its own', () => {
  equal(walk({ 1: [['root', 1]] })[0]!.slice(0, 6), '!root ');
});

test('a tree of any depth', () => {
  const depth = 100_000;
  const tree: Tree = { 1: [['d', 1001]] };
  for (let ino = 1001; ino < 1000 + depth; ino++) tree[ino] = [['d', ino + 1]];
  const steps = walk(tree);
  equal(steps.length, 2 * (depth - 1) + 1);
});

/** Images whose structures have the forms that take many entries to reach. */
import { fillEveryForm } from '../support/every-form.js';
import { fillScattered } from '../support/form-data.js';
import type { Geometry } from '../support/geometry.js';
import type { Entry, XfsFacts } from '../support/entry.js';
import { byHash } from '../support/names.js';
import { run } from '../support/shell.js';
import { Allocate, type TreeWriter } from '../support/tree-writer.js';
import { mkfs, MIB } from '../support/mkfs.js';
import { setDirectoryBlockLog } from '../support/superblock-patch.js';
import { describe, fill, type Recipe } from './image.js';

const COMMON = { inode: 512, reflink: true, bigtime: true };

export const formRecipes: readonly Recipe[] = [
  {
    name: 'forms',
    about: 'the default geometry: every form that a few hundred inodes reach, in four groups',
    async make(path) {
      const commands = [mkfs(path, { bytes: 64 * MIB, options: ['-L', 'forms'] })];
      const geometry: Geometry = { block: 4096, directoryBlock: 4096, ...COMMON };
      await fill(path, (tree) => fillEveryForm(tree, geometry));
      const record = await describe(path);
      expectForms(record.entries, {
        '/dirs/short': { data: 'local short' },
        '/dirs/block': { data: 'extents block' },
        '/dirs/leaf': { data: 'extents leaf' },
        '/dirs/node': { data: 'extents node/1' },
        '/data/btree': { data: 'btree/1' },
        '/symlinks/local': { data: 'local' },
        '/symlinks/remote': { data: 'extents' },
        '/attrs/short': { attr: 'local' },
        '/attrs/leaf': { attr: 'extents leaf' },
        '/attrs/node': { attr: 'extents node/1' },
      });
      return { commands, fileSystems: [record] };
    },
  },
  {
    name: 'forms-deep',
    about: 'blocks and directory blocks of 1 KiB: B+trees and hash trees of two levels',
    async make(path) {
      const commands = [
        mkfs(path, { bytes: 48 * MIB, options: ['-b', 'size=1k', '-d', 'agcount=3'] }),
      ];
      setDirectoryBlockLog(path, 0);
      commands.push('(set sb_dirblklog to 0 in every superblock, checksum too)');
      await fill(path, fillDeep);
      const record = await describe(path);
      expectForms(record.entries, {
        '/tall': { data: 'btree/1 node/2' },
        '/many-extents': { data: 'btree/2' },
        '/many-attributes': { attr: 'btree/1 node/2' },
      });
      return { commands, fileSystems: [record] };
    },
  },
  {
    name: 'sparse-inodes',
    about: 'free space so scattered that inode chunks had to be sparse',
    async make(path) {
      const commands = [mkfs(path, { bytes: 16 * MIB, options: [] })];
      await fill(path, fillScatteredSpace);
      return { commands, fileSystems: [await describe(path)] };
    },
  },
];

/** A fixture that has lost the form it is there for must not be written. */
function expectForms(
  entries: readonly Entry[],
  forms: Readonly<Record<string, Pick<XfsFacts, 'data' | 'attr'>>>,
): void {
  for (const [path, form] of Object.entries(forms)) {
    const got = entries.find((entry) => entry.path === path)?.xfs;
    for (const fork of ['data', 'attr'] as const) {
      if (form[fork] !== undefined && form[fork] !== got?.[fork]) {
        throw new Error(`${path}: ${fork} is ${got?.[fork]}, not ${form[fork]}`);
      }
    }
  }
}

/**
 * A hash tree gets its second level with its 121st leaf. Names in the order of their hash leave every leaf half
 * full behind them, 60 of 120.
 */
const TALL_NAMES = 7600;
const HARD_LINKS_TO = 16;

function fillDeep(tree: TreeWriter): void {
  tree.directory('/t');
  for (let index = 0; index < HARD_LINKS_TO; index++) tree.file(`/t/${index}`, `target ${index}\n`);
  tree.directory('/tall');
  const names = byHash(Array.from({ length: TALL_NAMES }, (_, index) => index.toString(36)));
  names.forEach((name, index) => tree.link(`/tall/${name}`, `/t/${index % HARD_LINKS_TO}`));
  // Every seventh goes again: holes in data blocks and stale hashes, too few for leaves to merge.
  names.forEach((name, index) => {
    if (index % 7 === 3) tree.remove(`/tall/${name}`);
  });
  fillScattered(tree, '/many-extents', 1024, 1300);
  // One attribute fills a leaf of its own.
  tree.file('/many-attributes', 'a hash tree of two levels\n');
  for (let index = 0; index < 140; index++) {
    tree.xattr('/many-attributes', `user.${index}`, `${index} `.repeat(768 / 4).slice(0, 650));
  }
}

/**
 * Takes all space, gives stretches of seven blocks back, and makes inodes: a chunk of 64 inodes (eight blocks)
 * fits nowhere, half a one (four, aligned) does. A few whole chunks come first, in the group's reserve.
 */
function fillScatteredSpace(tree: TreeWriter): void {
  const BLOCK = 4096;
  run('xfs_io', ['-x', '-c', 'resblks 0', tree.place('/').toString()]); // the last blocks too
  tree.directory('/fillers');
  const big = '/fillers/big';
  tree.file(big);
  let bytes = 0;
  const grow = (step: number): boolean => {
    try {
      tree.allocate(big, Allocate.keepSize, bytes, step);
      bytes += step;
      return true;
    } catch (error) {
      if ((error as { code?: string }).code === 'ENOSPC') return false;
      throw error;
    }
  };
  for (let step = MIB; step >= BLOCK; step /= 2) while (grow(step));
  for (let at = 0; at < bytes; at += 16 * BLOCK) {
    tree.allocate(big, Allocate.punchHole, at, 7 * BLOCK);
  }
  tree.directory('/inodes');
  for (let index = 0; index < 400; index++) tree.file(`/inodes/${index}`);
  for (let index = 0; index < 400; index++) if (index % 5 > 0) tree.remove(`/inodes/${index}`);
}

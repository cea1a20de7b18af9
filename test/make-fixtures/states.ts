/** Images in a state that a reader must notice: a dirty log, a changed UUID, devices that are not there. */
import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
import { addForms } from '../support/forms.js';
import { kernelListing } from '../support/kernel-listing.js';
import { withLoopMount } from '../support/loop-mount.js';
import { emptyFile, mkfs, MIB } from '../support/mkfs.js';
import { run } from '../support/shell.js';
import { TreeWriter } from '../support/tree-writer.js';
import { superblockFacts } from '../support/xfs-db.js';
import { describe, fill, type Made, type Recipe } from './image.js';

const BYTES = 16 * MIB;
const BLOCK = 4096;

export const stateRecipes: readonly Recipe[] = [
  {
    name: 'dirty-log',
    about: 'shut down after changes that only the log has; listed as on disk, and as after replay',
    make: makeDirtyLog,
  },
  {
    name: 'meta-uuid',
    about: 'the UUID changed by xfs_admin: metadata carries the first one',
    async make(path) {
      const commands = [mkfs(path, { bytes: 32 * MIB, options: ['-L', 'meta-uuid'] })];
      await fill(path, fillBefore);
      run('xfs_admin', ['-U', '12345678-9abc-4def-8123-456789abcdef', path]);
      commands.push('xfs_admin -U 12345678-9abc-4def-8123-456789abcdef');
      return { commands, fileSystems: [await describe(path)] };
    },
  },
  {
    name: 'refused-external-log',
    about: 'the log is on another device: to be refused by name',
    make: (path, scratch) =>
      makeRefused(path, scratch, (other) => ['-l', `logdev=${other},size=10m`]),
  },
  {
    name: 'refused-realtime',
    about: 'has a realtime section: to be refused by name',
    make: (path, scratch) =>
      makeRefused(path, scratch, (other) => ['-r', `rtdev=${other},size=16m`]),
  },
];

function fillBefore(tree: TreeWriter): void {
  tree.directory('/kept');
  for (let index = 0; index < 8; index++) tree.file(`/kept/${index}`, `file ${index}\n`.repeat(50));
  tree.directory('/changed');
  for (let index = 0; index < 22; index++) tree.file(`/changed/${index}`, `before ${index}\n`);
  tree.file('/changed/grows', 'short\n');
  tree.file('/changed/shrinks', 'x'.repeat(5 * BLOCK));
  tree.xattr('/changed/0', 'user.state', 'before');
}

/** Nothing here overwrites a block in place: what is on disk stays a whole file system. */
function changeAfter(tree: TreeWriter): void {
  tree.directory('/new');
  for (let index = 0; index < 20; index++) tree.file(`/new/${index}`, `new ${index}\n`);
  tree.symlink('/new/symlink', '../kept/0');
  tree.rename('/changed/1', '/new/renamed');
  tree.link('/new/linked', '/kept/0');
  for (let index = 2; index < 12; index++) tree.remove(`/changed/${index}`);
  tree.writeAt('/changed/grows', 4 * BLOCK, Buffer.from('long\n'));
  tree.truncate('/changed/shrinks', BLOCK);
  tree.xattr('/changed/0', 'user.state', 'after');
  tree.mode('/changed/20', 0o600);
  tree.owner('/changed/21', 1000, 1000);
}

async function makeDirtyLog(path: string, scratch: string): Promise<Made> {
  const commands = [mkfs(path, { bytes: BYTES, options: ['-L', 'dirty-log'] })];
  await fill(path, fillBefore);
  await withLoopMount(path, {}, (mountPoint) => {
    changeAfter(new TreeWriter(mountPoint));
    run('xfs_io', ['-x', '-c', 'shutdown -f', mountPoint]);
  });
  commands.push(`xfs_io -x -c 'shutdown -f' after changes, then umount`);
  const superblock = superblockFacts(path);
  const norecovery = { readOnly: true, extra: ['norecovery'] };
  const entries = await withLoopMount(path, norecovery, (mountPoint) => kernelListing(mountPoint));
  addForms(entries, path, superblock);
  const copy = join(scratch, 'replayed.img');
  copyFileSync(path, copy);
  await withLoopMount(copy, {}, () => undefined);
  const { entries: entriesAfterReplay } = await describe(copy);
  const source = 'kernel with norecovery' as const;
  return {
    commands,
    fileSystems: [{ log: 'dirty', source, superblock, entries, entriesAfterReplay }],
  };
}

/** Empty: nobody is to see what is in it. */
function makeRefused(path: string, scratch: string, options: (other: string) => string[]): Made {
  const other = join(scratch, 'other-device');
  emptyFile(other, 32 * MIB);
  const command = mkfs(path, { bytes: BYTES, options: options(other) });
  return { commands: [command.replace(other, 'OTHER-DEVICE')], fileSystems: [] };
}

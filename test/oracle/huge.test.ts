/** A file system of 64 TiB in a sparse image: inode numbers beyond 2^32, positions beyond 2^45. */
import { ok } from 'node:assert/strict';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { compareWithOurs, fillByKernel, listByKernel } from '../support/against-kernel.js';
import { mkfs, MIB } from '../support/mkfs.js';
import { requireOracle } from '../support/oracle.js';
import { withTemporaryDirectory } from '../support/temporary.js';
import type { TreeWriter } from '../support/tree-writer.js';

const GROUPS = 64;
/** The largest group is a block short of 1 TiB. */
const GROUP_BYTES = (1024 * 1024 - 1024) * MIB;

describe('a huge file system', () => {
  it('is read in all of its groups', async (t) => {
    if (!(await requireOracle(t))) return;
    await withTemporaryDirectory(async (directory) => {
      const path = join(directory, 'huge.img');
      const options = ['-d', `agcount=${GROUPS}`, '-l', 'size=64m', '-m', 'rmapbt=1'];
      mkfs(path, { bytes: GROUPS * GROUP_BYTES, options });
      await fillByKernel(path, fillGroups);
      const entries = await listByKernel(path);
      ok(
        entries.some(({ ino }) => Number(ino) > 2 ** 36),
        'inode numbers of the last groups',
      );
      await compareWithOurs(path, entries);
    });
  });
});

/** The kernel gives each directory of the root a group of its own, in turns. */
function fillGroups(tree: TreeWriter): void {
  for (let group = 0; group < GROUPS; group++) {
    const directory = `/group-${group}`;
    tree.directory(directory);
    tree.file(`${directory}/file`, `in group ${group}\n`.repeat(1000));
    tree.symlink(`${directory}/symlink`, 'file');
    tree.xattr(`${directory}/file`, 'user.group', `${group}`);
    for (let index = 0; index < group; index++)
      tree.link(`${directory}/${index}`, `${directory}/file`);
    if (group > 0) tree.link(`/group-0/from-${group}`, `${directory}/file`);
  }
}

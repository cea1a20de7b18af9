/** Disks with partition tables, and XFS in some of their partitions. */
import { closeSync, openSync, readFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { emptyFile, mkfs, MIB } from '../support/mkfs.js';
import type { FileSystemRecord } from '../support/manifest.js';
import { run } from '../support/shell.js';
import type { TreeWriter } from '../support/tree-writer.js';
import { describe, fill, type Recipe } from './image.js';

interface Disk {
  name: string;
  about: string;
  mebibytes: number;
  /** Input of sfdisk. */
  table: readonly string[];
  /** The partitions that hold XFS. */
  xfs: readonly { number: number; offset: number }[];
}

const XFS_MEBIBYTES = 16;
/** 4 MiB and 63 sectors: as old tools placed partitions. */
const UNALIGNED_SECTOR = 8192 + 63;
const LINUX_GUID = '0FC63DAF-8483-4772-8E79-3D69D8477DE4';

const DISKS: readonly Disk[] = [
  {
    name: 'mbr',
    about: 'an MBR disk: partition 1 empty, 2 XFS',
    mebibytes: 20,
    table: [
      'label: dos',
      'start=1MiB, size=1MiB, type=82',
      'start=2MiB, size=16MiB, type=83, bootable',
    ],
    xfs: [{ number: 2, offset: 2 * MIB }],
  },
  {
    name: 'mbr-logical',
    about:
      'an MBR disk with an extended partition: 5 empty, 6 XFS, which begins at no page of the disk',
    mebibytes: 24,
    table: [
      'label: dos',
      'start=1MiB, size=22MiB, type=5',
      'start=2MiB, size=1MiB, type=82',
      `start=${UNALIGNED_SECTOR}, size=32768, type=83`, // in sectors: sfdisk rounds mebibytes,
    ],
    xfs: [{ number: 6, offset: UNALIGNED_SECTOR * 512 }],
  },
  {
    name: 'gpt',
    about: 'a GPT disk: partition 1 empty, 2 XFS',
    mebibytes: 20,
    table: [
      'label: gpt',
      'start=1MiB, size=1MiB, type=C12A7328-F81F-11D2-BA4B-00A0C93EC93B, name=boot',
      `start=2MiB, size=16MiB, type=${LINUX_GUID}, name=data`,
    ],
    xfs: [{ number: 2, offset: 2 * MIB }],
  },
  {
    name: 'gpt-two',
    about: 'a GPT disk with two XFS partitions, numbers 1 and 4: a caller must choose',
    mebibytes: 36,
    table: [
      'label: gpt',
      `1: start=1MiB, size=16MiB, type=${LINUX_GUID}, name=first`,
      `4: start=18MiB, size=16MiB, type=${LINUX_GUID}, name=second`,
    ],
    xfs: [
      { number: 1, offset: MIB },
      { number: 4, offset: 18 * MIB },
    ],
  },
];

export const diskRecipes: readonly Recipe[] = DISKS.map((disk) => ({
  name: disk.name,
  about: disk.about,
  async make(path, scratch) {
    emptyFile(path, disk.mebibytes * MIB);
    run('sfdisk', ['--quiet', path], `${disk.table.join('\n')}\n`);
    const commands = [`sfdisk, with the input: ${disk.table.join('; ')}`];
    const fileSystems: FileSystemRecord[] = [];
    for (const { number, offset } of disk.xfs) {
      const part = join(scratch, `partition-${number}`);
      const options = ['-L', `partition ${number}`];
      commands.push(`partition ${number}: ${mkfs(part, { bytes: XFS_MEBIBYTES * MIB, options })}`);
      await fill(part, (tree) => fillPartition(tree, number));
      const partition = { number, offset, size: XFS_MEBIBYTES * MIB };
      fileSystems.push({ partition, ...(await describe(part)) });
      copyInto(path, offset, readFileSync(part));
    }
    return { commands, fileSystems };
  },
}));

function fillPartition(tree: TreeWriter, number: number): void {
  tree.file('/which.txt', `This is partition ${number}.\n`);
  tree.directory('/directory');
  tree.file('/directory/blocks', `partition ${number} `.repeat(1000));
  tree.symlink('/link', 'which.txt');
}

function copyInto(path: string, position: number, bytes: Buffer): void {
  const descriptor = openSync(path, 'r+');
  try {
    writeSync(descriptor, bytes, 0, bytes.length, position);
  } finally {
    closeSync(descriptor);
  }
}

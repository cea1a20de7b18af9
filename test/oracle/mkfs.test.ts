/** mkfs against the oracle: byte for byte what mkfs.xfs 6.1 makes, and what the kernel mounts and fills. */
import { equal, fail } from 'node:assert/strict';
import { closeSync, mkdirSync, openSync, readFileSync, rmSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { MKFS_TARGETS, mkfs, open, openDevice, type MkfsOptions } from '#src/index.js';
import { withLoopMount } from '../support/loop-mount.js';
import { requireOracle } from '../support/oracle.js';
import { run } from '../support/shell.js';
import { withTemporaryDirectory } from '../support/temporary.js';

const MEBIBYTE = 2 ** 20;
const UUID = '3f2504e0-4f89-11d3-9a0c-0305e82c3301';

function blankImage(path: string, bytes: number): void {
  rmSync(path, { force: true });
  closeSync(openSync(path, 'w'));
  truncateSync(path, bytes);
}

async function ours(path: string, bytes: number, options: MkfsOptions): Promise<void> {
  blankImage(path, bytes);
  const device = await openDevice(path, { readOnly: false });
  await mkfs(device, { uuid: UUID, ...options });
  await device.close();
}

const flag = (on: boolean | undefined, otherwise: boolean): string =>
  (on ?? otherwise) ? '1' : '0';

function theirs(path: string, bytes: number, options: MkfsOptions): void {
  blankImage(path, bytes);
  const { features = {}, stripeUnit, stripeWidth } = options;
  const metadata = [
    `uuid=${UUID}`,
    `finobt=${flag(features.finobt, true)}`,
    `rmapbt=${flag(features.rmapbt, false)}`,
    `reflink=${flag(features.reflink, true)}`,
    `bigtime=${flag(features.bigtime, true)}`,
    `inobtcount=${flag(features.inobtcount, true)}`,
  ];
  const inodes = [
    `size=${options.inodeSize ?? 512}`,
    `sparse=${flag(features.sparse, true)}`,
    `nrext64=${flag(features.nrext64, false)}`,
  ];
  const data: string[] = [];
  if (options.groupCount !== undefined) data.push(`agcount=${options.groupCount}`);
  if (stripeUnit !== undefined) data.push(`su=${stripeUnit}`, `sw=${stripeWidth! / stripeUnit}`);
  run('mkfs.xfs', [
    '--unsupported',
    '-q',
    '-m',
    metadata.join(','),
    '-i',
    inodes.join(','),
    '-b',
    `size=${options.blockSize ?? 4096}`,
    '-s',
    `size=${options.sectorSize ?? 512}`,
    ...(options.directoryBlockSize === undefined
      ? []
      : ['-n', `size=${options.directoryBlockSize}`]),
    ...(options.logSize === undefined ? [] : ['-l', `size=${options.logSize}`]),
    ...(options.label === undefined ? [] : ['-L', options.label]),
    ...(data.length === 0 ? [] : ['-d', data.join(',')]),
    path,
  ]);
}

/**
 * Sizes that meet every rule: one group, two, four; a last one that is short, or given up; large. None where
 * the log fills its group to the end: there mkfs.xfs 6.1 forgets the free blocks before the log.
 */
const CASES: [mebibytes: number, options: MkfsOptions][] = [
  [16, { blockSize: 1024 }],
  [20, {}],
  [63, { features: { rmapbt: true } }],
  [100, { features: { reflink: false } }],
  [130, { features: { nrext64: true } }],
  [299, { label: 'twelve bytes' }],
  [300, { features: { finobt: false, inobtcount: false } }],
  [301, { groupCount: 7, features: { bigtime: false } }],
  [377, { features: { sparse: false } }],
  [1024, { features: { rmapbt: true, reflink: false } }],
  [400, { blockSize: 2048, inodeSize: 1024 }],
  [400, { sectorSize: 4096, logSize: 80 * MEBIBYTE }],
  [1024, { stripeUnit: 65536, stripeWidth: 262144 }],
  [200, { blockSize: 1024, directoryBlockSize: 65536, features: { rmapbt: true, nrext64: true } }],
  [320, { blockSize: 16384, inodeSize: 2048 }],
  [600, { blockSize: 65536 }],
  [700, { blockSize: 65536, sectorSize: 32768, features: { rmapbt: true } }],
];

test('the same bytes as mkfs.xfs, but for the first inodes, which carry the time', async (t) => {
  if (!(await requireOracle(t))) return;
  await withTemporaryDirectory(async (directory) => {
    const [mine, reference] = [join(directory, 'ours.img'), join(directory, 'theirs.img')];
    for (const [mebibytes, options] of CASES) {
      await ours(mine, mebibytes * MEBIBYTE, options);
      theirs(reference, mebibytes * MEBIBYTE, options);
      const [a, b] = [readFileSync(mine), readFileSync(reference)];
      const chunk = await firstInodes(mine);
      for (const bytes of [a, b]) bytes.fill(0, chunk.start, chunk.end);
      const what = `${mebibytes} MiB ${JSON.stringify(options)}`;
      if (!a.equals(b)) fail(`${what}: differs at byte ${a.findIndex((byte, i) => byte !== b[i])}`);
    }
  });
});

/** Where the chunk of the root directory lies, bytes. */
async function firstInodes(image: string): Promise<{ start: number; end: number }> {
  await using fs = await open(image);
  const { inodeSize } = await fs.info();
  const { ino } = await fs.stat('/'); // in group 0, so that it counts inodes from the start of the volume
  return { start: ino * inodeSize, end: (ino + 128) * inodeSize };
}

test('xfs_repair finds nothing, the kernel mounts and fills it, and xfs_repair finds nothing again', async (t) => {
  if (!(await requireOracle(t))) return;
  await withTemporaryDirectory(async (directory) => {
    const image = join(directory, 'image');
    const targets = MKFS_TARGETS.map((target): [number, MkfsOptions] => [400, { target }]);
    const fullGroup: [number, MkfsOptions] = [400, { stripeUnit: 65536, stripeWidth: 262144 }];
    for (const [mebibytes, options] of [...CASES, fullGroup, ...targets]) {
      await ours(image, mebibytes * MEBIBYTE, options);
      repair(image);
      await withLoopMount(image, {}, (mountPoint) => {
        run('cp', ['-r', '/etc/skel', join(mountPoint, 'copy')]);
        for (let i = 0; i < 200; i++) mkdirSync(join(mountPoint, `directory-${i}`));
      });
      repair(image);
      await using fs = await open(image);
      equal((await fs.readdir('/')).length, 201, `${mebibytes} MiB ${JSON.stringify(options)}`);
    }
  });
});

/** With fewer than three groups xfs_repair has no copies to compare the superblock with, and wants to be told. */
function repair(image: string): void {
  run('xfs_repair', ['-n', '-o', 'force_geometry', image]);
}

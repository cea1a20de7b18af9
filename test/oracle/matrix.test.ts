/**
 * Over the options of mkfs.xfs: an image in each of a pairwise covering list, filled with a generated tree, is the
 * same to daxkit as to the kernel. What the kernel does not mount is filled by mkfs.xfs from a protofile
 * and compared with that and xfs_db.
 */
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { Random } from '#src/core/index.js';
import { compareWithOurs, fillByKernel, listByKernel } from '../support/against-kernel.js';
import { fillEveryForm } from '../support/every-form.js';
import type { Geometry } from '../support/geometry.js';
import type { Entry } from '../support/entry.js';
import { fillGenerated } from '../support/generated-tree.js';
import { generatedProto } from '../support/generated-proto.js';
import { withLoopMount } from '../support/loop-mount.js';
import { mkfs, MIB } from '../support/mkfs.js';
import { requireOracle } from '../support/oracle.js';
import { pairwise, type Choice } from '../support/pairwise.js';
import { mkfsFromProtofile } from '../support/protofile.js';
import { testSeed } from '../support/seed.js';
import { Incompat, setIncompatBits } from '../support/superblock-patch.js';
import { withTemporaryDirectory } from '../support/temporary.js';
import { xfsDbListing } from '../support/xfs-db-listing.js';

const KIB = 1024;
const PAGE_BYTES = 4096;
const ACTS = 250;
/** Of the list, not of the trees: the same combinations in every run. */
const LIST_SEED = 1;

const V5 = {
  block: [1 * KIB, 2 * KIB, 4 * KIB, 16 * KIB, 64 * KIB],
  sector: [512, 4 * KIB],
  inode: [512, 1 * KIB, 2 * KIB],
  directoryBlock: [4 * KIB, 8 * KIB, 16 * KIB, 64 * KIB],
  finobt: [0, 1],
  sparse: [0, 1],
  rmapbt: [0, 1],
  reflink: [0, 1],
  bigtime: [0, 1],
  inobtcount: [0, 1],
  nrext64: [0, 1],
  /** Which mkfs.xfs does not know; see superblock-patch.ts. */
  parent: [0, 1],
  exchangeRange: [0, 1],
} as const;

const V4 = {
  block: [512, 1 * KIB, 2 * KIB, 4 * KIB, 16 * KIB, 64 * KIB],
  sector: [512, 4 * KIB],
  inode: [256, 512, 1 * KIB, 2 * KIB],
  directoryBlock: [4 * KIB, 8 * KIB, 64 * KIB],
  ftype: [0, 1],
  attr: [1, 2],
  projid32bit: [0, 1],
  lazyCount: [0, 1],
} as const;

function fits({ block, sector, inode, directoryBlock }: Sizes): boolean {
  return sector <= block && inode <= block / 2 && directoryBlock >= block;
}

/** mkfs.xfs counts the blocks of both inode B+trees or of none. */
function isV5(choice: Choice<typeof V5>): boolean {
  return fits(choice) && (choice.finobt === 1 || choice.inobtcount === 0);
}

interface Sizes {
  readonly block: number;
  readonly sector: number;
  readonly inode: number;
  readonly directoryBlock: number;
}

describe('v5 option matrix', () => {
  for (const choice of pairwise(V5, isV5, LIST_SEED)) {
    const options = v5Options(choice);
    const bits = incompatBits(choice).toString(16);
    it(`${options.join(' ')}, incompat bits 0x${bits}`, async (t) => {
      if (!(await requireOracle(t))) return;
      const seed = testSeed(t);
      await withTemporaryDirectory(async (directory) => {
        const path = join(directory, 'matrix.img');
        const geometry: Geometry = {
          ...choice,
          reflink: choice.reflink === 1,
          bigtime: choice.bigtime === 1,
        };
        const incompat = incompatBits(choice);
        mkfs(path, { bytes: imageBytes(choice), options });
        if (incompat !== 0) setIncompatBits(path, incompat);
        const expected =
          (await throughKernel(path, geometry, seed, choice.parent === 1)) ??
          throughProtofile(path, directory, options, choice, seed);
        await compareWithOurs(path, expected);
      });
    });
  }
});

describe('v4 option matrix', () => {
  for (const choice of pairwise(V4, fits, LIST_SEED)) {
    const options = v4Options(choice);
    it(options.join(' '), async (t) => {
      if (!(await requireOracle(t))) return;
      const seed = testSeed(t);
      await withTemporaryDirectory(async (directory) => {
        const path = join(directory, 'matrix.img');
        await compareWithOurs(path, throughProtofile(path, directory, options, choice, seed));
      });
    });
  }
});

/** The log of an image of large blocks must not outgrow its group. */
function imageBytes({ block }: Sizes): number {
  return block > 16 * KIB ? 1024 * MIB : 320 * MIB;
}

function incompatBits({ parent, exchangeRange }: Choice<typeof V5>): number {
  return parent * Incompat.parent + exchangeRange * Incompat.exchangeRange;
}

function sizeOptions({ block, sector, inode, directoryBlock }: Sizes): string {
  return `-b size=${block} -s size=${sector} -i size=${inode} -n size=${directoryBlock}`;
}

function v5Options(choice: Choice<typeof V5>): string[] {
  const { finobt, rmapbt, reflink, bigtime, inobtcount, sparse, nrext64 } = choice;
  const metadata = Object.entries({ finobt, rmapbt, reflink, bigtime, inobtcount });
  const on = metadata.map(([name, value]) => `${name}=${value}`).join(',');
  return `${sizeOptions(choice)} -m ${on} -i sparse=${sparse},nrext64=${nrext64}`.split(' ');
}

function v4Options(choice: Choice<typeof V4>): string[] {
  const { ftype, attr, projid32bit, lazyCount } = choice;
  const inode = `attr=${attr},projid32bit=${projid32bit}`;
  const rest = `-n ftype=${ftype} -i ${inode} -l lazy-count=${lazyCount}`;
  return `-m crc=0 ${sizeOptions(choice)} ${rest}`.split(' ');
}

/** @returns undefined where this kernel mounts no blocks larger than its pages. */
async function throughKernel(
  path: string,
  geometry: Geometry,
  seed: number,
  parents: boolean,
): Promise<Entry[] | undefined> {
  if (geometry.block > PAGE_BYTES && !(await mounts(path))) return undefined;
  await fillByKernel(path, (tree) => {
    fillEveryForm(tree, geometry);
    fillGenerated(tree, new Random(seed), geometry, ACTS);
  });
  return listByKernel(path, { parents });
}

async function mounts(path: string): Promise<boolean> {
  try {
    await withLoopMount(path, { readOnly: true }, () => undefined);
    return true;
  } catch {
    return false;
  }
}

function throughProtofile(
  path: string,
  scratch: string,
  options: readonly string[],
  sizes: Sizes,
  seed: number,
): Entry[] {
  const proto = generatedProto(new Random(seed), sizes.block);
  mkfsFromProtofile(path, { bytes: imageBytes(sizes), options }, proto, scratch);
  return xfsDbListing(path, proto);
}

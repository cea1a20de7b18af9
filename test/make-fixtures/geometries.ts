/** The tree of every form, once in each geometry and with each feature on or off. */
import { fillEveryForm, fillEveryKind } from '../support/every-form.js';
import type { Geometry } from '../support/geometry.js';
import { mkfs, MIB } from '../support/mkfs.js';
import { Incompat, setIncompatBits } from '../support/superblock-patch.js';
import { describe, fill, type Recipe } from './image.js';

const DEFAULTS: Geometry = {
  block: 4096,
  directoryBlock: 4096,
  inode: 512,
  reflink: true,
  bigtime: true,
};

interface Variant {
  name: string;
  about: string;
  options: readonly string[];
  geometry?: Partial<Geometry>;
  mebibytes?: number;
  /** Where the feature has nothing to do with directories and attributes. */
  kindsOnly?: boolean;
  /** Bits to set in the empty image. */
  incompat?: number;
}

const VARIANTS: readonly Variant[] = [
  {
    name: 'block-1k-dir-4k',
    about: 'blocks of 1 KiB; directory blocks of four',
    options: ['-b', 'size=1k'],
    geometry: { block: 1024 },
    mebibytes: 32,
  },
  {
    name: 'block-1k-dir-64k',
    about: 'blocks of 1 KiB; directory blocks of 64, scattered',
    options: ['-b', 'size=1k', '-n', 'size=64k'],
    geometry: { block: 1024, directoryBlock: 65_536 },
  },
  {
    name: 'block-2k-dir-8k',
    about: 'blocks of 2 KiB; directory blocks of 8 KiB',
    options: ['-b', 'size=2k', '-n', 'size=8k'],
    geometry: { block: 2048, directoryBlock: 8192 },
  },
  {
    name: 'block-4k-dir-64k',
    about: 'directory blocks of 64 KiB',
    options: ['-n', 'size=64k'],
    geometry: { directoryBlock: 65_536 },
  },
  {
    name: 'block-16k',
    about: 'blocks of 16 KiB, larger than a page',
    options: ['-b', 'size=16k'],
    geometry: { block: 16_384, directoryBlock: 16_384 },
    mebibytes: 32,
  },
  {
    name: 'block-64k',
    about: 'blocks of 64 KiB, the largest',
    options: ['-b', 'size=64k', '-d', 'agcount=1'],
    geometry: { block: 65_536, directoryBlock: 65_536 },
    mebibytes: 64,
  },
  { name: 'sector-4k', kindsOnly: true, about: 'sectors of 4 KiB', options: ['-s', 'size=4k'] },
  {
    name: 'sector-32k',
    kindsOnly: true,
    about: 'sectors of 32 KiB, the largest',
    options: ['-s', 'size=32k', '-b', 'size=32k', '-d', 'agcount=1'],
    geometry: { block: 32_768, directoryBlock: 32_768 },
    mebibytes: 48,
  },
  {
    name: 'inode-2k',
    about: 'inodes of 2 KiB, the largest',
    options: ['-i', 'size=2048'],
    geometry: { inode: 2048 },
  },
  {
    name: 'stripe',
    kindsOnly: true,
    about: 'a stripe unit of 64 KiB, width 2',
    options: ['-d', 'su=64k,sw=2'],
    mebibytes: 32,
  },
  {
    name: 'no-finobt',
    kindsOnly: true,
    about: 'no free-inode B+tree',
    options: ['-m', 'finobt=0'],
  },
  {
    name: 'no-sparse',
    kindsOnly: true,
    about: 'no sparse inode chunks',
    options: ['-i', 'sparse=0'],
  },
  {
    name: 'rmapbt',
    kindsOnly: true,
    about: 'with the reverse-map B+tree',
    options: ['-m', 'rmapbt=1'],
    mebibytes: 32,
  },
  {
    name: 'no-reflink',
    kindsOnly: true,
    about: 'no reference-count B+tree',
    options: ['-m', 'reflink=0'],
    geometry: { reflink: false },
  },
  {
    name: 'no-bigtime',
    kindsOnly: true,
    about: 'timestamps of 1901 to 2038',
    options: ['-m', 'bigtime=0'],
    geometry: { bigtime: false },
  },
  {
    name: 'no-inobtcount',
    kindsOnly: true,
    about: 'no block counts of inode B+trees',
    options: ['-m', 'inobtcount=0'],
  },
  {
    name: 'nrext64',
    kindsOnly: true,
    about: 'extent counters of 64 and 32 bits',
    options: ['-i', 'nrext64=1'],
    mebibytes: 24,
  },
  {
    name: 'oldest-v5',
    kindsOnly: true,
    about: 'v5 with no optional feature at all',
    options: '-m finobt=0,rmapbt=0,reflink=0,bigtime=0,inobtcount=0 -i sparse=0,nrext64=0'.split(
      ' ',
    ),
    geometry: { reflink: false, bigtime: false },
  },
  {
    name: 'parent',
    kindsOnly: true,
    about: 'parent pointers (incompat bit 0x80), written by the kernel',
    options: ['-l', 'size=8m'],
    incompat: Incompat.parent,
    mebibytes: 24,
  },
  {
    name: 'exchange-range',
    kindsOnly: true,
    about: 'the exchange-range feature (incompat bit 0x40)',
    options: [],
    incompat: Incompat.exchangeRange,
  },
  {
    name: 'newest-v5',
    about: 'v5 with every feature of kernel 6.18 that needs no second device',
    options: ['-m', 'rmapbt=1', '-i', 'nrext64=1', '-l', 'size=16m'],
    incompat: Incompat.parent | Incompat.exchangeRange,
    mebibytes: 48,
  },
];

export const geometryRecipes: readonly Recipe[] = VARIANTS.map((variant) => ({
  name: variant.name,
  about: variant.about,
  async make(path) {
    const { incompat = 0, options } = variant;
    const commands = [mkfs(path, { bytes: (variant.mebibytes ?? 16) * MIB, options })];
    if (incompat !== 0) {
      setIncompatBits(path, incompat);
      const bits = `0x${incompat.toString(16)}`;
      commands.push(`(set ${bits} in sb_features_incompat of every superblock, checksum too)`);
    }
    const geometry = { ...DEFAULTS, ...variant.geometry };
    const fillTree = variant.kindsOnly ? fillEveryKind : fillEveryForm;
    await fill(path, (tree) => fillTree(tree, geometry));
    const parents = (incompat & Incompat.parent) !== 0;
    return { commands, fileSystems: [await describe(path, { parents })] };
  },
}));

/**
 * Which of its forms each fork of an inode has on disk, in words, from xfs_db and the blocks' magic
 * numbers. A fixture says so of every file, and its recipe insists on the forms that it is there for.
 *
 *   data of a directory   'local short', 'extents block', 'extents leaf', 'btree/1 node/2'
 *   data of a file        'extents', 'btree/2'; of a symlink 'local' or 'extents'; of a device 'dev'
 *   attributes            'local', 'extents leaf', 'extents node/1'
 *
 * btree/N has N levels above the leaves of the extent map, node/N N levels above those of the hashes.
 */
import { closeSync, openSync, readSync } from 'node:fs';
import type { Entry } from './entry.js';
import {
  parseBmap,
  parseFields,
  runPosition,
  xfsDb,
  type BlockRun,
  type Fields,
  type SuperblockFacts,
} from './xfs-db.js';

const LEAF_OFFSET_BYTES = 2 ** 35;

interface Image {
  descriptor: number;
  facts: SuperblockFacts;
}

/** Adds `xfs.data` and `xfs.attr` to every entry. */
export function addForms(entries: readonly Entry[], path: string, facts: SuperblockFacts): void {
  const inos = [...new Set(entries.map((entry) => entry.ino))];
  const commands = inos.flatMap((ino) => [`inode ${ino}`, 'print', 'bmap -d', 'bmap -a']);
  const output = xfsDb(path, commands);
  const image = { descriptor: openSync(path, 'r'), facts };
  try {
    const forms = new Map(
      inos.map((ino, index) => [ino, output.slice(index * 4 + 1, index * 4 + 4)] as const),
    );
    for (const entry of entries) {
      const [fields = '', data = '', attr = ''] = forms.get(entry.ino) ?? [];
      addForm(entry, image, parseFields(fields), parseBmap(data), parseBmap(attr));
    }
  } finally {
    closeSync(image.descriptor);
  }
}

function addForm(
  entry: Entry,
  image: Image,
  fields: Fields,
  data: readonly BlockRun[],
  attr: readonly BlockRun[],
): void {
  const dataFork = forkForm(
    fields['core.format'],
    fields['u3.bmbt.level'] ?? fields['u.bmbt.level'],
  );
  entry.xfs = {
    ...entry.xfs,
    data: entry.type === 'directory' ? `${dataFork} ${directoryForm(image, data)}` : dataFork,
  };
  if (entry.xattrs === undefined) return;
  const attrFork = forkForm(fields['core.aformat'], fields['a.bmbt.level']);
  entry.xfs.attr = attr.length === 0 ? attrFork : `${attrFork} ${hashForm(image, attr, 0)}`;
}

/** '2 (extents)' and the level of a B+tree's root. */
function forkForm(format: string | undefined, level: string | undefined): string {
  const word = /\((\w+)\)/.exec(format ?? '')?.[1] ?? 'unknown';
  return word === 'btree' ? `btree/${level}` : word;
}

function directoryForm(image: Image, runs: readonly BlockRun[]): string {
  if (runs.length === 0) return 'short';
  const leafBlock = LEAF_OFFSET_BYTES / image.facts.blockSize;
  return runs.some((run) => run.offset >= leafBlock) ? hashForm(image, runs, leafBlock) : 'block';
}

/** Of the root of a hash tree: the header is 12 bytes in v4, 56 in v5; then count and level, 16 bits each. */
function hashForm(image: Image, runs: readonly BlockRun[], block: number): string {
  const { facts, descriptor } = image;
  const run = runs.find(({ offset, count }) => offset <= block && block < offset + count);
  if (run === undefined) return 'unknown';
  const bytes = Buffer.alloc(64);
  const position = runPosition(run, facts) + (block - run.offset) * facts.blockSize;
  readSync(descriptor, bytes, 0, bytes.length, position);
  const magic = bytes.readUInt16BE(8);
  if (magic !== 0x3ebe && magic !== 0xfebe) return 'leaf';
  return `node/${bytes.readUInt16BE((facts.version === 5 ? 56 : 12) + 2)}`;
}

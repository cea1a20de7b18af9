/**
 * The tree of an image that was filled from a protofile: names, contents and targets as the protofile has
 * them, everything else from xfs_db.
 */
import {
  extentRows,
  joinPath,
  modeText,
  pathFields,
  sortEntries,
  targetFields,
  whole,
  type Entry,
  type Run,
} from './entry.js';
import { sha256, xattrValue } from './hash.js';
import { bytesOf, inodeNumbers, type ProtoNode } from './protofile.js';
import {
  parseBmap,
  parseFields,
  runPosition,
  superblockFacts,
  xfsDb,
  type BlockRun,
  type Fields,
  type SuperblockFacts,
} from './xfs-db.js';

export function xfsDbListing(image: string, root: ProtoNode): Entry[] {
  const facts = superblockFacts(image);
  const inos = inodeNumbers(image, root);
  const nodes = [...pathsOf(root, Buffer.from('/'))];
  const commands = nodes.flatMap(([node]) => [`inode ${inos.get(node)}`, 'print', 'bmap -d']);
  const output = xfsDb(image, commands);
  const entries = nodes.map(([node, path], index) => {
    const [fields = '', bmap = ''] = output.slice(3 * index + 1, 3 * index + 3);
    const ino = whole(BigInt(inos.get(node) ?? 0));
    return entryOf(node, path, ino, parseFields(fields), parseBmap(bmap), facts);
  });
  return sortEntries(entries);
}

function* pathsOf(node: ProtoNode, path: Buffer): Generator<[ProtoNode, Buffer]> {
  yield [node, path];
  for (const child of node.children ?? []) {
    yield* pathsOf(child, joinPath(path, bytesOf(child.name)));
  }
}

function entryOf(
  node: ProtoNode,
  path: Buffer,
  ino: Entry['ino'],
  fields: Fields,
  runs: readonly BlockRun[],
  facts: SuperblockFacts,
): Entry {
  const number = (name: string): number => Number(fields[`core.${name}`] ?? 0);
  const isVersion1 = fields['core.version'] === '1';
  const time = (name: string): string => timeOf(fields, name);
  const entry: Entry = {
    ...pathFields(path),
    type: node.type,
    mode: modeText(Number.parseInt(fields['core.mode'] ?? '', 8)),
    uid: number('uid'),
    gid: number('gid'),
    nlink: number(isVersion1 ? 'onlink' : 'nlinkv2'),
    ino,
    size: whole(BigInt(fields['core.size'] ?? 0)),
    blocks: (number('nblocks') * facts.blockSize) / 512,
    atime: time('core.atime'),
    mtime: time('core.mtime'),
    ctime: time('core.ctime'),
  };
  if (facts.version === 5) entry.btime = time('v3.crtime');
  if (node.device !== undefined) entry.rdev = node.device.join(':');
  if (node.target !== undefined) Object.assign(entry, targetFields(bytesOf(node.target)));
  if (node.xattrs !== undefined) {
    entry.xattrs = Object.fromEntries(
      node.xattrs.map(({ name, bytes }) => [name, xattrValue(Buffer.alloc(bytes, 'v'))]),
    );
  }
  if (node.type === 'file') {
    entry.sha256 = sha256(node.contents ?? Buffer.alloc(0));
    entry.extents = extentRows(runs.map((run) => toBytes(run, facts)));
  }
  return entry;
}

function toBytes(run: BlockRun, facts: SuperblockFacts): Run {
  return {
    offset: BigInt(run.offset) * BigInt(facts.blockSize),
    physical: BigInt(runPosition(run, facts)),
    length: BigInt(run.count) * BigInt(facts.blockSize),
    unwritten: run.unwritten,
    shared: false,
  };
}

/** 'Sun Nov 22 12:37:21 2026', in UTC since TZ says so. */
function timeOf(fields: Fields, name: string): string {
  const seconds = Date.parse(`${fields[`${name}.sec`]} UTC`) / 1000;
  return `${seconds}.${(fields[`${name}.nsec`] ?? '').padStart(9, '0')}`;
}

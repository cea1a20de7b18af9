/** What xfs_db says of an unmounted image: the superblock, and inodes field by field. */
import { run, runBytes } from './shell.js';

export type Fields = Readonly<Record<string, string>>;

/** In the units of daxkit's FileSystemInfo. */
export interface SuperblockFacts {
  version: 4 | 5;
  label: string;
  uuid: string;
  /** The UUID in metadata blocks, where it is not `uuid`. */
  metaUuid?: string;
  blockSize: number;
  sectorSize: number;
  inodeSize: number;
  directoryBlockSize: number;
  blocks: number;
  freeBlocks: number;
  inodes: number;
  freeInodes: number;
  groups: number;
  groupBlocks: number;
  logBlocks: number;
  /** Bytes. */
  stripeUnit: number;
  stripeWidth: number;
  rootInode: number;
  /** Raw feature words, hexadecimal. */
  bits: Readonly<Record<string, string>>;
}

/** One process for any number of commands; each one's output, one character a byte. */
export function xfsDb(image: string, commands: readonly string[]): string[] {
  const script = commands.flatMap((command) => ['echo @@', command]);
  const output = runBytes('xfs_db', ['-r', image], `${script.join('\n')}\nquit\n`);
  return output
    .toString('latin1')
    .split(/^@@ \n/m)
    .slice(1); // its echo ends in a space
}

/** One command that changes an inode: its attr_set crashes when it runs twice in one process. */
export function xfsDbEdit(image: string, ino: string, command: string): void {
  const said = run('xfs_db', ['-x', '-c', `inode ${ino}`, '-c', command, image]);
  if (said.includes('failed')) throw new Error(`${image}: ${command}: ${said}`);
}

/** 'core.size = 6' lines; of a repeated name, the last. */
export function parseFields(output: string): Fields {
  const fields: Record<string, string> = {};
  for (const [, name, value] of output.matchAll(/^([\w.[\]]+) = (.*)$/gm)) fields[name!] = value!;
  return fields;
}

export function superblockFacts(image: string): SuperblockFacts {
  const [, superblock = '', label = ''] = xfsDb(image, ['sb 0', 'print', 'label']);
  const fields = parseFields(superblock);
  const number = (name: string): number => Number(fields[name] ?? 0);
  const blockSize = number('blocksize');
  const metaUuid = fields['meta_uuid'];
  const hasMetaUuid = (number('features_incompat') & 4) !== 0;
  return {
    version: (number('versionnum') & 0xf) === 5 ? 5 : 4,
    label: /"(.*)"/.exec(label)?.[1] ?? '',
    uuid: fields['uuid'] ?? '',
    ...(hasMetaUuid && metaUuid !== undefined ? { metaUuid } : {}),
    blockSize,
    sectorSize: number('sectsize'),
    inodeSize: number('inodesize'),
    directoryBlockSize: blockSize << number('dirblklog'),
    blocks: number('dblocks'),
    freeBlocks: number('fdblocks'),
    inodes: number('icount'),
    freeInodes: number('ifree'),
    groups: number('agcount'),
    groupBlocks: number('agblocks'),
    logBlocks: number('logblocks'),
    stripeUnit: number('unit') * blockSize,
    stripeWidth: number('width') * blockSize,
    rootInode: number('rootino'),
    bits: Object.fromEntries(
      Object.entries(fields)
        .filter(([name]) => /^(versionnum|features2|features_\w+)$/.test(name))
        .map(([name, value]) => [name.replace('features_', ''), value]),
    ),
  };
}

/** A line of `bmap`: file-system blocks, the start as group and block in it. */
export interface BlockRun {
  offset: number;
  group: number;
  groupBlock: number;
  count: number;
  unwritten: boolean;
}

export function parseBmap(output: string): BlockRun[] {
  const line = /offset (\d+) startblock \d+ \((\d+)\/(\d+)\) count (\d+) flag (\d+)/g;
  return [...output.matchAll(line)].map(([, offset, group, groupBlock, count, flag]) => ({
    offset: Number(offset),
    group: Number(group),
    groupBlock: Number(groupBlock),
    count: Number(count),
    unwritten: flag === '1',
  }));
}

/** Bytes from the start of the file system. */
export function runPosition(place: BlockRun, facts: SuperblockFacts): number {
  return (place.group * facts.groupBlocks + place.groupBlock) * facts.blockSize;
}

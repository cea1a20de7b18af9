/**
 * Images of formats that the kernel at hand does not mount: v4, and case-insensitive names. mkfs.xfs fills
 * them from a protofile, xfs_db says what they hold.
 */
import { addForms } from '../support/forms.js';
import { collidingNames } from '../support/names.js';
import { MIB } from '../support/mkfs.js';
import { mkfsFromProtofile, type ProtoNode } from '../support/protofile.js';
import { superblockFacts } from '../support/xfs-db.js';
import { xfsDbListing } from '../support/xfs-db-listing.js';
import type { Recipe } from './image.js';

interface Variant {
  name: string;
  about: string;
  options: readonly string[];
  tree: ProtoNode;
}

const VARIANTS: readonly Variant[] = [
  {
    name: 'v4-block-512',
    about: 'v4 with blocks of 512 bytes, which v5 does not have; no file types in directories',
    options: ['-m', 'crc=0', '-b', 'size=512', '-n', 'ftype=0'],
    tree: protoTree(512, [attributes(512)]),
  },
  {
    name: 'v4-block-1k',
    about: 'v4 with blocks of 1 KiB, file types, and a directory of node form',
    options: ['-m', 'crc=0', '-b', 'size=1k', '-n', 'ftype=1'],
    tree: protoTree(1024, [attributes(1024), directory('node', fifos(520, 6))]),
  },
  {
    name: 'v4-block-4k',
    about: 'v4 as mkfs.xfs makes it today',
    options: ['-m', 'crc=0'],
    tree: protoTree(4096, [attributes(4096)]),
  },
  {
    name: 'v4-oldest',
    about:
      'v4 without the features that came in its time: attr2, 32-bit projects, lazy counters, log v2',
    options: '-m crc=0 -n ftype=0 -i attr=1,projid32bit=0 -l version=1,lazy-count=0'.split(' '),
    // No attributes: with attr=1, xfs_db 6.1 crashes when it sets one.
    tree: protoTree(4096, [
      {
        ...file('version-1-inode', 'its link count has 16 bits\n'),
        edits: ['write core.version 1', 'write core.onlink 1', 'write core.nlinkv2 0'],
      },
    ]),
  },
  {
    name: 'v4-ascii-ci',
    about: 'v4 with case-insensitive names (of ASCII letters)',
    options: ['-m', 'crc=0', '-n', 'version=ci'],
    tree: caseTree(),
  },
  {
    name: 'v5-ascii-ci',
    about: 'v5 with case-insensitive names (of ASCII letters)',
    options: ['-n', 'version=ci'],
    tree: caseTree(),
  },
];

export const version4Recipes: readonly Recipe[] = VARIANTS.map(
  ({ name, about, options, tree }) => ({
    name,
    about,
    make(path, scratch) {
      const commands = mkfsFromProtofile(path, { bytes: 16 * MIB, options }, tree, scratch);
      const entries = xfsDbListing(path, tree);
      const superblock = superblockFacts(path);
      addForms(entries, path, superblock);
      const source = 'protofile and xfs_db' as const;
      return { commands, fileSystems: [{ log: 'clean', source, superblock, entries }] };
    },
  }),
);

function file(name: string | Buffer, contents: string | Buffer = '', mode = 0o644): ProtoNode {
  return { name, type: 'file', mode, contents: Buffer.from(contents as string) };
}

function directory(name: string, children: readonly ProtoNode[], mode = 0o755): ProtoNode {
  return { name, type: 'directory', mode, children };
}

function fifos(count: number, length: number): ProtoNode[] {
  return Array.from({ length: count }, (_, index) => fifo(`${index}`.padStart(length, '-')));
}

function fifo(name: string): ProtoNode {
  return { name, type: 'fifo', mode: 0o644 };
}

function symlink(name: string, target: string | Buffer): ProtoNode {
  return { name, type: 'symlink', mode: 0o777, target };
}

/** Distinct blocks, the last one not full. */
function blocks(count: number, block: number): Buffer {
  const bytes = Buffer.alloc(count * block - 100);
  for (let at = 0; at < bytes.length; at += 16)
    bytes.write(`byte ${at}`.padEnd(15).concat('\n'), at);
  return bytes;
}

/** `block` is the block size. */
function protoTree(block: number, more: readonly ProtoNode[]): ProtoNode {
  return directory('', [
    file('readme.txt', 'A tree that mkfs.xfs wrote from a protofile.\n'),
    directory('kinds', [
      file('empty'),
      file('run-me', '#!/bin/sh\necho hello\n', 0o755),
      file('setuid', '', 0o4755),
      { ...file('owned', 'by somebody else\n', 0o2711), uid: 1000, gid: 3_000_000_000 },
      fifo('fifo'),
      { name: 'null', type: 'character', mode: 0o666, device: [1, 3] },
      { name: 'far-device', type: 'block', mode: 0o600, device: [511, 262_143] },
      symlink('local', '../readme.txt'),
      symlink('remote', `/${'long/'.repeat(204)}xx`),
      symlink('not-utf8', Buffer.from([0x2f, 0xff, 0x80])),
    ]),
    directory('dirs', [
      directory('empty', []),
      directory('short', [file('file'), directory('directory', [])]),
      directory('block', fifos(12, 40)),
      directory('leaf', fifos(90, 60)),
      directory('colliding', collidingNames(20).map(fifo)),
      directory('odd-names', [
        fifo('-rf'),
        fifo('...'),
        fifo('naïve-日本語-🦀'),
        { ...fifo(''), name: Buffer.from([0xff, 0xfe, 0x80, 0x01]) },
        fifo('x'.repeat(255)),
      ]),
    ]),
    directory('data', [
      file('dense', blocks(7, block)),
      {
        ...file('unwritten', Buffer.alloc(blocks(3, block).length)),
        stored: blocks(3, block),
        edits: ['write u.bmx[0].extentflag 1'],
      },
      {
        ...file('hole-first', Buffer.concat([Buffer.alloc(5 * block), blocks(3, block)])),
        stored: blocks(3, block),
        edits: ['write u.bmx[0].startoff 5', `write core.size ${8 * block - 100}`],
      },
    ]),
    ...more,
  ]);
}

function attributes(block: number): ProtoNode {
  return directory('attrs', [
    { ...file('short'), xattrs: [xattr('user.small', 5), xattr('user.one', 1)] },
    {
      ...file('namespaces'),
      xattrs: [xattr('user.same', 9), xattr('trusted.same', 8), xattr('security.same', 7)],
    },
    { ...file('leaf', 'an attribute leaf\n'), xattrs: xattrs(6, block / 16) },
    { ...file('node', 'an attribute tree\n'), xattrs: xattrs(14, Math.max(300, block / 8)) },
    {
      ...file('remote', 'values in blocks of their own\n'),
      xattrs: [block, block + 1, 65_535, 65_536].map((bytes) =>
        xattr(`user.remote-${bytes}`, bytes),
      ),
    },
  ]);
}

function xattr(name: string, bytes: number): { name: string; bytes: number } {
  return { name, bytes };
}

function xattrs(count: number, bytes: number): { name: string; bytes: number }[] {
  return Array.from({ length: count }, (_, index) => xattr(`user.attribute-${index}`, bytes));
}

/** Names that differ by case from what a reader may ask for; in short, block and leaf directories. */
function caseTree(): ProtoNode {
  const mixed = (count: number): ProtoNode[] =>
    Array.from({ length: count }, (_, index) =>
      fifo(`MixedCase-${index}-AbCdEfGhIjKlMnOpQrStUvWxYz[]^_`),
    );
  return directory('', [
    file('ReadMe.TXT', 'Found by any spelling.\n'),
    directory('Short', [file('UPPER', 'upper\n'), file('lower', 'lower\n'), fifo('Été-É')]),
    directory('Block', mixed(12)),
    directory('Leaf', mixed(90)),
  ]);
}

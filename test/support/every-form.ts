/**
 * A tree that has every form of every structure that a geometry allows: directories, attributes,
 * symlinks, extent maps, special files, times, flags. Small: a few hundred inodes.
 *
 * Directories of many entries hold hard links of a few files, so that they cost no inodes; the links
 * take turns, so that a name that leads to the wrong inode shows.
 */
import { collidingNames, ODD_NAMES } from './names.js';
import { Allocate, type TreeWriter } from './tree-writer.js';

export interface Geometry {
  /** Bytes. */
  block: number;
  directoryBlock: number;
  inode: number;
  reflink: boolean;
  bigtime: boolean;
}

/** Bytes of an inode that its forks share, v5. */
function literalArea(geometry: Geometry): number {
  return geometry.inode - 176;
}

export function fillEveryForm(tree: TreeWriter, geometry: Geometry): void {
  fillEveryKind(tree, geometry);
  fillDirectories(tree, geometry);
  fillAttributes(tree, geometry);
}

/** The same without the big directories and attributes. */
export function fillEveryKind(tree: TreeWriter, geometry: Geometry): void {
  fillKinds(tree);
  fillData(tree, geometry);
  fillTimes(tree, geometry);
  fillFlags(tree, geometry);
}

function fillKinds(tree: TreeWriter): void {
  tree.file('/readme.txt', 'A tree of every form that XFS has.\n');
  tree.directory('/kinds');
  tree.file('/kinds/empty');
  tree.file('/kinds/run-me', '#!/bin/sh\necho hello\n', 0o755);
  tree.file('/kinds/unreadable', 'root only\n', 0o000);
  tree.file('/kinds/setuid', '', 0o4755);
  tree.file('/kinds/setgid', '', 0o2755);
  tree.directory('/kinds/sticky', 0o1777);
  tree.directory('/kinds/setgid-directory', 0o2775);
  tree.file('/kinds/owned', 'by somebody else\n');
  tree.owner('/kinds/owned', 1000, 3_000_000_000);
  tree.mode('/kinds/owned', 0o6711);
  tree.link('/kinds/second-name', '/kinds/owned');
  tree.fifo('/kinds/fifo', 0o600);
  tree.socket('/kinds/socket', 0o755);
  tree.device('/kinds/null', 'character', 1, 3);
  tree.device('/kinds/disk', 'block', 8, 1);
  tree.device('/kinds/far-device', 'block', 511, 262_143);
  tree.directory('/symlinks');
  tree.symlink('/symlinks/local', '../readme.txt');
  tree.symlink('/symlinks/dangling', '/nowhere/at/all');
  tree.symlink('/symlinks/loop', 'loop');
  tree.symlink('/symlinks/not-utf8', Buffer.from([0x2f, 0xff, 0x80]));
  tree.symlink('/symlinks/remote', `/${'long/'.repeat(204)}xx`); // 1023 bytes, the most there is
  tree.owner('/symlinks/local', 7, 8);
}

/** A directory of `count` hard links. */
function fillLinks(tree: TreeWriter, path: string, names: readonly (string | Buffer)[]): void {
  tree.directory(path);
  names.forEach((name, index) => {
    tree.link(Buffer.concat([Buffer.from(`${path}/`), Buffer.from(name)]), linkTarget(index));
  });
}

const LINK_TARGETS = 7;

function linkTarget(index: number): string {
  return `/dirs/targets/${index % LINK_TARGETS}`;
}

function numbered(count: number, length: number): string[] {
  return Array.from({ length: count }, (_, index) => index.toString().padStart(length, '-'));
}

function fillDirectories(tree: TreeWriter, geometry: Geometry): void {
  const { directoryBlock } = geometry;
  tree.directory('/dirs');
  tree.directory('/dirs/targets');
  for (let index = 0; index < LINK_TARGETS; index++) {
    tree.file(`/dirs/targets/${index}`, `target ${index}\n`);
  }
  tree.directory('/dirs/empty');
  tree.directory('/dirs/short');
  tree.file('/dirs/short/file');
  tree.directory('/dirs/short/directory');
  tree.symlink('/dirs/short/symlink', 'file');
  // With a name of 40 bytes, an entry takes 48 in a short directory and 64 in a block one, its hash included.
  fillLinks(tree, '/dirs/block', numbered(Math.ceil(literalArea(geometry) / 48) + 2, 40));
  // With one of six, 24, and 8 in the leaf: more than one data block, and less than one leaf.
  fillLinks(tree, '/dirs/leaf', numbered(Math.ceil((directoryBlock / 24) * 1.05), 6));
  if (directoryBlock <= 16_384) fillLinks(tree, '/dirs/node', numbered(directoryBlock / 8, 6));
  fillLinks(tree, '/dirs/odd-names', ODD_NAMES);
  fillLinks(tree, '/dirs/colliding', collidingNames(48));
  fillLinks(tree, '/dirs/holes', numbered(90, 30));
  for (const [index, name] of numbered(90, 30).entries()) {
    if (index % 3 !== 1) tree.remove(`/dirs/holes/${name}`);
  }
  fillLinks(tree, '/dirs/emptied', numbered(90, 30));
  for (const name of numbered(90, 30)) tree.remove(`/dirs/emptied/${name}`);
}

function patterned(seed: string, bytes: number): string {
  return seed.repeat(Math.ceil(bytes / seed.length)).slice(0, bytes);
}

function fillAttributes(tree: TreeWriter, geometry: Geometry): void {
  const { block } = geometry;
  const set = (path: string, name: string, bytes: number): void => {
    tree.xattr(path, name, patterned(`${name} `, bytes));
  };
  tree.directory('/attrs');
  tree.file('/attrs/short');
  set('/attrs/short', 'user.small', 10);
  set('/attrs/short', 'user.empty', 0);
  tree.file('/attrs/namespaces');
  for (const space of ['user', 'trusted', 'security']) set('/attrs/namespaces', `${space}.same`, 12);
  tree.file('/attrs/leaf', 'an attribute leaf\n');
  for (let index = 0; index * 60 < literalArea(geometry); index++) {
    set('/attrs/leaf', `user.attribute-${index}`, 40);
  }
  // Each more than an eighth of a block: fourteen never fit one leaf, and none becomes remote.
  tree.file('/attrs/node', 'an attribute tree\n');
  for (let index = 0; index < 14; index++) set('/attrs/node', `user.node-${index}`, block / 8);
  tree.file('/attrs/colliding');
  for (const name of collidingNames(16)) set('/attrs/colliding', `user.${name}`, 20);
  tree.file('/attrs/long-name');
  set('/attrs/long-name', `user.${'n'.repeat(250)}`, 5);
  tree.file('/attrs/deleted');
  for (let index = 0; index < 12; index++) set('/attrs/deleted', `user.gone-${index}`, block / 8);
  for (let index = 1; index < 12; index++) tree.removeXattr('/attrs/deleted', `user.gone-${index}`);
  tree.file('/attrs/remote', 'values in blocks of their own\n');
  const remoteHeader = 56;
  for (const bytes of [block - remoteHeader, block - remoteHeader + 1, block * 2, 65_536]) {
    if (bytes <= 65_536) set('/attrs/remote', `user.remote-${bytes}`, bytes);
  }
  tree.file('/attrs/acl', 'for user 1000 and group 2000\n', 0o640);
  tree.acl('/attrs/acl', 'u:1000:rw,g:2000:r,m::rw');
  tree.directory('/attrs/acl-directory');
  tree.acl('/attrs/acl-directory', 'u:1001:rwx,d:u:1001:rwx,d:g:2001:rx');
  tree.file('/attrs/acl-directory/inherits');
  tree.file('/attrs/capable', '', 0o755);
  tree.xattr('/attrs/capable', 'security.capability', CAP_NET_RAW);
  tree.symlink('/attrs/symlink', 'short');
  set('/attrs/symlink', 'trusted.on-symlink', 20);
  set('/attrs', 'user.on-directory', 20);
}

/** struct vfs_cap_data, revision 2: effective, CAP_NET_RAW permitted. */
const CAP_NET_RAW = Buffer.from('0100000200200000000000000000000000000000', 'hex');

/** Block `index` of a file, so that no two blocks of a tree are alike. */
export function blockOf(name: string, index: number, bytes: number): Buffer {
  return Buffer.from(patterned(`${name} block ${index} `, bytes - 1).concat('\n'));
}

function fillData(tree: TreeWriter, geometry: Geometry): void {
  const { block } = geometry;
  const blocks = (name: string, count: number): Buffer =>
    Buffer.concat(Array.from({ length: count }, (_, index) => blockOf(name, index, block)));
  tree.directory('/data');
  tree.file('/data/dense', Buffer.concat([blocks('dense', 5), Buffer.from('and a tail')]));
  tree.file('/data/one-byte', '1');
  tree.file('/data/hole-only');
  tree.truncate('/data/hole-only', 10 * block + 77);
  tree.file('/data/sparse');
  for (const index of [1, 4, 5, 9]) tree.writeAt('/data/sparse', index * block, blockOf('sparse', index, block));
  tree.truncate('/data/sparse', 12 * block + 3);
  tree.file('/data/unwritten');
  tree.allocate('/data/unwritten', Allocate.grow, 0, 8 * block);
  tree.file('/data/half-written');
  tree.allocate('/data/half-written', Allocate.grow, 0, 12 * block);
  for (const index of [0, 3, 6, 7]) tree.writeAt('/data/half-written', index * block, blockOf('half', index, block));
  tree.file('/data/past-end', 'ends long before its blocks do\n');
  tree.allocate('/data/past-end', Allocate.keepSize, 0, 6 * block);
  tree.file('/data/punched', blocks('punched', 9));
  tree.allocate('/data/punched', Allocate.punchHole, block, 2 * block);
  tree.allocate('/data/punched', Allocate.zero, 5 * block, block);
  tree.file('/data/shifted', blocks('shifted', 8));
  tree.allocate('/data/shifted', Allocate.collapse, 2 * block, block);
  tree.allocate('/data/shifted', Allocate.insert, 4 * block, 2 * block);
  tree.file('/data/largest');
  tree.writeAt('/data/largest', 0, Buffer.from('the first byte of the largest file'));
  tree.writeAt('/data/largest', 2n ** 63n - 2n, Buffer.from('!'));
  fillScattered(tree, '/data/btree', block, Math.ceil(literalArea(geometry) / 16) + 20);
  if (geometry.reflink) fillShared(tree, block, blocks);
}

/** A file of `count` extents: every other block is a hole. The size first: nothing is allocated ahead. */
export function fillScattered(tree: TreeWriter, path: string, block: number, count: number): void {
  tree.file(path);
  tree.truncate(path, 2 * count * block);
  const indices = Array.from({ length: count }, (_, index) => index);
  tree.writeEach(
    path,
    indices.map((index) => [2 * index * block, blockOf('scattered', index, block)]),
  );
}

function fillShared(
  tree: TreeWriter,
  block: number,
  blocks: (name: string, count: number) => Buffer,
): void {
  tree.file('/data/original', blocks('original', 10));
  tree.file('/data/clone');
  tree.clone('/data/original', '/data/clone');
  tree.file('/data/partial-clone', blocks('own', 6));
  tree.clone('/data/original', '/data/partial-clone', 4 * block, 2 * block, 3 * block);
  tree.file('/data/changed-clone');
  tree.clone('/data/original', '/data/changed-clone');
  tree.writeAt('/data/changed-clone', 3 * block, blockOf('changed', 3, block));
  tree.file('/data/formerly-shared', blocks('former', 4));
  tree.file('/data/gone');
  tree.clone('/data/formerly-shared', '/data/gone');
  tree.remove('/data/gone');
}

function fillTimes(tree: TreeWriter, geometry: Geometry): void {
  const second = 1_000_000_000n;
  tree.directory('/times');
  const set = (name: string, seconds: bigint, nanoseconds: bigint): void => {
    tree.file(`/times/${name}`);
    tree.times(`/times/${name}`, seconds * second + nanoseconds, (seconds + 1n) * second + 1n);
  };
  set('1901-first', -(2n ** 31n), 0n);
  set('1969-last', -1n, 999_999_999n);
  set('1970', 0n, 0n);
  set('2024', 1_709_210_096n, 123_456_789n);
  set('2038-last', 2n ** 31n - 2n, 999_999_999n);
  if (geometry.bigtime) {
    set('2038-after', 2n ** 31n, 1n);
    set('2446', 15_032_385_536n, 500_000_000n);
    set('2486-last', 16_299_260_424n, 999_999_999n);
  }
  tree.symlink('/times/symlink', '1970');
  tree.times('/times/symlink', 5n * second + 5n, 6n * second + 6n);
}

function fillFlags(tree: TreeWriter, geometry: Geometry): void {
  tree.directory('/flags');
  tree.file('/flags/project', 'of project 4242\n');
  tree.flags('/flags/project', { projectId: 4242 });
  tree.directory('/flags/project-directory');
  tree.flags('/flags/project-directory', { projectId: 3_000_000_000, flags: ['projinherit'] });
  tree.file('/flags/project-directory/inherits');
  tree.file('/flags/dax');
  tree.flags('/flags/dax', { flags: ['dax'] });
  tree.file('/flags/extent-size');
  tree.flags('/flags/extent-size', { flags: ['extsize'], extentSizeHint: 4 * geometry.block });
  tree.writeAt('/flags/extent-size', geometry.block, Buffer.from('in the middle of a big extent\n'));
  tree.directory('/flags/inherited-hint');
  tree.flags('/flags/inherited-hint', {
    flags: ['extszinherit', 'nosymlinks'],
    extentSizeHint: 8 * geometry.block,
  });
  if (geometry.reflink) {
    tree.file('/flags/cow-hint');
    tree.flags('/flags/cow-hint', { flags: ['cowextsize'], cowExtentSizeHint: 2 * geometry.block });
  }
  for (const flag of ['nodump', 'noatime', 'nodefrag', 'sync', 'append', 'immutable']) {
    tree.file(`/flags/${flag}`, `${flag}\n`);
    tree.flags(`/flags/${flag}`, { flags: [flag] });
  }
}

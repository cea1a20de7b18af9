/**
 * A tree that has every form of every structure that a geometry allows: directories, attributes,
 * symlinks, extent maps, special files, times, flags. Small: a few hundred inodes.
 */
import { fillAttributes } from './form-attributes.js';
import { fillData } from './form-data.js';
import { fillDirectories } from './form-directories.js';
import type { Geometry } from './geometry.js';
import type { TreeWriter } from './tree-writer.js';

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
  tree.writeAt(
    '/flags/extent-size',
    geometry.block,
    Buffer.from('in the middle of a big extent\n'),
  );
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

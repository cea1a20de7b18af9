import { deepEqual } from 'node:assert/strict';
import { test } from 'node:test';
import { parseLocks, parseMounts } from './proc-tables.js';

test('mounts, with blanks in a mount point', () => {
  const text =
    '22 27 0:21 / /proc rw,relatime - proc proc rw\n' +
    '36 35 259:3 /sub /mnt/my\\040disk\\134x rw,noatime master:1 - xfs /dev/nvme0n1p3 rw\n';
  deepEqual(parseMounts(text), [
    { device: '0:21', mountPoint: '/proc' },
    { device: '259:3', mountPoint: '/mnt/my disk\\x' },
  ]);
  deepEqual(parseMounts(''), []);
});

test('locks, those that wait left out', () => {
  const text =
    '1: FLOCK  ADVISORY  WRITE 1234 fe:01:131 0 EOF\n' +
    '1: -> FLOCK  ADVISORY  READ  77 fe:01:131 0 EOF\n' +
    '2: OFDLCK ADVISORY  READ  -1 08:10:99 100 101\n';
  deepEqual(parseLocks(text), [
    { kind: 'FLOCK', exclusive: true, pid: 1234, major: 254, minor: 1, inode: '131' },
    { kind: 'OFDLCK', exclusive: false, pid: -1, major: 8, minor: 16, inode: '99' },
  ]);
});

/** Size and offsets of the formats of log items: xfs_buf_log_format, xfs_inode_log_format, xfs_icreate_log. */
import { deepEqual, equal } from 'node:assert/strict';
import { test } from 'node:test';
import { BufferFormat, InodeCreateFormat, InodeFormat } from './items.js';

test('layout', () => {
  const table = [
    [BufferFormat, 20, [0, 2, 4, 6, 8, 16]],
    [InodeFormat, 56, [0, 2, 4, 8, 10, 12, 16, 24, 40, 48, 52]],
    [InodeCreateFormat, 28, [0, 2, 4, 8, 12, 16, 20, 24]],
  ] as const;
  for (const [format, bytes, offsets] of table) {
    equal(format.bytes, bytes);
    deepEqual(Object.values(format.offsets), offsets);
  }
});

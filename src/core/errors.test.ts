import { equal, ok } from 'node:assert/strict';
import { constants } from 'node:os';
import { test } from 'node:test';
import { getSystemErrorMap } from 'node:util';
import { CorruptError, FsError, inCall, type ErrorCode } from './errors.js';

const CODES: readonly ErrorCode[] = [
  'EPERM',
  'ENOENT',
  'EIO',
  'EBADF',
  'EACCES',
  'EBUSY',
  'EEXIST',
  'ENOTDIR',
  'EISDIR',
  'EINVAL',
  'EFBIG',
  'ENOSPC',
  'EROFS',
  'ERANGE',
  'ENAMETOOLONG',
  'ENOTEMPTY',
  'ELOOP',
  'ENODATA',
  'EBADMSG',
  'EOVERFLOW',
  'ENXIO',
  'ENOTSUP',
];

test(
  'numbers are those of this machine, where it is Linux',
  { skip: process.platform !== 'linux' },
  () => {
    const errno = constants.errno as { readonly [code: string]: number };
    for (const code of CODES) equal(new FsError(code).errno, -errno[code]!, code);
  },
);

/** Node says "operation not supported on socket", and there is none here. */
const OWN_WORDS: ErrorCode = 'ENOTSUP';

test('words are those that Node prints', () => {
  const words = new Map(getSystemErrorMap().values());
  let known = 0;
  for (const code of CODES) {
    const text = words.get(code);
    if (text === undefined || code === OWN_WORDS) continue;
    known++;
    equal(new FsError(code).message, `${code}: ${text}`);
  }
  ok(known > 15);
});

test('the call and the path are put in once, at the border', () => {
  const bare = new FsError('ENOENT', { detail: 'why' });
  const full = inCall(bare, 'open', '/a') as FsError;
  equal(full.message, "ENOENT: no such file or directory: why, open '/a'");
  equal(full.syscall, 'open');
  equal(full.path, '/a');
  equal(inCall(full, 'stat', '/b'), full);
});

test('a CorruptError keeps its rule and its place', () => {
  const bare = new CorruptError('a rule', 'agf', 512, 'EBADMSG');
  const full = inCall(bare, 'read') as CorruptError;
  equal(full.message, 'EBADMSG: bad message: agf at byte 512 breaks "a rule", read');
  equal(full.errno, -74);
  equal(full.path, undefined);
  equal(new CorruptError('a rule', 'inode 5').errno, -117);
});

test('what is no error of ours passes', () => {
  const other = new TypeError('an accident');
  equal(inCall(other, 'open'), other);
});

/** The words and numbers that commands print. */
import { deepEqual, equal } from 'node:assert/strict';
import { test } from 'node:test';
import { CorruptError, FsError } from '../core/index.js';
import type { Inode } from '../vfs/index.js';
import { alignColumns } from './columns.js';
import { Failure, describeFailure, explain } from './failure.js';
import { modeText, permissionDigits, typeName, utcText } from './inode-text.js';
import { nameFields } from './name-json.js';
import { sortedEntries } from './sorted-entries.js';
import { countText, sizeText } from './units.js';

test('why something failed, in one line and without codes', () => {
  const detail = 'the log is dirty';
  equal(explain(new FsError('ENOTSUP', { detail, syscall: 'open', path: 'a.img' })), detail);
  const absent = new FsError('ENOENT', { syscall: 'stat', path: '/x, stat /y' });
  equal(explain(absent), 'no such file or directory');
  const system = Object.assign(new Error("EACCES: permission denied, open '/a'"), {
    code: 'EACCES',
    syscall: 'open',
  });
  equal(explain(system), 'permission denied');
  equal(
    explain(new CorruptError('checksum', 'inode 131', 4096, 'EBADMSG')),
    'bad message: inode 131 at byte 4096 breaks "checksum"',
  );
  equal(explain('text\nwith\u001b[1m'), 'text?with?[1m');
  equal(describeFailure(new Failure('a b', absent)), "'a b': no such file or directory");
  equal(describeFailure(absent), 'no such file or directory');
});

function text(mode: number): string {
  return modeText({ mode } as Inode);
}

test('modes as ls -l writes them', () => {
  equal(text(0o100644), '-rw-r--r--');
  equal(text(0o040755), 'drwxr-xr-x');
  equal(text(0o041777), 'drwxrwxrwt');
  equal(text(0o041000), 'd--------T');
  equal(text(0o104755), '-rwsr-xr-x');
  equal(text(0o106644), '-rwSr-Sr--');
  equal(text(0o102070), '----rws---');
  equal(text(0o120777), 'lrwxrwxrwx');
  equal(text(0o010600), 'prw-------');
  equal(text(0o020666), 'crw-rw-rw-');
  equal(text(0o060660), 'brw-rw----');
  equal(text(0o140777), 'srwxrwxrwx');
  equal(permissionDigits({ mode: 0o100044 } as Inode), '0044');
  equal(typeName({ mode: 0o140777 } as Inode), 'socket');
});

test('times to the nanosecond, before 1970 too', () => {
  equal(utcText({ seconds: 0, nanoseconds: 5 }), '1970-01-01T00:00:00.000000005Z');
  equal(utcText({ seconds: -1, nanoseconds: 999_999_999 }), '1969-12-31T23:59:59.999999999Z');
  equal(utcText({ seconds: 16299260424, nanoseconds: 0 }), '2486-07-02T20:20:24.000000000Z');
});

test('sizes and counts for people', () => {
  equal(sizeText(0), '0 bytes');
  equal(sizeText(1023), '1023 bytes');
  equal(sizeText(1536), '1.5 KiB');
  equal(sizeText(152 * 2 ** 20), '152 MiB');
  equal(sizeText(2 ** 63), '8.0 EiB');
  equal(countText(1234567), '1,234,567');
});

test('columns', () => {
  const rows = [
    ['a', '1', 'x'],
    ['bb', '22', ''],
  ];
  deepEqual(alignColumns(rows, [1]), ['a    1  x', 'bb  22']);
});

test('names in JSON keep their bytes', () => {
  deepEqual(nameFields(Buffer.from('caf\u00e9')), { name: 'caf\u00e9' });
  deepEqual(nameFields(Buffer.from('caf\xe9', 'latin1'), 'path'), {
    path: 'caf\ufffd',
    pathHex: '636166e9',
  });
});

test('entries in the order of their bytes', () => {
  const names = ['b', 'a', 'B', 'ab', '\u00e9', 'a-'].map((name) => Buffer.from(name));
  const parts = [names.slice(0, 2), names.slice(2)];
  const driver = {
    list: (_directory: Inode, from: number) => ({
      entries: parts[from]!.map((name) => ({ name, ino: 1, type: 0 })),
      next: from === 0 ? 1 : undefined,
    }),
  };
  const sorted = sortedEntries(driver as never, {} as Inode);
  deepEqual(
    sorted.map(({ name }) => Buffer.from(name).toString()),
    ['B', 'a', 'a-', 'ab', 'b', '\u00e9'],
  );
});

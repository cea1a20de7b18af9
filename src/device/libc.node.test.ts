import { deepEqual, equal, match, ok, throws } from 'node:assert/strict';
import { constants } from 'node:buffer';
import * as fs from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { libc, libcProblem } from './libc.node.js';
import {
  cleanUp,
  firstLine,
  makeImage,
  moduleUrl,
  run,
  runWithoutKoffi,
  scratch,
} from './support.test.node.js';
import { probeUserfaultfd } from './userfaultfd.node.js';

const native = libc();
const skip = native === undefined ? `no libc: ${libcProblem()}` : false;
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

test('times are exact to the nanosecond, before 1970 and far ahead', { skip }, (t) => {
  const path = join(scratch(t), 'file');
  fs.writeFileSync(path, '');
  native!.utimensat(
    bytes(path),
    { seconds: -2, nanoseconds: 999_999_999 },
    { seconds: 4_000_000_000, nanoseconds: 1 },
    true,
  );
  const stat = fs.statSync(path, { bigint: true });
  equal(stat.atimeNs, -1_000_000_001n);
  equal(stat.mtimeNs, 4_000_000_000_000_000_001n);

  const descriptor = fs.openSync(path, 'r');
  cleanUp(t, () => fs.closeSync(descriptor));
  const time = { seconds: 12, nanoseconds: 34 };
  native!.futimens(descriptor, time, time);
  equal(fs.statSync(path, { bigint: true }).mtimeNs, 12_000_000_034n);
});

test('a symbolic link has times of its own', { skip }, (t) => {
  const path = join(scratch(t), 'link');
  fs.symlinkSync('nowhere', path);
  const time = { seconds: 7, nanoseconds: 8 };
  native!.utimensat(bytes(path), time, time, true);
  equal(fs.lstatSync(path, { bigint: true }).mtimeNs, 7_000_000_008n);
  throws(() => native!.utimensat(bytes(path), time, time, false), {
    code: 'ENOENT',
    errno: -2,
    syscall: 'utimensat',
    path,
    message: `ENOENT: no such file or directory, utimensat '${path}'`,
  });
});

test('nanoseconds that mean "now" or "leave it" are refused', { skip }, () => {
  const time = { seconds: 1, nanoseconds: 1 };
  for (const nanoseconds of [0x3fffffff, 0x3ffffffe, 1_000_000_000, -1, Number.NaN])
    throws(() => native!.utimensat(bytes('/'), time, { seconds: 1, nanoseconds }, true), {
      code: 'EINVAL',
    });
});

test('an attribute is bytes, zeros and all', { skip }, (t) => {
  const path = join(scratch(t), 'file');
  fs.writeFileSync(path, '');
  try {
    native!.lsetxattr(bytes(path), bytes('user.daxkit'), new Uint8Array([0xff, 0, 0xfe, 0x41]));
  } catch (error) {
    return t.skip(`no user attributes here: ${firstLine(error)}`);
  }
  let shown: string;
  try {
    shown = run('getfattr', '-n', 'user.daxkit', '-e', 'hex', '--', path);
  } catch (error) {
    return t.skip(`no getfattr here: ${firstLine(error)}`);
  }
  match(shown, /user\.daxkit=0xff00fe41/);
  native!.lsetxattr(bytes(path), bytes('user.daxkit'), new Uint8Array());
  match(run('getfattr', '-n', 'user.daxkit', '--', path), /^user\.daxkit(="")?$/m);
  throws(() => native!.lsetxattr(bytes(path), bytes('user.a\0b'), new Uint8Array()), {
    code: 'EINVAL',
  });
});

test('device nodes and fifos', { skip }, (t) => {
  const folder = scratch(t);
  native!.mkfifo(bytes(join(folder, 'fifo')), 0o600);
  ok(fs.statSync(join(folder, 'fifo')).isFIFO());
  if (process.getuid?.() !== 0) return t.skip('device nodes are for root');
  const path = join(folder, 'null');
  native!.mknod(bytes(path), fs.constants.S_IFCHR | 0o600, { major: 1, minor: 3 });
  ok(fs.statSync(path).isCharacterDevice());
  equal(fs.statSync(path).rdev, fs.statSync('/dev/null').rdev);
  throws(() => native!.mknod(bytes(path), fs.constants.S_IFIFO, { major: 0, minor: 0 }), {
    code: 'EEXIST',
  });
});

test('a view longer than an ArrayBuffer is an error, not the end of the process', { skip }, () => {
  throws(() => native!.view(0x1000, constants.MAX_LENGTH + 1), {
    code: 'EOVERFLOW',
    message: new RegExp(`${constants.MAX_LENGTH}.*window`),
  });
});

test('ioctl and flock say what they could not do', { skip }, (t) => {
  const descriptor = fs.openSync(makeImage(t, 512), 'r');
  cleanUp(t, () => fs.closeSync(descriptor));
  throws(() => native!.ioctl(descriptor, 0x1268, new Int32Array(1)), { code: 'ENOTTY' });
  throws(() => native!.flock(-1, 1), { code: 'EBADF' });
});

test('without koffi there is a reason instead', () => {
  const answer = runWithoutKoffi(`
    import { libc, libcProblem } from ${moduleUrl('./index.node.js')};
    console.log(libc(), libcProblem());`);
  if (process.platform === 'linux')
    equal(answer, 'undefined koffi does not load: no binary for this machine');
  else match(answer, /^undefined native calls are made on Linux only/);
});

test('the probe of userfaultfd answers with a mode, or with a reason', { skip }, () => {
  const support = probeUserfaultfd();
  if (support.mode === 'none') ok(support.reason.length > 0);
  else deepEqual(Object.keys(support), ['mode']);
  const privileged = process.getuid?.() === 0;
  if (privileged && support.mode !== 'none') equal(support.mode, 'full');
});

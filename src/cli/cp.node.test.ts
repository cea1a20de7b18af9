/** `daxkit cp` by the rules of cp(1), as a process. */
import { deepEqual, equal, match, ok } from 'node:assert/strict';
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { libcProblem } from '../device/index.node.js';
import { daxkit, fixture, scratch, type Run } from './support.test.node.js';

/** A folder to copy into, and cp of places of the demo there. */
function setUp(t: TestContext): {
  folder: string;
  image: string;
  cp: (args: readonly string[], target: string) => Run;
} {
  const image = fixture(t, 'demo');
  const folder = scratch(t);
  const cp = (args: readonly string[], target: string): Run =>
    daxkit(
      [
        'cp',
        ...args.map((arg) => (arg.startsWith('/') && arg !== image ? `${image}:${arg}` : arg)),
        target,
      ],
      {
        cwd: folder,
      },
    );
  return { folder, image, cp };
}

const DOCS = ['README.txt', 'data', 'guide', 'notes.txt'];

/** Losses are told, and are no failure: not every user, and not every host, can keep all there is. */
function checkOk({ status, err, out }: Run): void {
  const failures = err
    .split('\n')
    .filter((line) => !/attributes not kept|times are kept to the microsecond/.test(line));
  deepEqual([status, failures.join('\n'), out], [0, '', '']);
}

test('a file to a name, into a directory, over a file', (t) => {
  const { folder, cp } = setUp(t);
  checkOk(cp(['/bin/hello'], 'name'));
  mkdirSync(join(folder, 'directory'));
  checkOk(cp(['/bin/hello'], 'directory'));
  checkOk(cp(['/bin/hello'], 'directory/'));
  writeFileSync(join(folder, 'old'), 'old and much longer than the file that goes over it');
  checkOk(cp(['/bin/hello'], 'old'));
  for (const path of ['name', 'directory/hello', 'old']) {
    match(readFileSync(join(folder, path), 'utf8'), /^#!\/bin\/sh/);
    equal(lstatSync(join(folder, path)).mode & 0o7777, 0o755);
  }
});

test('a directory to a name, into a directory, its contents', (t) => {
  const { folder, cp } = setUp(t);
  checkOk(cp(['-r', '/docs'], 'name'));
  checkOk(cp(['-r', '/docs'], 'name'));
  checkOk(cp(['-r', '/docs/'], 'slash/'));
  checkOk(cp(['-r', '/docs/.'], 'contents'));
  mkdirSync(join(folder, 'there'));
  checkOk(cp(['-r', '/docs/.'], 'there'));
  const list = (path: string): string[] => readdirSync(join(folder, path)).sort();
  deepEqual(list('name'), [...DOCS.slice(0, 2), 'docs', ...DOCS.slice(2)]);
  for (const path of ['name/docs', 'slash', 'contents', 'there']) deepEqual(list(path), DOCS);
});

test('the whole image, by its name alone', { skip: libcProblem() ?? false }, (t) => {
  const { folder, image, cp } = setUp(t);
  checkOk(cp(['-r', image], 'out'));
  deepEqual(readdirSync(join(folder, 'out')).sort(), ['README', 'bin', 'data', 'docs', 'run']);
  const one = lstatSync(join(folder, 'out/bin/hello'));
  equal(one.ino, lstatSync(join(folder, 'out/bin/hello-again')).ino);
  checkOk(cp(['-r', '/.'], 'out')); // over what is there: all is made anew
  const again = lstatSync(join(folder, 'out/bin/hello'));
  deepEqual([again.nlink, again.mtimeMs], [2, one.mtimeMs]);
});

test('several sources need a directory, and share their hard links', (t) => {
  const { folder, cp } = setUp(t);
  const refused = cp(['/bin/hello', '/bin/hello-again'], 'missing');
  deepEqual([refused.status, refused.err], [1, 'daxkit: missing: the target is no directory\n']);
  mkdirSync(join(folder, 'there'));
  checkOk(cp(['-r', '/bin/hello', '/bin/hello-again', '/docs/guide'], 'there'));
  deepEqual(readdirSync(join(folder, 'there')).sort(), ['guide', 'hello', 'hello-again']);
  const inode = (name: string): number => lstatSync(join(folder, 'there', name)).ino;
  equal(inode('hello'), inode('hello-again'));
});

test('without -r a directory is left out, and the rest is copied', (t) => {
  const { folder, cp } = setUp(t);
  mkdirSync(join(folder, 'there'));
  const run = cp(['/docs', '/bin/hello'], 'there');
  equal(run.status, 1);
  match(run.err, /^daxkit: cp: \S+demo\.img:\/docs: a directory is left out without -r\n/);
  deepEqual(readdirSync(join(folder, 'there')), ['hello']);
});

test('a link is followed without -r, and copied with it', (t) => {
  const { folder, cp } = setUp(t);
  checkOk(cp(['/README'], 'file'));
  checkOk(cp(['-r', '/README'], 'link'));
  ok(lstatSync(join(folder, 'file')).isFile());
  ok(lstatSync(join(folder, 'link')).isSymbolicLink());
});

test('names that cannot be', (t) => {
  const { folder, cp } = setUp(t);
  const checkRefused = (args: readonly string[], target: string, message: RegExp): void => {
    const run = cp(args, target);
    equal(run.status, 1);
    match(run.err, message);
  };
  checkRefused(['/bin/hello'], 'missing/', /a file does not go to a name with a slash at its end/);
  checkRefused(['/bin/hello'], 'missing/name', /missing\/name: no such file or directory/);
  checkRefused(['-r', '/docs'], 'missing/name', /missing\/name: no such file or directory/);
  checkRefused(['/no'], 'name', /demo\.img:\/no: no such file or directory/);
  writeFileSync(join(folder, 'file'), 'mine');
  checkRefused(['-r', '/docs'], 'file', /cannot overwrite a non-directory with a directory/);
  checkRefused(['/bin/hello'], 'file/', /file\/: not a directory|a slash at its end/);
  equal(readFileSync(join(folder, 'file'), 'utf8'), 'mine');
  mkdirSync(join(folder, 'there'));
  checkRefused(['/README', '/docs/../README'], 'there', /what this command has just made/);
  ok(!existsSync(join(folder, 'missing')));
});

test('into an image it does not copy, nor over the one it reads', (t) => {
  const { folder, image, cp } = setUp(t);
  const into = cp(['/bin/hello'], `${image}:/bin`);
  equal(into.status, 2);
  match(into.err, /copying into an image is not in this version/);
  const before = lstatSync(image);
  const over = cp(['/bin/hello'], image);
  equal(over.status, 1);
  match(over.err, /cannot overwrite the image with a file in it/);
  deepEqual([lstatSync(image).ino, lstatSync(image).size], [before.ino, before.size]);
  deepEqual(readdirSync(folder), []);
});

test('what fails is told and counted, and the rest is copied', (t) => {
  const image = fixture(t, 'forms');
  const out = join(scratch(t), 'out');
  const { status, err } = daxkit(['cp', '-r', image, out]);
  equal(status, 1);
  const lines = err.trimEnd().split('\n');
  ok(lines.every((line) => line.startsWith('daxkit: cp: ')));
  match(err, /out\/data\/largest: node:fs makes no file of more than 2\^53 bytes/);
  const count = /cp: (\d+) problems, see above/.exec(err)?.[1] ?? '1';
  const problems = lines.filter(
    (line) => !/attributes not kept|times are kept|see above/.test(line),
  );
  equal(problems.length, Number(count));
  ok(existsSync(join(out, 'readme.txt')));
});

test('without privilege devices are left out, and setuid is not lent', (t) => {
  if (process.geteuid === undefined) return t.skip('this host has no users');
  const image = fixture(t, 'forms');
  const folder = scratch(t);
  chmodSync(dirname(image), 0o755);
  chmodSync(folder, 0o777);
  const nobody = process.geteuid() === 0 ? { uid: 65534, gid: 65534 } : {};
  const { status, err } = daxkit(['cp', '-r', `${image}:/kinds`, join(folder, 'out')], nobody);
  if (/MODULE_NOT_FOUND|permission denied, open/.test(err)) return t.skip('nobody cannot run this');
  equal(status, 1);
  for (const name of ['null', 'disk', 'far-device']) {
    match(err, new RegExp(`out/kinds/${name}: |out/${name}: `));
    ok(!existsSync(join(folder, 'out', name)));
  }
  const { mode, uid } = lstatSync(join(folder, 'out', 'setuid'));
  const owner = daxkit(['stat', '--json', `${image}:/kinds/setuid`]).out;
  if ((JSON.parse(owner) as { uid: number }).uid !== uid) equal(mode & 0o6000, 0);
  ok(existsSync(join(folder, 'out', 'run-me')));
});

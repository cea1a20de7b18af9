/** Every command as a process: what it prints, and the status that it ends with. */
import { deepEqual, equal, match, ok } from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { closeSync, openSync, readFileSync, truncateSync } from 'node:fs';
import { test } from 'node:test';
import { COMMAND, daxkit, fixture, hasProgram, knownEntries } from './support.test.node.js';

/** One line on standard error, and nothing on standard output. */
function checkFailure(args: readonly string[], status: number, message: RegExp): void {
  const run = daxkit(args);
  equal(run.status, status, `${args.join(' ')}: ${run.err}`);
  match(run.err, message);
  match(run.err, /^daxkit: [^\n]+\n$/);
  equal(run.out, '');
}

test('asked wrongly, the status is 2', () => {
  checkFailure(['frob'], 2, /unknown command 'frob'/);
  checkFailure(['ls'], 2, /missing required argument 'place'/);
  checkFailure(['ls', 'a', 'b'], 2, /too many arguments/);
  checkFailure(['ls', '--frob', 'a'], 2, /unknown option '--frob'/);
  checkFailure(['cp', 'a'], 2, /TARGET is missing/);
  for (const number of ['0', '-1', 'x', '1.5', '1e3'])
    checkFailure(['ls', `--partition=${number}`, 'a'], 2, /a number from 1 on/);
  const { status, err } = daxkit([]);
  equal(status, 2);
  match(err, /^Usage: daxkit/);
});

test('help and the version end well', () => {
  for (const args of [['--help'], ['help'], ['ls', '--help']]) {
    const { status, out } = daxkit(args);
    equal(status, 0);
    match(out, /^Usage: daxkit/);
  }
  const { version } = JSON.parse(
    readFileSync(new URL('../../package.json', import.meta.url), 'utf8'),
  ) as { version: string };
  const run = daxkit(['--version']);
  deepEqual([run.status, run.out], [0, `${version}\n`]);
});

test('what fails says what and why, and the status is 1', (t) => {
  const image = fixture(t, 'no-sparse');
  const commands = ['info', 'ls', 'tree', 'stat', 'extents'];
  for (const command of commands)
    checkFailure([command, '/no such.img'], 1, /'\/no such.img': no such file or directory/);
  for (const command of commands.slice(1))
    checkFailure([command, `${image}:/no`], 1, /no-sparse.img:\/no: no such file or directory/);
  checkFailure(['cat', `${image}:/no`], 1, /no-sparse.img:\/no: no such file or directory/);
  checkFailure(['cat', `${image}:/kinds`], 1, /is a directory/);
  checkFailure(['cat', `${image}:/kinds/fifo`], 1, /not a regular file/);
  checkFailure(['extents', `${image}:/kinds`], 1, /not a regular file/);
  checkFailure(['tree', `${image}:/readme.txt`], 1, /not a directory/);
  checkFailure(['ls', '--partition', '1', image], 1, /has no partition 1/);
  truncateSync(image, 1 << 20);
  checkFailure(['ls', image], 1, /no-sparse.img: /);
  checkFailure(['ls', process.execPath], 1, /neither with an XFS file system nor/);
  checkFailure(['ls', '/'], 1, /is a directory|illegal operation on a directory/);
});

test('a dirty log is refused unless that is asked for', (t) => {
  const image = fixture(t, 'dirty-log');
  checkFailure(['ls', image], 1, /the log is dirty/);
  equal(daxkit(['ls', '--norecovery', image]).status, 0);
  match(daxkit(['info', '--norecovery', image]).out, /^log +dirty/m);
});

test('a disk with several file systems needs a number', (t) => {
  const image = fixture(t, 'gpt-two');
  checkFailure(['ls', image], 1, /choose one with --partition N/);
  const { status, out } = daxkit(['info', '--partition', '4', image]);
  equal(status, 0);
  match(out, /^starts at +byte 18,874,368 of the device$/m);
  match(out, /^gpt 1 +first, 16 MiB at byte 1,048,576, /m);
});

test('info tells the superblock', (t) => {
  const { status, out } = daxkit(['info', '--json', fixture(t, 'no-sparse')]);
  equal(status, 0);
  const info = JSON.parse(out) as Record<string, unknown>;
  const text = readFileSync(new URL('../../fixtures/no-sparse.json', import.meta.url), 'utf8');
  const { fileSystems } = JSON.parse(text) as { fileSystems: { superblock: object }[] };
  const known = Object.entries(fileSystems[0]!.superblock).filter(([key]) => key in info);
  ok(known.length > 10);
  for (const [key, value] of known) deepEqual(info[key], value, key);
});

test('ls prints names, raw where no terminal is', (t) => {
  const image = fixture(t, 'forms');
  const names = knownEntries('forms')
    .flatMap(({ path }) => (path === undefined ? [] : [path]))
    .filter((path) => /^\/kinds\/[^/]+$/.test(path))
    .map((path) => path.slice('/kinds/'.length));
  const listed = daxkit(['ls', `${image}:/kinds`])
    .out.trimEnd()
    .split('\n');
  for (const name of names) ok(listed.includes(name), name);
  deepEqual(
    listed,
    listed.toSorted((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b))),
  );
  equal(daxkit(['ls', `${image}:/readme.txt`]).out, '/readme.txt\n');
  const demo = fixture(t, 'demo');
  match(daxkit(['ls', `${demo}:/docs/data`]).out, /^fragmented\.f64\n/);
  match(daxkit(['ls', '-l', `${demo}:/docs/data`]).out, /^l.* \/docs\/data -> \.\.\/data\n$/);
});

test('ls -l and its JSON', (t) => {
  const image = fixture(t, 'forms');
  const { out } = daxkit(['ls', '-l', `${image}:/kinds`], { env: { ...process.env, TZ: 'UTC' } });
  match(out, /^crw\S+ +1 +0 +0 +1, 3 +\S+ \S+ +null$/m);
  match(out, /^-rws\S+ .* setuid$/m);
  const links = daxkit(['ls', '-l', `${image}:/symlinks`]).out;
  match(links, /^lrwxrwxrwx .* dangling -> \S+$/m);
  const rows = JSON.parse(daxkit(['ls', '--json', `${image}:/data`]).out) as {
    name: string;
    ino: number;
    mode: string;
    size: number | string;
  }[];
  for (const { name, ino, mode, size } of rows) {
    const known = knownEntries('forms').find(({ path }) => path === `/data/${name}`)!;
    if (name === 'largest') equal(size, '9223372036854775807');
    else equal(size, known.size);
    deepEqual([ino, mode], [known.ino, known.mode]);
  }
});

test(
  'names that are not UTF-8 are found by their bytes',
  { skip: process.platform !== 'linux' },
  (t) => {
    const image = fixture(t, 'forms');
    const entries = JSON.parse(daxkit(['tree', '--json', image]).out) as {
      path: string;
      pathHex?: string;
      type: string;
    }[];
    const strange = entries.find(({ pathHex, type }) => pathHex !== undefined && type === 'file');
    ok(strange?.pathHex !== undefined);
    const escaped = strange.pathHex.replaceAll(
      /../g,
      (hex) => `\\${parseInt(hex, 16).toString(8).padStart(3, '0')}`,
    );
    const script = `exec "$0" "$1" stat --json "$2:$(printf '${escaped}')"`;
    const run = spawnSync('sh', ['-c', script, process.execPath, COMMAND, image], {
      encoding: 'utf8',
    });
    equal(run.status, 0, run.stderr);
    equal((JSON.parse(run.stdout) as { pathHex: string }).pathHex, strange.pathHex);
  },
);

test('tree lists all there is', (t) => {
  const { status, out } = daxkit(['tree', fixture(t, 'demo')]);
  equal(status, 0);
  const lines = out.trimEnd().split('\n');
  match(lines[0]!, /demo\.img$/);
  ok(lines.includes('├── README -> docs/README.txt'));
  ok(lines.includes('│   ├── guide'));
  ok(lines.includes('    └── queue'));
  equal(lines.at(-1), '5 directories, 17 files');
});

test('stat tells the inode exactly', (t) => {
  const image = fixture(t, 'demo');
  const known = knownEntries('demo').find(({ path }) => path === '/docs/notes.txt')!;
  const facts = JSON.parse(daxkit(['stat', '--json', `${image}:/docs/notes.txt`]).out) as {
    ino: number;
    mode: string;
    modified: string;
    xattrs: string[];
  };
  deepEqual([facts.ino, facts.mode], [known.ino, known.mode]);
  equal(facts.modified.slice(-10, -1), known.mtime.slice(-9));
  equal(
    Date.parse(facts.modified.replace(/\.\d+Z/, 'Z')) / 1000,
    Number(known.mtime.split('.')[0]),
  );
  ok(facts.xattrs.includes('user.author'));
  const text = daxkit(['stat', `${image}:/docs/notes.txt`], {
    env: { ...process.env, TZ: 'UTC' },
  }).out;
  match(
    text,
    new RegExp(
      `^Modified: \\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\d:\\d\\d\\.${known.mtime.slice(-9)} \\+0000$`,
      'm',
    ),
  );
  match(text, /^Mode: +0660\/-rw-rw----$/m);
  match(
    daxkit(['stat', `${fixture(t, 'parent')}:/readme.txt`]).out,
    /^Parent: +inode \d+, as readme\.txt$/m,
  );
});

test('extents as FIEMAP tells them', (t) => {
  const image = fixture(t, 'demo');
  for (const path of [
    '/data/fragmented.f64',
    '/data/sparse.log',
    '/data/report.txt',
    '/data/reserved.bin',
  ]) {
    const list = JSON.parse(daxkit(['extents', '--json', `${image}:${path}`]).out) as {
      offset: number;
      physical: number;
      length: number;
      unwritten: boolean;
      shared: boolean;
    }[];
    const flat = list.map(({ offset, physical, length, shared, unwritten }) => {
      const flags = `${shared ? 's' : ''}${unwritten ? 'u' : ''}`;
      return [offset, physical, length, flags];
    });
    deepEqual(flat, knownEntries('demo').find((entry) => entry.path === path)!.extents);
  }
  const lines = daxkit(['extents', `${image}:/data/report.txt`])
    .out.trimEnd()
    .split('\n');
  match(lines[0]!, /^ +logical +physical +length +flags$/);
  match(lines[1]!, /^0 +0 +\d+ +28672 +last,shared$/);
});

test('cat gives the bytes, holes and all, of any number of files', (t) => {
  const image = fixture(t, 'demo');
  const hash = (...paths: string[]): string => {
    const { status, stdout } = daxkit(['cat', ...paths.map((path) => `${image}:${path}`)]);
    equal(status, 0);
    return createHash('sha256').update(stdout).digest('hex');
  };
  for (const path of [
    '/data/ramp.f64',
    '/data/fragmented.f64',
    '/data/sparse.log',
    '/data/reserved.bin',
  ])
    equal(hash(path), knownEntries('demo').find((entry) => entry.path === path)!.sha256);
  const twice = daxkit(['cat', `${image}:/README`, `${image}:/docs/README.txt`]).out;
  equal(twice, daxkit(['cat', `${image}:/README`]).out.repeat(2));
});

test('cat goes on after a file that fails', (t) => {
  const image = fixture(t, 'demo');
  const run = daxkit(['cat', `${image}:/docs`, `${image}:/bin/hello`, `${image}:/no`]);
  equal(run.status, 1);
  match(run.out, /^#!\/bin\/sh\n/);
  equal(run.err.trimEnd().split('\n').length, 2);
});

test(
  'a pipe that is full and does not block loses nothing',
  { skip: !hasProgram('sh') && 'no shell here' },
  (t) => {
    const image = fixture(t, 'demo');
    // Node makes a pipe non-blocking for all who have it, and puts that right when it ends: if it can.
    const spoil = "process.stdout; process.kill(process.pid, 'SIGKILL')";
    const script = `"$0" -e "${spoil}"; exec "$0" "$1" cat "$2:/data/ramp.f64"`;
    const { stdout, stderr } = spawnSync(
      'sh',
      ['-c', `{ ${script}; } | cat`, process.execPath, COMMAND, image],
      { maxBuffer: 2 ** 30 },
    );
    ok(!stderr.includes('daxkit:'), stderr.toString()); // the shell may tell of the kill
    const known = knownEntries('demo').find(({ path }) => path === '/data/ramp.f64')!;
    equal(createHash('sha256').update(stdout).digest('hex'), known.sha256);
  },
);

test(
  'a closed pipe ends a command quietly',
  { skip: !hasProgram('sh') && 'no shell here' },
  (t) => {
    const image = fixture(t, 'demo');
    const piped = (args: string, after: string): { status: number | null; stderr: string } =>
      spawnSync(
        'sh',
        [
          '-c',
          `{ "$0" "$1" ${args}; echo "status $?" >&2; } | ${after}`,
          process.execPath,
          COMMAND,
          image,
        ],
        {
          encoding: 'utf8',
        },
      );
    for (const args of ['cat "$2:/data/ramp.f64"', 'extents "$2:/data/fragmented.f64"', '--help'])
      equal(piped(args, 'true').stderr, 'status 0\n', args);
  },
);

test('a full disk is a failure', { skip: process.platform !== 'linux' && 'no /dev/full' }, (t) => {
  const image = fixture(t, 'demo');
  const full = openSync('/dev/full', 'w');
  t.after(() => closeSync(full));
  for (const args of [
    ['ls', image],
    ['cat', `${image}:/bin/hello`],
  ]) {
    const run = daxkit(args, { stdio: ['ignore', full, 'pipe'] });
    deepEqual([run.status, run.err], [1, 'daxkit: stdout: no space left on device\n']);
  }
});

test('doctor says what works', () => {
  const { status, out } = daxkit(['doctor', '--json']);
  equal(status, 0);
  const { checks } = JSON.parse(out) as {
    checks: { name: string; works: string; detail: string }[];
  };
  equal(checks.length, 7);
  for (const { works, detail } of checks) {
    ok(['yes', 'partly', 'no'].includes(works));
    ok(detail.length > 0);
  }
  equal(daxkit(['doctor']).out.trimEnd().split('\n').length, 7);
});

test('demo maps its files and finds them right', () => {
  const { status, out } = daxkit(['demo']);
  equal(status, 0, out);
  equal(out.match(/ right$/gm)?.length, 3);
  match(out, /^5 directories, 17 files$/m);
});

/** `daxkit mkfs`: the image file that it makes, and what it leaves alone. */
import { equal, match, ok } from 'node:assert/strict';
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { daxkit, scratch } from './support.test.node.js';

const MEBIBYTE = 2 ** 20;
const UUID = '3f2504e0-4f89-11d3-9a0c-0305e82c3301';

test('makes the image when it is not there, with what was asked for', (t) => {
  const image = join(scratch(t), 'new.img');
  const options = [
    '--size',
    '40M',
    '--label',
    'made here',
    '--with',
    'rmapbt,nrext64',
    '--without',
    'bigtime',
  ];
  const { status, err } = daxkit(['mkfs', image, ...options]);
  equal(status, 0, err);
  match(err, /warning: smaller than 300 MiB/);
  equal(statSync(image).size, 40 * MEBIBYTE);
  const info = JSON.parse(daxkit(['info', '--json', image]).out) as {
    label: string;
    features: string[];
  };
  equal(info.label, 'made here');
  ok(info.features.includes('rmapbt') && info.features.includes('nrext64'));
  ok(!info.features.includes('bigtime'));
});

test('the same options, UUID and SOURCE_DATE_EPOCH give the same bytes', (t) => {
  const folder = scratch(t);
  const [one, two] = [join(folder, 'one.img'), join(folder, 'two.img')] as const;
  const env = { ...process.env, SOURCE_DATE_EPOCH: '1767225600' };
  for (const image of [one, two])
    equal(daxkit(['mkfs', image, '--size', '32M', '--uuid', UUID], { env }).status, 0);
  ok(readFileSync(one).equals(readFileSync(two)));
});

test('what is there is kept unless forced', (t) => {
  const image = join(scratch(t), 'old.img');
  const bytes = Buffer.alloc(32 * MEBIBYTE, 'old');
  writeFileSync(image, bytes);
  for (const options of [[], ['--size', '64M'], ['--size', '16M']]) {
    const { status, err } = daxkit(['mkfs', image, ...options]);
    equal(status, 1);
    match(err, /force/);
    ok(readFileSync(image).equals(bytes));
  }
  equal(daxkit(['mkfs', image, '--size', '64M', '--force']).status, 0);
  equal(statSync(image).size, 64 * MEBIBYTE);
  equal(daxkit(['ls', image]).status, 0);
});

test('an image that could not be made does not stay', (t) => {
  const image = join(scratch(t), 'small.img');
  const { status, err } = daxkit(['mkfs', image, '--size', '8M']);
  equal(status, 1);
  match(err, /too small/);
  ok(!existsSync(image));
});

test('asked wrongly, the status is 2', (t) => {
  const image = join(scratch(t), 'none.img');
  for (const options of [
    [],
    ['--size', '1x'],
    ['--size', '32M', '--with', 'magic'],
    ['--size', '32M', '--target', 'linux-2.6'],
  ]) {
    equal(daxkit(['mkfs', image, ...options]).status, 2, options.join(' '));
    ok(!existsSync(image));
  }
});

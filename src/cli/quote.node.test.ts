import { deepEqual, equal } from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { test } from 'node:test';
import { quote } from './quote.js';
import { scratch } from './support.test.node.js';

const NAMES: readonly (readonly [name: string | Buffer, quoted: string])[] = [
  ['plain', 'plain'],
  ['a,b-c_d.e+f%g:h]i@j', 'a,b-c_d.e+f%g:h]i@j'],
  ['with blank', "'with blank'"],
  ["it's", `"it's"`],
  [`it's "so"`, `'it'\\''s "so"'`],
  ['a\nb', String.raw`'a'$'\n''b'`],
  ['\u001b[31mred', String.raw`''$'\033''[31mred'`],
  ["it's\n", String.raw`'it'\''s'$'\n'`],
  ['\t\r', String.raw`''$'\t\r'`],
  [Buffer.from('caf\xe9', 'latin1'), String.raw`'caf'$'\351'`],
  [Buffer.from('\xc3(', 'latin1'), String.raw`''$'\303''('`],
  [Buffer.from('\xe2\x82', 'latin1'), String.raw`''$'\342\202'`],
  ['café', 'café'],
  ['😀', '😀'],
  ['\u0085', String.raw`''$'\302\205'`],
  ['#a', "'#a'"],
  ['a#', 'a#'],
  ['~', "'~'"],
  ['{', "'{'"],
  ['{a}', '{a}'],
  ['a?b', "'a?b'"],
  ['-r', '-r'],
  ['\\', String.raw`'\'`],
];

test('names as GNU ls quotes them', () => {
  for (const [name, quoted] of NAMES) {
    equal(quote(typeof name === 'string' ? Buffer.from(name) : name), quoted);
    if (typeof name === 'string') equal(quote(name), quoted);
  }
});

test('what turns the direction of text does not get through', () => {
  equal(quote('\u202egpj.exe'), String.raw`''$'\342\200\256''gpj.exe'`);
});

test('the table is what GNU ls says', (t) => {
  const folder = scratch(t);
  // After a quote GNU ls begins an escaped name with quotes that stand for nothing.
  const common = NAMES.filter(([name]) => name !== "it's\n");
  for (const [name] of common)
    writeFileSync(Buffer.concat([Buffer.from(`${folder}/`), Buffer.from(name)]), '');
  let listing: string;
  try {
    const env = { ...process.env, LC_ALL: 'C.UTF-8' };
    const args = ['-1', '--quoting-style=shell-escape', folder];
    listing = execFileSync('ls', args, { env, encoding: 'utf8', stdio: 'pipe' });
  } catch (error) {
    return t.skip(`no GNU ls here: ${String(error).split('\n')[0]}`);
  }
  const lines = listing.trimEnd().split('\n');
  deepEqual(lines.sort(), common.map(([, quoted]) => quoted).sort());
});

import { deepEqual } from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { parsePlace } from './place.node.js';
import { scratch } from './support.test.node.js';

/** Image and path of a place. */
function parse(argument: string): [image: string, path: string] {
  const { image, path } = parsePlace(argument);
  return [image, path.toString()];
}

test('split at the first ":/"', () => {
  deepEqual(parse('disk.img:/etc/a:/b'), ['disk.img', '/etc/a:/b']);
  deepEqual(parse('/no/disk.img:/'), ['/no/disk.img', '/']);
  deepEqual(parse('disk:0.img://etc//'), ['disk:0.img', '//etc//']);
});

test('an image alone is its root', () => {
  deepEqual(parse('disk.img'), ['disk.img', '/']);
  deepEqual(parse('disk.img:etc'), ['disk.img:etc', '/']);
  deepEqual(parse(''), ['', '/']);
});

test('what exists is an image as a whole', (t) => {
  const folder = scratch(t);
  mkdirSync(join(folder, 'a:'));
  const image = `${folder}/a:/disk.img`;
  deepEqual(parse(image), [`${folder}/a`, '/disk.img']);
  writeFileSync(image, '');
  deepEqual(parse(image), [image, '/']);
});

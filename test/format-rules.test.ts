/** Every rule that an error can name stands in docs/format, in the same words. */
import { deepEqual, ok } from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import { test } from 'node:test';

const ROOT = new URL('../../', import.meta.url);

/** How rules are written: returned by verifiers, given to errors, named. */
const PLACES = [
  /(?:corrupt\(|broken\(|return |new CorruptError\(\s*|RULE = )'((?:[^'\\]|\\.)+)'/g,
  /(?:corrupt\(|broken\(|return |new CorruptError\(\s*)"([^"]+)"/g,
  /\? '([^']+)' : undefined/g,
  /undefined : '([^']+)'/g,
];

/** Sentences; a single word is a value, or the checksum's rule. */
const isRule = (text: string): boolean => /[ =]/.test(text) && text !== 'version 4 is read-only';

test('docs/format has every rule of the code', () => {
  const text = readFileSync(new URL('docs/format/xfs.md', ROOT), 'utf8').replaceAll(/\s+/g, ' ');
  const rules = new Set<string>();
  for (const room of ['src/xfs', 'src/btree', 'src/buffer']) {
    for (const name of readdirSync(new URL(room, ROOT), { recursive: true })) {
      const path = `${room}/${String(name)}`;
      if (!path.endsWith('.ts') || path.includes('.test.') || path.includes('/mkfs/')) continue;
      const source = readFileSync(new URL(path, ROOT), 'utf8');
      for (const place of PLACES)
        for (const [, rule] of source.matchAll(place)) if (isRule(rule!)) rules.add(rule!);
    }
  }
  ok(rules.size > 100, 'the rules were found');
  deepEqual(
    [...rules].filter((rule) => !text.includes(rule)),
    [],
  );
});

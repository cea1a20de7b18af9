/** The README's feature matrix is the table that the code goes by. */
import { deepEqual } from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { FEATURES } from '#src/xfs/format/features.js';

const README = new URL('../../README.md', import.meta.url);
const STATUS = { supported: 'Supported', 'read-only': 'Read-only', refused: 'Refused' } as const;

test('the feature matrix names every bit with its status', () => {
  const text = readFileSync(README, 'utf8');
  const rows = text.match(/^\| (version|features2|ro_compat|incompat|log_incompat) \|.*$/gm) ?? [];
  const expected = FEATURES.map(
    ({ set, bit, name, support }) =>
      `| ${set} | 0x${bit.toString(16)} | ${name} | ${STATUS[support]} |`,
  );
  deepEqual(rows, expected);
});

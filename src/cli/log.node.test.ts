/** `daxkit log`: what a mount would replay. */
import { equal, match } from 'node:assert/strict';
import { test } from 'node:test';
import { daxkit, fixture } from './support.test.node.js';

test('a dirty log: records, transactions, items', (t) => {
  const image = fixture(t, 'dirty-log');
  const { status, out } = daxkit(['log', image]);
  equal(status, 0);
  match(out, /^record \d+:\d+, tail \d+:\d+, /);
  match(out, /^transaction \d+:\d+, \d+ items\n(  (inode|buffer) )/m);
  const json = JSON.parse(daxkit(['log', '--json', image]).out) as { records: unknown[] };
  equal(json.records.length, out.match(/^record/gm)!.length);
});

test('a clean log', (t) => {
  equal(daxkit(['log', fixture(t, 'forms')]).out, 'the log is clean\n');
});

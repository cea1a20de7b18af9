import { equal } from 'node:assert/strict';
import { test } from 'node:test';
import { brokenNameRule } from './names.js';

const SLASH = Uint8Array.of(0x2f);
const WINDOWS = Buffer.from('/\\:');

test('names that stay one component', () => {
  for (const name of ['a', '...', '.a', 'a.', '..a', ' ', '\n', '\\', 'c:', '~', '-'])
    equal(brokenNameRule(Buffer.from(name), SLASH), undefined, name);
  equal(brokenNameRule(Uint8Array.of(0xff, 0xfe), SLASH), undefined);
});

test('names that do not', () => {
  equal(brokenNameRule(Buffer.from(''), SLASH), 'names are not empty');
  for (const name of ['.', '..'])
    equal(brokenNameRule(Buffer.from(name), SLASH), 'names are not "." or ".."');
  for (const name of ['/', 'a/', '/a', 'a/b', '../x'])
    equal(brokenNameRule(Buffer.from(name), SLASH), 'names have no slash', name);
  for (const name of ['\0', 'a\0', '\0a'])
    equal(brokenNameRule(Buffer.from(name), SLASH), 'names have no zero byte');
  for (const name of ['..\\x', 'c:', 'file:stream'])
    equal(brokenNameRule(Buffer.from(name), WINDOWS), 'names have no slash', name);
});

import { deepEqual, equal } from 'node:assert/strict';
import { statSync } from 'node:fs';
import { test } from 'node:test';
import fc from 'fast-check';
import { formatDeviceNumber, joinDeviceNumber, splitDeviceNumber } from './device-number.js';

test('what joins splits again', () => {
  const number = fc.nat({ max: 0xffff_ffff });
  fc.assert(
    fc.property(number, number, (major, minor) => {
      deepEqual(splitDeviceNumber(joinDeviceNumber({ major, minor })), { major, minor });
    }),
  );
});

test('as makedev(3) has it', () => {
  equal(joinDeviceNumber({ major: 0x12345678, minor: 0x9abcdef0 }), 0x12345_9abcde_678_f0n);
});

test('/dev/null is 1:3', (t) => {
  if (process.platform !== 'linux') return t.skip('not Linux');
  const { rdev } = statSync('/dev/null', { bigint: true });
  equal(formatDeviceNumber(splitDeviceNumber(rdev)), '1:3');
});

import { deepEqual, equal, throws } from 'node:assert/strict';
import { test } from 'node:test';
import { be16, be32, u8 } from './scalars.js';
import { struct } from './struct.js';

test('fields lie in the order written, without padding', () => {
  const Point = struct('Point', 7, { kind: u8, x: be16, y: be32 });
  equal(Point.bytes, 7);
  deepEqual(Point.offsets, { kind: 0, x: 1, y: 3 });
  const point = new Point(new DataView(Uint8Array.of(9, 1, 0, 2, 0, 0, 0, 3).buffer), 1);
  deepEqual([point.kind, point.x, point.y], [1, 2, 3]);
});

test('a record whose fields do not fill it does not load', () => {
  throws(() => struct('Short', 8, { x: be32 }), /Short: fields fill 4 bytes, declared 8/);
});

test('records of different kinds keep to their own fields', () => {
  const Left = struct('Left', 4, { value: be32 });
  const Right = struct('Right', 4, { pad: be16, value: be16 });
  const view = new DataView(Uint8Array.of(0, 1, 0, 2).buffer);
  equal(new Left(view).value, 0x10002);
  equal(new Right(view).value, 2);
});

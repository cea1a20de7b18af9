/** What is written into a field of a record is read from it, and lies in its own bytes only. */
import { deepEqual, equal, ok } from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { recordClasses, type RecordClass } from './records.test.support.js';

if (process.env['FC_SEED']) fc.configureGlobal({ seed: Number(process.env['FC_SEED']) });

/** Field, first byte, one past the last. */
function fieldsOf({ bytes, offsets }: RecordClass): [name: string, start: number, end: number][] {
  const names = Object.keys(offsets);
  return names.map((name, i) => [name, offsets[name]!, offsets[names[i + 1] ?? ''] ?? bytes]);
}

function valueOf(bytes: number, isRaw: boolean): fc.Arbitrary<unknown> {
  if (isRaw) return fc.uint8Array({ minLength: bytes, maxLength: bytes });
  if (bytes === 8) return fc.integer({ min: -(2 ** 53 - 1), max: 2 ** 53 - 1 });
  return fc.integer({ min: 0, max: 2 ** (8 * bytes) - 1 });
}

test('every field of every record', async () => {
  for (const [name, Record] of await recordClasses()) {
    for (const [field, start, end] of fieldsOf(Record)) {
      const where = `${name}.${field}`;
      const probe = new Record(new DataView(new ArrayBuffer(Record.bytes)));
      const isRaw = typeof probe[field] !== 'number';
      const property = fc.property(valueOf(end - start, isRaw), fc.nat({ max: 9 }), (value, at) => {
        const background = new Uint8Array(at + Record.bytes + 9).fill(0x5a);
        const bytes = background.slice();
        const record = new Record(new DataView(bytes.buffer), at);
        record[field] = value;
        if (isRaw)
          deepEqual(
            Array.from(record[field] as Uint8Array),
            Array.from(value as Uint8Array),
            where,
          );
        else equal(record[field], value, where);
        bytes.fill(0x5a, at + start, at + end);
        ok(Buffer.from(bytes).equals(background), `${where} keeps to its bytes`);
      });
      fc.assert(property, { numRuns: 20 });
    }
  }
});

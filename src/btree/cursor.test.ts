/** The cursor against a sorted array: trees of every shape, whole ones and broken ones. */
import { deepEqual, equal, ok, throws } from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { CorruptError } from '../core/index.js';
import { BtreeCursor, type BtreeNode, type BtreeOps, type BtreeSource } from './cursor.js';

if (process.env['FC_SEED']) fc.configureGlobal({ seed: Number(process.env['FC_SEED']) });

const RECORD_BYTES = 6; // number, and two bytes that do not count
const KEY_BYTES = 4;
const POINTER_BYTES = 4;
const ENTRIES_MAX = 8;
const NODE_BYTES = ENTRIES_MAX * (KEY_BYTES + POINTER_BYTES);

const at32 = (view: DataView, at: number): number => view.getUint32(at);

const ops: BtreeOps<number> = {
  keyBytes: KEY_BYTES,
  recordBytes: RECORD_BYTES,
  pointerBytes: POINTER_BYTES,
  compareKey: (view, at, target) => at32(view, at) - target,
  compareRecord: (view, at, target) => at32(view, at) - target,
  compareKeys: (view, at, other, otherAt) => at32(view, at) - at32(other, otherAt),
  compareRecords: (view, at, other, otherAt) => at32(view, at) - at32(other, otherAt),
  compareRecordKey: (view, at, other, otherAt) => at32(view, at) - at32(other, otherAt),
};

interface StoredNode {
  view: DataView;
  level: number;
  count: number;
}

/** A tree in memory: a node's pointer is its index. */
class Forest implements BtreeSource {
  readonly nodes: StoredNode[] = [];
  rootAt = 0;
  steps = 0;

  /** @param fanOut entries in each node, at least 2 */
  static of(records: readonly number[], fanOut: number): Forest {
    const forest = new Forest();
    let level = chunks(records, fanOut).map((part) => forest.add(0, part, []));
    if (level.length === 0) level = [forest.add(0, [], [])];
    for (let height = 1; level.length > 1; height++) {
      level = chunks(level, fanOut).map((children) => {
        const keys = children.map((child) => at32(forest.nodes[child]!.view, 0));
        return forest.add(height, keys, children);
      });
    }
    forest.rootAt = level[0]!;
    return forest;
  }

  add(level: number, numbers: readonly number[], pointers: readonly number[]): number {
    const view = new DataView(new ArrayBuffer(NODE_BYTES));
    const stride = level === 0 ? RECORD_BYTES : KEY_BYTES;
    numbers.forEach((number, i) => view.setUint32(i * stride, number));
    pointers.forEach((pointer, i) => this.setPointer(view, i, pointer));
    this.nodes.push({ view, level, count: numbers.length });
    return this.nodes.length - 1;
  }

  setPointer(view: DataView, i: number, pointer: number): void {
    view.setUint32(ENTRIES_MAX * KEY_BYTES + i * POINTER_BYTES, pointer);
  }

  root(): BtreeNode {
    return this.child(this.rootAt);
  }

  child(pointer: number): BtreeNode {
    if (++this.steps > 10_000) throw new Error('it never ends');
    const node = this.nodes[pointer];
    const corrupt = (rule: string): CorruptError => new CorruptError(rule, `node ${pointer}`);
    if (node === undefined) throw corrupt('pointers lead somewhere');
    return { ...node, keysAt: 0, pointersAt: ENTRIES_MAX * KEY_BYTES, recordsAt: 0, corrupt };
  }

  cursor(): BtreeCursor<number> {
    return new BtreeCursor(this, ops);
  }
}

function chunks<T>(items: readonly T[], size: number): T[][] {
  const parts: T[][] = [];
  for (let at = 0; at < items.length; at += size) parts.push(items.slice(at, at + size));
  return parts;
}

const current = (cursor: BtreeCursor<number>): number => at32(cursor.view, cursor.at);

/** All from the first record on. */
function walk(forest: Forest): number[] {
  const cursor = forest.cursor();
  const met: number[] = [];
  if (!cursor.first()) return met;
  do met.push(current(cursor));
  while (cursor.next());
  return met;
}

/** Small numbers, so that targets are met, missed, and lie before and behind all. */
const records = fc
  .uniqueArray(fc.integer({ min: 1, max: 60 }), { maxLength: 50 })
  .map((numbers) => numbers.toSorted((a, b) => a - b));
const fanOuts = fc.integer({ min: 2, max: ENTRIES_MAX });

test('a walk meets every record, in order', () => {
  fc.assert(
    fc.property(records, fanOuts, (numbers, fanOut) => {
      deepEqual(walk(Forest.of(numbers, fanOut)), numbers);
    }),
    { numRuns: 500 },
  );
});

test('atMost finds what a search of the array finds, and goes on from there', () => {
  fc.assert(
    fc.property(records, fanOuts, fc.nat({ max: 62 }), (numbers, fanOut, target) => {
      const cursor = Forest.of(numbers, fanOut).cursor();
      const index = numbers.findLastIndex((number) => number <= target);
      equal(cursor.atMost(target), index >= 0);
      equal(cursor.empty, numbers.length === 0);
      if (numbers.length === 0) return;
      const rest = numbers.slice(Math.max(0, index));
      equal(current(cursor), rest[0]);
      for (const number of rest.slice(1)) {
        ok(cursor.next());
        equal(current(cursor), number);
      }
      equal(cursor.next(), false);
      equal(current(cursor), rest.at(-1), 'it stays at the end');
    }),
    { numRuns: 2000 },
  );
});

test('a cursor can be used again', () => {
  const cursor = Forest.of([2, 4, 6, 8, 10], 2).cursor();
  for (const target of [9, 3, 100, 5]) {
    cursor.atMost(target);
    equal(
      current(cursor),
      [2, 4, 6, 8, 10].findLast((number) => number <= target),
    );
  }
  ok(cursor.first());
  equal(current(cursor), 2);
});

/** Whatever happens to one word of one node, a reader ends with records in order, or with a CorruptError. */
test('a broken tree ends in order or in a CorruptError', () => {
  fc.assert(
    fc.property(
      records.filter(({ length }) => length > 2),
      fanOuts,
      fc.nat(),
      fc.nat({ max: NODE_BYTES / 4 - 1 }),
      fc.nat({ max: 70 }),
      fc.nat({ max: 3 }),
      (numbers, fanOut, node, word, value, what) => {
        const forest = Forest.of(numbers, fanOut);
        const broken = forest.nodes[node % forest.nodes.length]!;
        if (what === 0) broken.level = value % 4;
        else if (what === 1) broken.count = value % (ENTRIES_MAX + 1);
        else broken.view.setUint32(word * 4, value);
        const read = (code: () => void): void => {
          try {
            code();
          } catch (error) {
            ok(error instanceof CorruptError, String(error));
          }
        };
        read(() => {
          const met = walk(forest);
          ok(
            met.every((number, i) => i === 0 || met[i - 1]! < number),
            'records ascend',
          );
        });
        read(() => {
          const cursor = forest.cursor();
          const found = cursor.atMost(value);
          if (cursor.empty) return;
          equal(found, current(cursor) <= value);
          if (found && cursor.next())
            ok(current(cursor) > value, 'nothing between them is left out');
        });
      },
    ),
    { numRuns: 5000 },
  );
});

test('many pointers to one child are found out at the second', () => {
  const forest = new Forest();
  let node = forest.add(0, [5], []);
  for (let level = 1; level <= 6; level++)
    node = forest.add(
      level,
      [5, 6, 7, 8, 9, 10, 11, 12],
      Array.from({ length: 8 }, () => node),
    );
  forest.rootAt = node;
  throws(() => walk(forest), { rule: 'a block begins with the key above it' });
  ok(forest.steps < 20, `${forest.steps} steps`);
});

test('a leaf without records is found out, whatever lies in it', () => {
  const forest = Forest.of([1, 2, 3, 4], 2);
  forest.nodes[1]!.count = 0;
  throws(() => walk(forest), { rule: 'only a root may be empty' });
});

test('a node that leads to itself is found out', () => {
  const forest = Forest.of([1, 2, 3, 4, 5, 6, 7, 8, 9], 2);
  const root = forest.nodes[forest.rootAt]!;
  forest.setPointer(root.view, 0, forest.rootAt);
  throws(() => walk(forest), { rule: "level is its parent's less one" });
});

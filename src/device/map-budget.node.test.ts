import { equal, throws } from 'node:assert/strict';
import { test } from 'node:test';
import { MapBudget } from './map-budget.node.js';

/** A process that has `maps.count` maps, and counts how often that was asked. */
function fakeProcess(count: number): { maps: { count: number; asked: number }; budget: MapBudget } {
  const maps = { count, asked: 0 };
  const budget = new MapBudget(1000, () => {
    maps.asked++;
    return maps.count;
  });
  return { maps, budget };
}

test('three quarters are for mappings, and the message names the limit', () => {
  const { maps, budget } = fakeProcess(740);
  for (let i = 0; i < 5; i++) budget.take();
  maps.count = 750;
  throws(() => budget.take(), { code: 'EOVERFLOW', message: /1000 \(vm\.max_map_count\)/ });
});

test('maps that merged are found by counting, and counting is rare', () => {
  const { maps, budget } = fakeProcess(100);
  for (let i = 0; i < 100_000; i++) budget.take(); // all of them merge: the count stays
  equal(maps.asked <= 310, true, `asked ${maps.asked} times`);
});

test('when full it refuses without counting, until something was freed', () => {
  const { maps, budget } = fakeProcess(900);
  for (let i = 0; i < 10; i++) throws(() => budget.take());
  equal(maps.asked, 1);
  maps.count = 10;
  throws(() => budget.take());
  budget.freed();
  budget.take();
  equal(maps.asked, 2);
});

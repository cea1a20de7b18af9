/** Where a generated test begins: DAXKIT_SEED replays a run; the default is a new one each time. */
import type { TestContext } from 'node:test';

export function testSeed(t: TestContext): number {
  const seed = Number(process.env['DAXKIT_SEED'] ?? Date.now() % 1_000_000_007);
  t.diagnostic(`replay with DAXKIT_SEED=${seed}`);
  return seed;
}

/** Where generated tests begin: DAXKIT_SEED replays a run; the default is a new one each time. */
import type { TestContext } from 'node:test';

const SEED = Number(process.env['DAXKIT_SEED'] ?? Date.now() % 1_000_000_007);

export function testSeed(t: TestContext): number {
  t.diagnostic(`replay with DAXKIT_SEED=${SEED}`);
  return SEED;
}

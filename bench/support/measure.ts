/** Two ways of doing one thing, timed in turns, so that whatever else the machine does hits both alike. */

/** Wall time in milliseconds of each round, after one that does not count. */
export interface Timings {
  readonly ours: number[];
  readonly reference: number[];
}

type Work = () => unknown;

async function time(work: Work): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}

export async function inTurns(rounds: number, ours: Work, reference: Work): Promise<Timings> {
  const timings: Timings = { ours: [], reference: [] };
  await ours();
  await reference();
  for (let round = 0; round < rounds; round++) {
    timings.ours.push(await time(ours));
    timings.reference.push(await time(reference));
  }
  return timings;
}

const least = (values: readonly number[]): number => Math.min(...values);

const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]!;

/**
 * Prints both, best and median, and how many times as fast ours is.
 *
 * @param amount how much one round does, in `unit`: 30765 entries, 1024 MiB
 * @param goal the ratio that is asked for, or what else
 */
export function report(
  what: string,
  timings: Timings,
  amount: number,
  unit: string,
  goal: string,
): void {
  const rate = (milliseconds: number): string => {
    const perSecond = (amount / milliseconds) * 1000;
    return `${perSecond.toLocaleString('en', { maximumFractionDigits: 0 })} ${unit}/s`;
  };
  const { ours, reference } = timings;
  console.log(what);
  console.log(`  ours        best ${rate(least(ours))}, median ${rate(median(ours))}`);
  console.log(`  reference   best ${rate(least(reference))}, median ${rate(median(reference))}`);
  const best = (least(reference) / least(ours)).toFixed(2);
  const middle = (median(reference) / median(ours)).toFixed(2);
  console.log(`  ratio       best ${best}, median ${middle}; asked for: ${goal}`);
}

/** One figure without a reference. */
export function figure(what: string, value: number, unit: string, goal: string): void {
  console.log(`${what}: ${value.toFixed(2)} ${unit}; asked for: ${goal}`);
}

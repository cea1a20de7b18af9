/**
 * A short list of option sets in which every allowed pair of values of two options occurs together at
 * least once: most faults need no more than two options to meet.
 */
import { Random } from '#src/core/index.js';

export type Options = Readonly<Record<string, readonly (string | number | boolean)[]>>;
export type Choice<T extends Options> = { readonly [K in keyof T]: T[K][number] };

const CANDIDATES = 60;

/** Greedy: of some random sets that hold a pair not yet met, the one that holds most of them. */
export function pairwise<T extends Options>(
  options: T,
  isAllowed: (choice: Choice<T>) => boolean,
  seed: number,
): Choice<T>[] {
  const random = new Random(seed);
  const missing = new Map(allPairs(options).map((pair) => [JSON.stringify(pair), pair]));
  const chosen: Choice<T>[] = [];
  for (const [key, pair] of missing) {
    const candidates = Array.from({ length: CANDIDATES }, () => ({
      ...randomChoice(options, random),
      ...Object.fromEntries(pair),
    })).filter(isAllowed);
    const counted = candidates.map((choice) => ({ choice, pairs: pairsIn(choice, missing) }));
    const best = counted.sort((a, b) => b.pairs.length - a.pairs.length)[0];
    if (best === undefined) missing.delete(key); // not allowed together
    else {
      chosen.push(best.choice);
      for (const met of best.pairs) missing.delete(met);
    }
  }
  return chosen;
}

type Pair = [string, string | number | boolean][];

function allPairs(options: Options): Pair[] {
  const names = Object.keys(options);
  return names.flatMap((first, index) =>
    names.slice(index + 1).flatMap((second) =>
      options[first]!.flatMap((a) =>
        options[second]!.map((b): Pair => [
          [first, a],
          [second, b],
        ]),
      ),
    ),
  );
}

function pairsIn(choice: Record<string, unknown>, missing: ReadonlyMap<string, Pair>): string[] {
  return [...missing].flatMap(([key, pair]) =>
    pair.every(([name, value]) => choice[name] === value) ? [key] : [],
  );
}

function randomChoice<T extends Options>(options: T, random: Random): Choice<T> {
  const picked = Object.entries(options).map(([name, values]) => [name, random.pick(values)]);
  return Object.fromEntries(picked) as Choice<T>;
}

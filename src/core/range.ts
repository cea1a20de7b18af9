/** Rounding and range arithmetic on non-negative integers that a number holds exactly (below 2^53). */

export function roundUp(n: number, to: number): number {
  return Math.ceil(n / to) * to;
}

export function roundDown(n: number, to: number): number {
  return n - (n % to);
}

/** How many units of `by` cover `n`. */
export function divideUp(n: number, by: number): number {
  return Math.ceil(n / by);
}

/** Does [start, start + length) lie in [0, limit)? Compares without adding, so nothing overflows. */
export function isWithin(start: number, length: number, limit: number): boolean {
  return start >= 0 && length >= 0 && length <= limit && start <= limit - length;
}

/** A small seeded generator (xorshift32 scrambled by a multiply): the same seed gives the same run anywhere. */
export class Random {
  #state: number;

  constructor(readonly seed: number) {
    this.#state = (seed | 0) ^ 0x9e3779b9 || 1;
  }

  /** 32 random bits, unsigned. */
  next(): number {
    let x = this.#state;
    x ^= x << 13;
    x ^= x >>> 17;
    x ^= x << 5;
    this.#state = x;
    return Math.imul(x, 0x85ebca6b) >>> 0;
  }

  /** A whole number in [0, limit), for a limit up to 2^32. */
  below(limit: number): number {
    return Math.floor((this.next() / 0x1_0000_0000) * limit);
  }

  pick<T>(items: readonly T[]): T {
    return items[this.below(items.length)] as T;
  }
}

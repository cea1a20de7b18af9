/**
 * Timestamps, two encodings of 64 bits.
 *
 *   classic   | seconds since 1970, signed 32 | nanoseconds, 32 |      1901 to 2038
 *   bigtime   | nanoseconds since 1901-12-13T20:45:52Z, unsigned 64 |   1901 to 2486
 *
 * Bigtime is divided by 10^9 in steps that stay below 2^53, so that no bigint is made.
 */
export interface Timestamp {
  readonly seconds: number;
  readonly nanoseconds: number;
}

const BILLION = 1_000_000_000;

/** Seconds from the bigtime epoch to 1970. */
export const BIGTIME_EPOCH_OFFSET = 2 ** 31;

export function readClassicTime(view: DataView, at: number): Timestamp {
  return { seconds: view.getInt32(at), nanoseconds: view.getUint32(at + 4) };
}

export function readBigtime(view: DataView, at: number): Timestamp {
  const high = view.getUint32(at);
  const low = view.getUint32(at + 4);
  // Long division of (high, low) by a billion: 32 bits, then 16, then 16.
  const rest1 = (high % BILLION) * 0x1_0000 + (low >>> 16);
  const rest2 = (rest1 % BILLION) * 0x1_0000 + (low & 0xffff);
  const quotient =
    Math.floor(high / BILLION) * 0x1_0000_0000 +
    Math.floor(rest1 / BILLION) * 0x1_0000 +
    Math.floor(rest2 / BILLION);
  return { seconds: quotient - BIGTIME_EPOCH_OFFSET, nanoseconds: rest2 % BILLION };
}

export function writeBigtime(view: DataView, at: number, time: Timestamp): void {
  const nanoseconds =
    BigInt(time.seconds + BIGTIME_EPOCH_OFFSET) * BigInt(BILLION) + BigInt(time.nanoseconds);
  view.setBigUint64(at, nanoseconds);
}

export function writeClassicTime(view: DataView, at: number, time: Timestamp): void {
  view.setInt32(at, time.seconds);
  view.setUint32(at + 4, time.nanoseconds);
}

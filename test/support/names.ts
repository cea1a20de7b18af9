/**
 * Names that share one hash: many entries of a directory, or attributes of a file, for one hash value.
 *
 * XFS hashes a name by hash = rotl(hash, 7) ^ byte. Five bytes later a byte's bits lie 35 places, that is
 * three, further left; so flipping bit 0 of a byte and bit 3 of the byte five later changes nothing:
 * '0' and '1' (bit 0) here, '0' and '8' (bit 3) there.
 */
const PAIR_DISTANCE = 5;

/** Different names of one length and one hash, digits only. */
export function collidingNames(count: number): string[] {
  const bits = Math.max(1, Math.ceil(Math.log2(count)));
  const groups = Math.ceil(bits / PAIR_DISTANCE);
  return Array.from({ length: count }, (_, index) => {
    let name = '';
    for (let group = 0; group < groups; group++) {
      const picked = (index >> (group * PAIR_DISTANCE)) & 0x1f;
      const digits = picked.toString(2).padStart(PAIR_DISTANCE, '0');
      name += digits + digits.replaceAll('1', '8');
    }
    return name;
  });
}

/** The hash itself, plainly. */
function nameHash(name: string): number {
  let hash = 0;
  for (const byte of Buffer.from(name)) hash = (byte ^ ((hash << 7) | (hash >>> 25))) >>> 0;
  return hash;
}

/**
 * In the order of their hashes. Entries made in this order leave every leaf of the hash tree half full
 * behind them: the fewest names for a tree of a given height.
 */
export function byHash(names: readonly string[]): string[] {
  const hashed = names.map((name) => ({ name, hash: nameHash(name) }));
  return hashed.sort((a, b) => a.hash - b.hash).map(({ name }) => name);
}

/** Bytes that a name may hold and that trip readers up. */
export const ODD_NAMES: readonly Buffer[] = [
  Buffer.from(' '),
  Buffer.from('-rf'),
  Buffer.from('...'),
  Buffer.from('a b\tc\nd'),
  Buffer.from('quote\'"\\'),
  Buffer.from('naïve-日本語-🦀'),
  Buffer.from('nai\u0308ve'), // the same letters, decomposed: another name
  Buffer.from('latin1-\xe9t\xe9', 'latin1'),
  Buffer.from([0xff, 0xfe, 0x80, 0x01]),
  Buffer.from([0xed, 0xa0, 0x80]), // half a surrogate pair: not UTF-8
  Buffer.from('x'.repeat(255)),
  Buffer.from('日'.repeat(85)), // 255 bytes
];

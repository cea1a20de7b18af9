/**
 * Hashes of names: seven bits of rotation a byte, exclusive or. Weak, and part of the format: directory
 * and attribute indexes are sorted by it.
 */

const rotate = (value: number, bits: number): number => (value << bits) | (value >>> (32 - bits));

/** Hash of a directory entry's or attribute's name. Unsigned 32 bits. */
export function hashName(name: Uint8Array): number {
  const whole = name.length & ~3;
  let hash = 0;
  let at = 0;
  for (; at < whole; at += 4) {
    const four = (name[at]! << 21) ^ (name[at + 1]! << 14) ^ (name[at + 2]! << 7) ^ name[at + 3]!;
    hash = four ^ rotate(hash, 28);
  }
  for (; at < name.length; at++) hash = name[at]! ^ rotate(hash, 7);
  return hash >>> 0;
}

/** Lower case as the ASCII-CI feature has it: A to Z, and the Latin-1 capitals except 0xD7. */
export function foldByte(byte: number): number {
  const isUpper =
    (byte >= 0x41 && byte <= 0x5a) ||
    (byte >= 0xc0 && byte <= 0xd6) ||
    (byte >= 0xd8 && byte <= 0xde);
  return isUpper ? byte + 0x20 : byte;
}

/** Hash of a directory entry's name where names are compared without case. */
export function hashNameFolded(name: Uint8Array): number {
  let hash = 0;
  for (const byte of name) hash = foldByte(byte) ^ rotate(hash, 7);
  return hash >>> 0;
}

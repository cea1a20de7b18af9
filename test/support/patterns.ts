/** Contents that compress well and are nowhere the same. */

export function patterned(seed: string, bytes: number): string {
  return seed.repeat(Math.ceil(bytes / seed.length)).slice(0, bytes);
}

/** Block `index` of a file, so that no two blocks of a tree are alike. */
export function blockOf(name: string, index: number, bytes: number): Buffer {
  return Buffer.from(patterned(`${name} block ${index} `, bytes - 1).concat('\n'));
}

/** Names of an image on their way into a path of the host: each must stay one component. */

const DOT = 0x2e;

/**
 * The rule that a name breaks, or `undefined`. A kernel would never make such a name; a hostile image
 * does, to have its reader write elsewhere.
 *
 * @param separators bytes that the host reads as more than a character of a name
 */
export function brokenNameRule(name: Uint8Array, separators: Uint8Array): string | undefined {
  if (name.length === 0) return 'names are not empty';
  if (name[0] === DOT && (name.length === 1 || (name.length === 2 && name[1] === DOT)))
    return 'names are not "." or ".."';
  for (const byte of name) {
    if (byte === 0) return 'names have no zero byte';
    if (separators.includes(byte)) return 'names have no slash';
  }
  return undefined;
}

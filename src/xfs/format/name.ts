/**
 * What names on disk may hold. Whoever reads a name relies on it: a NUL ends a name in every system call,
 * and a slash makes two names of one.
 */
const SLASH = 0x2f;
const DOT = 0x2e;

/** Is this the name of a directory entry? "." and ".." are. */
export function isEntryName(view: DataView, at: number, length: number): boolean {
  for (let i = at; i < at + length; i++) {
    const byte = view.getUint8(i);
    if (byte === 0 || byte === SLASH) return false;
  }
  return length > 0;
}

/** "." or ".." */
export function isDots(view: DataView, at: number, length: number): boolean {
  return length <= 2 && view.getUint8(at) === DOT && view.getUint8(at + length - 1) === DOT;
}

export function isAttributeName(view: DataView, at: number, length: number): boolean {
  for (let i = at; i < at + length; i++) if (view.getUint8(i) === 0) return false;
  return length > 0;
}

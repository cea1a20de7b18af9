/**
 * Short form: the whole directory inside its inode.
 *
 *   | count 1 | wide 1 | parent 4 or 8 | entries |
 *   entry | length 1 | offset 2 | name | type 1, with ftype | ino 4 or 8 |
 *
 * Inode numbers take 8 bytes when `wide` (how many need them) is not 0. `offset` is where the entry
 * would lie in block form, kept so that a reader's place survives the change of form.
 */
import type { Geometry } from './geometry.js';
import { isDots, isEntryName } from './name.js';

const SHORT_HEADER_BYTES = 2;

export interface ShortEntry {
  readonly at: number;
  readonly nameAt: number;
  readonly nameLength: number;
  /** As block form would have it: bytes of data space. */
  readonly offset: number;
  /** On-disk file type, 0 when not recorded. */
  readonly type: number;
  readonly ino: number;
  readonly next: number;
}

const isWide = (view: DataView, at: number): boolean => view.getUint8(at + 1) !== 0;

/** A number of 4 or 8 bytes; of 56 bits at most. -1 when beyond 2^53: no such inode. */
function readIno(view: DataView, at: number, wide: boolean): number {
  if (!wide) return view.getUint32(at);
  const high = view.getUint32(at);
  return high > 0x1f_ffff ? -1 : high * 0x1_0000_0000 + view.getUint32(at + 4);
}

function shortParent(view: DataView, at: number): number {
  return readIno(view, at + SHORT_HEADER_BYTES, isWide(view, at));
}

/** Bytes before the first entry. */
export function shortHeaderBytes(view: DataView, at: number): number {
  return SHORT_HEADER_BYTES + (isWide(view, at) ? 8 : 4);
}

/** The entry at `at` of the short form that begins at `start`. */
export function readShortEntry(
  view: DataView,
  start: number,
  at: number,
  hasFtype: boolean,
): ShortEntry {
  const wide = isWide(view, start);
  const nameLength = view.getUint8(at);
  const typeAt = at + 3 + nameLength;
  const inoAt = typeAt + (hasFtype ? 1 : 0);
  return {
    at,
    nameAt: at + 3,
    nameLength,
    offset: view.getUint16(at + 1),
    type: hasFtype ? view.getUint8(typeAt) : 0,
    ino: readIno(view, inoAt, wide),
    next: inoAt + (wide ? 8 : 4),
  };
}

/** @param length bytes of the short form: the inode's size. */
export function verifyShortDir(
  view: DataView,
  start: number,
  length: number,
  geometry: Geometry,
): string | undefined {
  const end = start + length;
  if (length < SHORT_HEADER_BYTES + 4 || length < shortHeaderBytes(view, start))
    return 'short directory: the header fits';
  if (!geometry.isIno(shortParent(view, start))) return 'short directory: the parent is an inode';
  const count = view.getUint8(start);
  let at = start + shortHeaderBytes(view, start);
  let offset = 0;
  for (let i = 0; i < count; i++) {
    if (at + 3 > end) return 'short directory: entries fit';
    const nameLength = view.getUint8(at);
    const bytes = 3 + nameLength + (geometry.hasFtype ? 1 : 0) + (isWide(view, start) ? 8 : 4);
    if (at + bytes > end) return 'short directory: entries fit';
    if (!isEntryName(view, at + 3, nameLength) || isDots(view, at + 3, nameLength))
      return 'short directory: names are not empty, "." or "..", and have no NUL and no slash';
    const entry = readShortEntry(view, start, at, geometry.hasFtype);
    if (entry.offset <= offset) return 'short directory: offsets ascend';
    offset = entry.offset;
    at = entry.next;
  }
  return at === end ? undefined : 'short directory: entries fill it';
}

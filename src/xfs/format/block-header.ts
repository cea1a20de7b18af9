/**
 * What v5 metadata blocks say of themselves, checked in one place: UUID and own address.
 *
 * `blkno` is the block's place in units of 512 bytes, whatever the sector size.
 */
import type { Geometry } from './geometry.js';

/** Units of `blkno` and of all "basic blocks". */
export const BASIC_BLOCK_BYTES = 512;

function sameUuid(view: DataView, at: number, uuid: Uint8Array): boolean {
  for (let i = 0; i < 16; i++) if (view.getUint8(at + i) !== uuid[i]) return false;
  return true;
}

/** Returns the rule that the identity at these offsets breaks, or `undefined`. */
export function verifyIdentity(
  view: DataView,
  address: number,
  geometry: Geometry,
  uuidAt: number,
  blknoAt: number,
): string | undefined {
  if (!sameUuid(view, uuidAt, geometry.uuid)) return 'uuid is that of the volume';
  const blkno = view.getUint32(blknoAt) * 0x1_0000_0000 + view.getUint32(blknoAt + 4);
  if (blkno * BASIC_BLOCK_BYTES !== address) return 'blkno is its own address';
  return undefined;
}

export function verifyUuid(view: DataView, at: number, geometry: Geometry): string | undefined {
  return sameUuid(view, at, geometry.uuid) ? undefined : 'uuid is that of the volume';
}

/**
 * A symbolic link's target: in the inode, or in blocks of its own, up to 1,024 bytes. On v5 every run of
 * blocks begins with a header.
 */
import { be32, be64, le32, raw, struct } from '../../ondisk/index.js';
import { verifyIdentity } from './block-header.js';
import type { Geometry } from './geometry.js';

/** "XSLM" */
export const SYMLINK_MAGIC = 0x58534c4d;

export const SYMLINK_BYTES_MAX = 1024;

export class SymlinkHeader extends struct('SymlinkHeader', 56, {
  magic: be32,
  offset: be32, // of this part in the target, bytes
  length: be32, // of this part, bytes
  crc: le32,
  uuid: raw(16),
  owner: be64,
  blkno: be64,
  lsn: be64,
}) {}

export function symlinkHeaderBytes(geometry: Geometry): number {
  return geometry.hasCrc ? SymlinkHeader.bytes : 0;
}

export function verifySymlink(
  view: DataView,
  address: number,
  geometry: Geometry,
): string | undefined {
  if (!geometry.hasCrc) return undefined;
  const header = new SymlinkHeader(view);
  if (header.magic !== SYMLINK_MAGIC) return 'symbolic link: magic XSLM';
  if (header.length > view.byteLength - SymlinkHeader.bytes) return 'symbolic link: its part fits';
  const { uuid, blkno } = SymlinkHeader.offsets;
  return verifyIdentity(view, address, geometry, uuid, blkno);
}

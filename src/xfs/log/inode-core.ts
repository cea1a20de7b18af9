/**
 * The core of an inode as the log has it: the fields of the inode on disk, at the same places, in the byte
 * order of the machine that wrote it. Little-endian is all there is among those that Linux runs XFS on today
 * with images that travel; the log's header says which.
 */
import { Dinode, coreBytes } from '../format/dinode.js';

/** Widths of the fields, in the order of the record; 1 and opaque fields are copied as they are. */
const WIDTHS: readonly (readonly [field: keyof typeof Dinode.offsets, bytes: 2 | 4 | 8])[] = [
  ['magic', 2],
  ['mode', 2],
  ['oldLinks', 2],
  ['uid', 4],
  ['gid', 4],
  ['links', 4],
  ['projectLow', 2],
  ['projectHigh', 2],
  ['bigExtents', 8],
  ['size', 8],
  ['blocks', 8],
  ['extentSizeHint', 4],
  ['extents', 4],
  ['attrExtents', 2],
  ['dmEventMask', 4],
  ['dmState', 2],
  ['flags', 2],
  ['generation', 4],
  ['changeCount', 8],
  ['flags2', 8],
  ['cowExtentSizeHint', 4],
  ['ino', 8],
];

const TIMES = ['accessed', 'modified', 'changed', 'born'] as const;
const PLAIN_BYTES = ['version', 'format', 'forkOffset', 'attrFormat'] as const;
const BIGTIME_FLAG = 0x8;
const NREXT64_FLAG = 0x10;

function swap(from: DataView, at: number, bytes: 2 | 4 | 8, to: DataView, target: number): void {
  if (bytes === 2) to.setUint16(target, from.getUint16(at, true));
  else if (bytes === 4) to.setUint32(target, from.getUint32(at, true));
  else {
    to.setUint32(target, from.getUint32(at + 4, true));
    to.setUint32(target + 4, from.getUint32(at, true));
  }
}

/** Lays a logged core over `inode`. What the log does not carry (the unlinked list, the UUID) stays. */
export function applyLoggedCore(logged: Uint8Array, inode: Dinode): void {
  const from = new DataView(logged.buffer, logged.byteOffset, logged.byteLength);
  const { offsets } = Dinode;
  for (const field of PLAIN_BYTES)
    inode.view.setUint8(inode.at + offsets[field], logged[offsets[field]]!);
  const end = coreBytes(inode);
  const flags2 = end === Dinode.bytes ? from.getUint32(offsets.flags2, true) : 0;
  for (const [field, bytes] of WIDTHS) {
    const at = offsets[field];
    if (at + bytes > Math.min(end, logged.length)) continue;
    if (field === 'bigExtents' && (flags2 & NREXT64_FLAG) === 0)
      inode.view.setBigUint64(inode.at + at, 0n);
    else swap(from, at, bytes, inode.view, inode.at + at);
  }
  for (const field of TIMES) {
    const at = offsets[field];
    if (at + 8 > Math.min(end, logged.length)) continue;
    if ((flags2 & BIGTIME_FLAG) !== 0) swap(from, at, 8, inode.view, inode.at + at);
    else {
      swap(from, at, 4, inode.view, inode.at + at);
      swap(from, at + 4, 4, inode.view, inode.at + at + 4);
    }
  }
}

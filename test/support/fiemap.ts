/**
 * A file's extents as the kernel tells them: FS_IOC_FIEMAP.
 *
 *   request   | start 8 | length 8 | flags 4 | mapped 4 | room 4 | - 4 | records...
 *   record    | logical 8 | physical 8 | length 8 | - 16 | flags 4 | - 12 |
 */
import type { Run } from './entry.js';
import { libc } from './libc.js';

const FS_IOC_FIEMAP = 0xc020_660b;
const HEADER_BYTES = 32;
const RECORD_BYTES = 56;
const RECORDS_MAX = 4096;

const FLAG_SYNC = 1;
const EXTENT_LAST = 0x1;
const EXTENT_UNWRITTEN = 0x800;
const EXTENT_SHARED = 0x2000;

export function fiemap(descriptor: number): Run[] {
  const runs: Run[] = [];
  const request = Buffer.alloc(HEADER_BYTES + RECORDS_MAX * RECORD_BYTES);
  for (let start = 0n; ;) {
    request.fill(0, 0, HEADER_BYTES);
    request.writeBigUInt64LE(start, 0);
    request.writeBigUInt64LE(0x7fff_ffff_ffff_ffffn - start, 8);
    request.writeUInt32LE(FLAG_SYNC, 16);
    request.writeUInt32LE(RECORDS_MAX, 24);
    libc('ioctl', descriptor, FS_IOC_FIEMAP, request);
    const mapped = request.readUInt32LE(20);
    let flags = EXTENT_LAST;
    for (let index = 0; index < mapped; index++) {
      const at = HEADER_BYTES + index * RECORD_BYTES;
      flags = request.readUInt32LE(at + 40);
      const run = {
        offset: request.readBigUInt64LE(at),
        physical: request.readBigUInt64LE(at + 8),
        length: request.readBigUInt64LE(at + 16),
        unwritten: (flags & EXTENT_UNWRITTEN) !== 0,
        shared: (flags & EXTENT_SHARED) !== 0,
      };
      runs.push(run);
      start = run.offset + run.length;
    }
    if (flags & EXTENT_LAST) return runs;
  }
}

/**
 * What only XFS knows of a file: flags, project and hints (FS_IOC_FSGETXATTR), parent pointers
 * (XFS_IOC_GETPARENTS, Linux 6.10 and later).
 */
import koffi from 'koffi';
import { parentRows, type ParentRow, type XfsFacts } from './entry.js';
import { libc } from './libc.js';

const FS_IOC_FSGETXATTR = 0x801c_581f;
const FS_IOC_FSSETXATTR = 0x401c_5820;
const FSXATTR_BYTES = 28;

const FLAGS: readonly (readonly [number, string])[] = [
  [0x1, 'realtime'],
  [0x2, 'prealloc'],
  [0x8, 'immutable'],
  [0x10, 'append'],
  [0x20, 'sync'],
  [0x40, 'noatime'],
  [0x80, 'nodump'],
  [0x100, 'rtinherit'],
  [0x200, 'projinherit'],
  [0x400, 'nosymlinks'],
  [0x800, 'extsize'],
  [0x1000, 'extszinherit'],
  [0x2000, 'nodefrag'],
  [0x4000, 'filestream'],
  [0x8000, 'dax'],
  [0x10000, 'cowextsize'],
];

/** Of an open file or directory; fields that have their default are left out. */
export function readFlags(descriptor: number): XfsFacts {
  const fields = Buffer.alloc(FSXATTR_BYTES);
  libc('ioctl', descriptor, FS_IOC_FSGETXATTR, fields);
  const bits = fields.readUInt32LE(0);
  const facts: XfsFacts = {};
  const flags = FLAGS.filter(([bit]) => (bits & bit) !== 0).map(([, name]) => name);
  if (flags.length > 0) facts.flags = flags;
  if (fields.readUInt32LE(4) !== 0) facts.extentSizeHint = fields.readUInt32LE(4);
  if (fields.readUInt32LE(12) !== 0) facts.projectId = fields.readUInt32LE(12);
  if (fields.readUInt32LE(16) !== 0) facts.cowExtentSizeHint = fields.readUInt32LE(16);
  return facts;
}

/** Sets flags by name (added to those that are on), the project and the hints that are given. */
export function setFlags(descriptor: number, facts: XfsFacts): void {
  const fields = Buffer.alloc(FSXATTR_BYTES);
  libc('ioctl', descriptor, FS_IOC_FSGETXATTR, fields);
  let bits = fields.readUInt32LE(0);
  for (const [bit, name] of FLAGS) if (facts.flags?.includes(name)) bits = (bits | bit) >>> 0;
  fields.writeUInt32LE(bits, 0);
  if (facts.extentSizeHint !== undefined) fields.writeUInt32LE(facts.extentSizeHint, 4);
  if (facts.projectId !== undefined) fields.writeUInt32LE(facts.projectId, 12);
  if (facts.cowExtentSizeHint !== undefined) fields.writeUInt32LE(facts.cowExtentSizeHint, 16);
  libc('ioctl', descriptor, FS_IOC_FSSETXATTR, fields);
}

/*
 *   request   | cursor 16 | flags in 2 | flags out 2 | room 4 | - 8 | address of records 8 |
 *   record    | handle 24: ... generation 4 at 12, inode 8 at 16 | length 4 | - 4 | name, NUL |
 *
 * The last record's length reaches to the end of the room.
 */
const XFS_IOC_GETPARENTS = 0xc028_583e;
const GETPARENTS_DONE = 2;
const RECORDS_BYTES = 65_536;

/** Of an open file or directory; empty for the root. */
export function readParents(descriptor: number): ParentRow[] {
  const parents: { ino: bigint; name: Buffer }[] = [];
  const records = Buffer.alloc(RECORDS_BYTES);
  const request = Buffer.alloc(40);
  request.writeUInt32LE(RECORDS_BYTES, 20);
  request.writeBigUInt64LE(koffi.address(records), 32);
  do {
    records.fill(0);
    libc('ioctl', descriptor, XFS_IOC_GETPARENTS, request);
    for (let at = 0; at < RECORDS_BYTES; at += records.readUInt32LE(at + 24)) {
      const ino = records.readBigUInt64LE(at + 16);
      if (ino === 0n) break;
      const end = records.indexOf(0, at + 32);
      parents.push({ ino, name: Buffer.from(records.subarray(at + 32, end)) });
    }
  } while ((request.readUInt16LE(18) & GETPARENTS_DONE) === 0);
  return parentRows(parents);
}

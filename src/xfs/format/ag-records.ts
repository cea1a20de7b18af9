/**
 * Records of the trees of a group. Numbers are agblocks and counts of blocks unless said otherwise.
 */
import { be16, be32, be64, raw, struct, u8 } from '../../ondisk/index.js';

/** By-block and by-size trees: one run of free blocks. Key = record. */
export class FreeRecord extends struct('FreeRecord', 8, {
  start: be32,
  length: be32,
}) {}

/**
 * Inode and free-inode trees: 64 inodes. Key = `start`. Without sparse chunks the four bytes after it
 * are one count of free inodes.
 */
export class InodeRecord extends struct('InodeRecord', 16, {
  start: be32, // agino of the first
  holeMask: be16, // bit n: inodes 4n to 4n+3 do not exist
  count: u8, // inodes that exist
  freeCount: u8,
  freeMask: raw(8), // be64; bit n set: inode n is free (or does not exist)
}) {}

/** Offset of `freeCount` in volumes without sparse chunks: a be32. */
export const FREE_COUNT_AT = 4;

/** Reverse map: who owns a run of blocks. */
export class RmapRecord extends struct('RmapRecord', 24, {
  start: be32,
  length: be32,
  owner: be64, // inode number; negative: see RmapOwner
  offset: raw(8), // be64; top three bits: attribute fork, block map block, unwritten; rest: file block
}) {}

/** Owners that are no inode. */
export const RmapOwner = {
  none: -1,
  unknown: -2,
  fileSystem: -3,
  log: -4,
  agTrees: -5,
  inodeTrees: -6,
  inodes: -7,
  refcountTree: -8,
  cowStaging: -9,
} as const;

/** Reference counts: a run of blocks with `count` owners; only runs of two owners and more are kept. */
export class RefcountRecord extends struct('RefcountRecord', 12, {
  start: be32, // top bit set: blocks staged for copy-on-write, one owner
  length: be32,
  count: be32,
}) {}

export const COW_STAGING_BIT = 0x8000_0000;

/**
 * AGI: the inode header of one allocation group (third sector of the group).
 *
 *   0     16       40               296    312   320   328       336      344
 *   | ids | inodes | unlinked lists | uuid | crc | lsn | finobt | counts |
 *
 * `agino` is an inode number counted from the start of the group.
 */
import { be32, be64, le32, raw, struct } from '../../ondisk/index.js';
import { verifyUuid } from './block-header.js';
import type { Geometry } from './geometry.js';

/** "XAGI" */
export const AGI_MAGIC = 0x58414749;

export class Agi extends struct('Agi', 344, {
  magic: be32, // always AGI_MAGIC
  version: be32, // always 1
  agno: be32,
  length: be32, // size of the group, agblocks
  inodeCount: be32, // allocated, used or not
  root: be32, // root of the inode tree, agblock
  levels: be32, // its height; 1 = a lone leaf
  freeCount: be32,
  newest: be32, // agino of the chunk allocated last; all ones when none
  directory: be32, // unused, all ones
  unlinked: raw(256), // 64 heads of lists of unlinked inodes, agino; all ones when empty
  uuid: raw(16),
  crc: le32, // CRC32c of the sector
  pad: be32,
  lsn: be64,
  freeRoot: be32, // root of the free-inode tree, agblock
  freeLevels: be32,
  inodeBlocks: be32, // blocks of the inode tree, with the feature inobtcount
  freeInodeBlocks: be32,
}) {}

export function verifyAgi(agi: Agi, geometry: Geometry): string | undefined {
  if (agi.magic !== AGI_MAGIC) return 'agi.magic = XAGI';
  if (agi.version !== 1) return 'agi.version = 1';
  if (geometry.hasCrc) {
    const rule = verifyUuid(agi.view, agi.at + Agi.offsets.uuid, geometry);
    if (rule !== undefined) return rule;
  }
  if (agi.agno >= geometry.agCount) return 'agi.agno < superblock.agCount';
  if (agi.length !== geometry.agLength(agi.agno)) return 'agi.length is that of the group';
  if (agi.freeCount > agi.inodeCount) return 'agi.freeCount <= agi.inodeCount';
  return undefined;
}

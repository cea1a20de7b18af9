/**
 * AGF: the free-space header of one allocation group (second sector of the group).
 *
 *   0     16      28        40         52         64     80            96      208   216   220
 *   | ids | roots | heights | freelist | counters | uuid | rmap/refcnt | spare | lsn | crc | spare |
 *
 * Counts and addresses are agblocks: file-system blocks counted from the start of the group.
 */
import { be32, be64, le32, raw, struct } from '../../ondisk/index.js';
import { verifyUuid } from './block-header.js';
import type { Geometry } from './geometry.js';

/** "XAGF" */
export const AGF_MAGIC = 0x58414746;

export class Agf extends struct('Agf', 224, {
  magic: be32, // always AGF_MAGIC
  version: be32, // always 1
  agno: be32, // number of this group, from 0
  length: be32, // size of the group, agblocks
  byBlockRoot: be32, // root of the by-block tree
  bySizeRoot: be32, // root of the by-size tree
  rmapRoot: be32, // root of the reverse map
  byBlockLevels: be32, // height of the by-block tree; 1 = a lone leaf
  bySizeLevels: be32,
  rmapLevels: be32,
  freelistFirst: be32, // first used slot of the AGFL ring
  freelistLast: be32, // last used slot, inclusive
  freelistCount: be32, // blocks on the AGFL
  freeBlocks: be32, // free agblocks, those on the AGFL excluded
  longest: be32, // longest free extent
  btreeBlocks: be32, // agblocks inside the trees, roots excluded
  uuid: raw(16),
  rmapBlocks: be32,
  refcountBlocks: be32,
  refcountRoot: be32,
  refcountLevels: be32,
  spare: raw(112),
  lsn: be64, // log position of the last change
  crc: le32, // CRC32c of the sector
  spare2: be32,
}) {}

/** Returns the first rule this AGF breaks, or `undefined`. */
export function verifyAgf(agf: Agf, geometry: Geometry): string | undefined {
  if (agf.magic !== AGF_MAGIC) return 'agf.magic = XAGF';
  if (agf.version !== 1) return 'agf.version = 1';
  if (geometry.hasCrc) {
    const rule = verifyUuid(agf.view, agf.at + Agf.offsets.uuid, geometry);
    if (rule !== undefined) return rule;
  }
  if (agf.agno >= geometry.agCount) return 'agf.agno < superblock.agCount';
  if (agf.length !== geometry.agLength(agf.agno)) return 'agf.length is that of the group';
  if (agf.freeBlocks > agf.length) return 'agf.freeBlocks <= agf.length';
  if (agf.longest > agf.freeBlocks) return 'agf.longest <= agf.freeBlocks';
  const slots = freelistSlots(geometry);
  if (agf.freelistFirst >= slots || agf.freelistLast >= slots || agf.freelistCount > slots)
    return 'agf.freelist lies in the ring';
  return undefined;
}

/** Slots of the AGFL ring: block numbers that fit its sector. */
export function freelistSlots({ sectorBytes, hasCrc }: Geometry): number {
  return (sectorBytes - (hasCrc ? Agfl.bytes : 0)) / 4;
}

/** "XAFL" */
export const AGFL_MAGIC = 0x5841464c;

/** AGFL: fourth sector of the group, v5 only: before the ring of be32 block numbers. */
export class Agfl extends struct('Agfl', 36, {
  magic: be32, // always AGFL_MAGIC
  agno: be32,
  uuid: raw(16),
  lsn: be64,
  crc: le32,
}) {}

export function verifyAgfl(view: DataView, geometry: Geometry): string | undefined {
  if (!geometry.hasCrc) return undefined; // v4: nothing but numbers
  const agfl = new Agfl(view);
  if (agfl.magic !== AGFL_MAGIC) return 'agfl.magic = XAFL';
  if (agfl.agno >= geometry.agCount) return 'agfl.agno < superblock.agCount';
  return verifyUuid(view, Agfl.offsets.uuid, geometry);
}

/**
 * MBR partition tables: four entries at the end of sector 0, and a chain of tables for the rest.
 *
 *     sector 0            | boot code 440 | disk id 4 | 2 | entry x 4 | 55 aa |
 *     extended partition  | table: logical, next | ... | table: logical, next | ...
 *
 * Units: an entry counts in sectors. A logical partition starts relative to its own table; the next
 * table lies relative to the start of the whole extended partition, and always further on, or the
 * chain ends there: what a damaged or hostile chain still says first is kept, as Linux does.
 */
import { isWithin } from '../core/index.js';
import { le16, le32, raw, struct, u8 } from '../ondisk/index.js';
import type { BlockDevice } from './block-device.js';
import type { Partition } from './partition.js';

export const MBR_BYTES = 512;
const SIGNATURE = 0xaa55;
const TYPE_EMPTY = 0x00;
const TYPE_GPT = 0xee; // "all of this disk is described elsewhere"
const TYPES_EXTENDED: ReadonlySet<number> = new Set([0x05, 0x0f, 0x85]);

/** A longer chain is hostile: Linux numbers no partition beyond 255. */
const TABLES_MAX = 251;

export class MbrEntry extends struct('MbrEntry', 16, {
  status: u8, // 0x80 is bootable, 0 is not, nothing else is legal
  firstChs: raw(3), // cylinder, head, sector: long without meaning
  type: u8,
  lastChs: raw(3),
  firstSector: le32,
  sectorCount: le32,
}) {}

export class Mbr extends struct('Mbr', MBR_BYTES, {
  bootCode: raw(440),
  diskId: le32,
  reserved: le16,
  entries: raw(64), // four MbrEntry
  signature: le16,
}) {}

/** The four entries of a table, or `undefined` if the sector holds none: it may be a boot sector. */
function readEntries(sector: Uint8Array): MbrEntry[] | undefined {
  const view = new DataView(sector.buffer, sector.byteOffset, MBR_BYTES);
  if (new Mbr(view).signature !== SIGNATURE) return undefined;
  const entries = [0, 1, 2, 3].map(
    (index) => new MbrEntry(view, Mbr.offsets.entries + index * MbrEntry.bytes),
  );
  return entries.every(({ status }) => status === 0 || status === 0x80) ? entries : undefined;
}

const isExtended = ({ type, sectorCount }: MbrEntry): boolean =>
  TYPES_EXTENDED.has(type) && sectorCount > 0;

const isData = (entry: MbrEntry): boolean =>
  entry.type !== TYPE_EMPTY && entry.sectorCount > 0 && !isExtended(entry);

/** Does sector 0 say that a GPT describes the device? */
export function isProtective(sector: Uint8Array): boolean {
  return readEntries(sector)?.some(({ type }) => type === TYPE_GPT) ?? false;
}

/** @param sector sector 0 of the device. @returns no partitions where it holds no table. */
export async function readMbr(device: BlockDevice, sector: Uint8Array): Promise<Partition[]> {
  const partitions: Partition[] = [];
  const logicals: Partition[] = [];
  for (const [index, entry] of (readEntries(sector) ?? []).entries()) {
    if (isExtended(entry)) await readLogicals(device, entry.firstSector, logicals);
    else if (isData(entry)) partitions.push(toPartition(device, entry, index + 1, 0));
  }
  return [...partitions, ...logicals];
}

/** Adds to `logicals`, which are numbered from 5 through all extended partitions. */
async function readLogicals(
  device: BlockDevice,
  extendedSector: number,
  logicals: Partition[],
): Promise<void> {
  const sector = new Uint8Array(MBR_BYTES);
  let tableSector = extendedSector;
  for (let tables = 0; tables < TABLES_MAX; tables++) {
    const position = tableSector * device.sectorSize;
    if (!isWithin(position, MBR_BYTES, device.size)) return;
    await device.read(position, sector);
    const [logical, next] = readEntries(sector) ?? [];
    if (logical === undefined || next === undefined) return;
    if (isData(logical))
      logicals.push(toPartition(device, logical, logicals.length + 5, tableSector));
    if (!isExtended(next) || extendedSector + next.firstSector <= tableSector) return;
    tableSector = extendedSector + next.firstSector;
  }
}

function toPartition(
  { sectorSize }: BlockDevice,
  entry: MbrEntry,
  number: number,
  tableSector: number,
): Partition {
  return {
    number,
    offset: (tableSector + entry.firstSector) * sectorSize,
    size: entry.sectorCount * sectorSize,
    type: `0x${entry.type.toString(16).padStart(2, '0')}`,
    name: '',
    table: 'mbr',
  };
}

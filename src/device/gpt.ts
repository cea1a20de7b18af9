/**
 * GUID partition tables: a header, an array of entries, and a copy of both at the device's end.
 *
 *     sector 0     1        2 ..                                       last - n ..   last
 *     | MBR 0xee | header | entries | partitions ...                  | entries    | header |
 *
 * Header and entries have a CRC each. Either copy alone describes the device; the first is believed
 * if it is whole. Sectors are the device's, 512 or 4096 bytes: an image file does not say which, so
 * that both are tried. Every number is bounded before it is used, since a CRC stops accidents only.
 */
import { CorruptError, divideUp, isWithin } from '../core/index.js';
import { le32, le64, raw, struct } from '../ondisk/index.js';
import type { BlockDevice } from './block-device.js';
import { crc32 } from './crc32.js';
import type { Partition } from './partition.js';

const SIGNATURE = 'EFI PART';
const GUID_NONE = '00000000-0000-0000-0000-000000000000';

/** 128 entries of 128 bytes is the rule; 64 times that is where reading stops. */
const ENTRIES_BYTES_MAX = 1024 * 1024;

export class GptHeader extends struct('GptHeader', 92, {
  signature: raw(8),
  revision: le32,
  headerBytes: le32, // of this header, at least these 92
  crc: le32, // of headerBytes, this field counted as zeros
  reserved: le32,
  sector: le64, // where this header lies
  alternateSector: le64, // where the other one lies
  firstUsableSector: le64,
  lastUsableSector: le64, // included
  diskGuid: raw(16),
  entriesSector: le64,
  entryCount: le32,
  entryBytes: le32, // 128, 256, 512 ...
  entriesCrc: le32,
}) {}

export class GptEntry extends struct('GptEntry', 128, {
  type: raw(16), // all zeros: not in use
  guid: raw(16),
  firstSector: le64,
  lastSector: le64, // included
  attributes: raw(8),
  name: raw(72), // UTF-16, little-endian, ended by a zero where it is shorter
}) {}

/** @throws CorruptError when neither copy is whole; the rule is the one that the first copy breaks. */
export async function readGpt(device: BlockDevice): Promise<Partition[]> {
  let broken: CorruptError | undefined;
  for (const sectorSize of device.sectorSize === 4096 ? [4096, 512] : [512, 4096]) {
    const table = new GptReader(device, sectorSize);
    for (const sector of [1, table.lastSector]) {
      try {
        return await table.readCopy(sector);
      } catch (error) {
        if (!(error instanceof CorruptError)) throw error;
        // The most telling rule is the one that something which looks like a header breaks.
        if (broken === undefined || broken.rule === RULE_SIGNATURE) broken = error;
      }
    }
  }
  throw broken!;
}

const RULE_SIGNATURE = `gpt.signature = '${SIGNATURE}'`;

/** Reads the copies of one table, for one supposed sector size. */
class GptReader {
  readonly lastSector: number;

  constructor(
    readonly device: BlockDevice,
    readonly sectorSize: number,
  ) {
    this.lastSector = Math.floor(device.size / sectorSize) - 1;
  }

  /** @throws CorruptError unless header and entries are whole. */
  async readCopy(sector: number): Promise<Partition[]> {
    const header = await this.#readHeader(sector);
    const entries = await this.#read(header.entriesSector, header.entryCount * header.entryBytes);
    if (entries === undefined) throw this.#broken('gpt.entriesSector lies in the device', sector);
    if (crc32(entries) !== header.entriesCrc)
      throw this.#broken('crc32(gpt entries)', sector, 'EBADMSG');
    const view = new DataView(entries.buffer);
    const partitions: Partition[] = [];
    for (let index = 0; index < header.entryCount; index++) {
      const entry = new GptEntry(view, index * header.entryBytes);
      const type = formatGuid(entry.type);
      if (type === GUID_NONE) continue;
      const sectors = entry.lastSector + 1 - entry.firstSector;
      if (entry.firstSector < 0 || sectors <= 0)
        throw this.#broken('gpt entry.firstSector <= entry.lastSector', sector);
      partitions.push({
        number: index + 1,
        offset: entry.firstSector * this.sectorSize,
        size: sectors * this.sectorSize,
        type,
        name: decodeName(entry.name),
        table: 'gpt',
      });
    }
    return partitions;
  }

  async #readHeader(sector: number): Promise<GptHeader> {
    const bytes = await this.#read(sector, this.sectorSize);
    if (bytes === undefined) throw this.#broken('the device has room for a gpt', sector);
    const header = new GptHeader(new DataView(bytes.buffer));
    if (String.fromCharCode(...header.signature) !== SIGNATURE)
      throw this.#broken(RULE_SIGNATURE, sector);
    const { headerBytes, entryBytes, entryCount } = header;
    if (headerBytes < GptHeader.bytes || headerBytes > this.sectorSize)
      throw this.#broken('92 <= gpt.headerBytes <= sector size', sector);
    const { crc } = header;
    header.crc = 0;
    if (crc32(bytes.subarray(0, headerBytes)) !== crc)
      throw this.#broken('crc32(gpt header)', sector, 'EBADMSG');
    if (header.sector !== sector) throw this.#broken('gpt.sector is its own', sector);
    if (entryBytes < GptEntry.bytes || entryBytes % 8 !== 0)
      throw this.#broken('gpt.entryBytes = 128 * 2^n', sector);
    if (entryCount * entryBytes > ENTRIES_BYTES_MAX)
      throw this.#broken(`gpt.entryCount * gpt.entryBytes <= ${ENTRIES_BYTES_MAX}`, sector);
    return header;
  }

  /** `undefined` where that reaches out of the device. */
  async #read(sector: number, length: number): Promise<Uint8Array<ArrayBuffer> | undefined> {
    const sectors = divideUp(length, this.sectorSize);
    if (!isWithin(sector, sectors, this.lastSector + 1)) return undefined;
    const bytes = new Uint8Array(length);
    await this.device.read(sector * this.sectorSize, bytes);
    return bytes;
  }

  #broken(rule: string, sector: number, code?: 'EBADMSG'): CorruptError {
    return new CorruptError(rule, 'partition table', sector * this.sectorSize, code);
  }
}

/** The first three groups are little-endian numbers, the rest is bytes in order. */
export function formatGuid(bytes: Uint8Array): string {
  const order = [3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15];
  const hex = order.map((at) => bytes[at]!.toString(16).padStart(2, '0')).join('');
  const groups = [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20)];
  return [...groups, hex.slice(20)].join('-').toUpperCase();
}

function decodeName(bytes: Uint8Array): string {
  const name = new TextDecoder('utf-16le').decode(bytes);
  const end = name.indexOf('\0');
  return end < 0 ? name : name.slice(0, end);
}

/**
 * Changes a field in every copy of the superblock of an empty image, checksum included: how we ask the
 * kernel for features that this mkfs.xfs does not know.
 */
import { crc32c } from '@node-rs/crc32';
import { closeSync, openSync, readSync, writeSync } from 'node:fs';
import { superblockFacts } from './xfs-db.js';

const CRC_OFFSET = 224;

/** Bits of sb_features_incompat. */
export const Incompat = { exchangeRange: 0x40, parent: 0x80 } as const;

export function setIncompatBits(path: string, bits: number): void {
  const INCOMPAT_OFFSET = 216;
  patchSuperblocks(path, (sector) => {
    sector.writeUInt32BE((sector.readUInt32BE(INCOMPAT_OFFSET) | bits) >>> 0, INCOMPAT_OFFSET);
  });
}

/** log2 of file-system blocks per directory block; mkfs.xfs makes none smaller than 4 KiB. */
export function setDirectoryBlockLog(path: string, log: number): void {
  const DIRBLKLOG_OFFSET = 192;
  patchSuperblocks(path, (sector) => void sector.writeUInt8(log, DIRBLKLOG_OFFSET));
}

function patchSuperblocks(path: string, change: (sector: Buffer) => void): void {
  const { groups, groupBlocks, blockSize, sectorSize } = superblockFacts(path);
  const descriptor = openSync(path, 'r+');
  try {
    for (let group = 0; group < groups; group++) {
      const sector = Buffer.alloc(sectorSize);
      const position = group * groupBlocks * blockSize;
      readSync(descriptor, sector, 0, sectorSize, position);
      change(sector);
      sector.writeUInt32LE(0, CRC_OFFSET);
      sector.writeUInt32LE(crc32c(sector), CRC_OFFSET);
      writeSync(descriptor, sector, 0, sectorSize, position);
    }
  } finally {
    closeSync(descriptor);
  }
}

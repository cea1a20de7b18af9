/**
 * Blanks what a clean log no longer needs, half of a packed image otherwise: records before the one that
 * the unmount wrote, and the empty records that the first mount put ahead of the head. Each sector
 * keeps its cycle number (1, or 0 ahead of the head), by which the kernel finds the head.
 *
 *   sector of a record header   | magic feedbabe 4 | cycle 4 | ...
 *   any other                   | cycle 4 | data
 */
import { closeSync, openSync, readSync, writeSync } from 'node:fs';
import { parseFields, superblockFacts, xfsDb } from '../support/xfs-db.js';

const SECTOR_BYTES = 512; // the log's own unit, whatever the sector size
const RECORD_MAGIC = 0xfeed_babe;
/** The unmount record and the one before it stay. */
const RECORDS_KEPT = 2;

export function blankDeadLog(path: string): void {
  const { position, bytes } = logRange(path);
  const descriptor = openSync(path, 'r+');
  try {
    const log = Buffer.alloc(bytes);
    readSync(descriptor, log, 0, bytes, position);
    const headers: number[] = [];
    for (let at = 0; at < bytes; at += SECTOR_BYTES) {
      if (log.readUInt32BE(at) !== RECORD_MAGIC) continue;
      if (log.readUInt32BE(at + 4) === 1) headers.push(at);
      else log.fill(0, at, at + SECTOR_BYTES);
    }
    const end = headers.at(-RECORDS_KEPT) ?? 0;
    for (let at = 0; at < end; at += SECTOR_BYTES) {
      log.fill(0, at, at + SECTOR_BYTES);
      log.writeUInt32BE(1, at);
    }
    writeSync(descriptor, log, 0, bytes, position);
  } finally {
    closeSync(descriptor);
  }
}

function logRange(path: string): { position: number; bytes: number } {
  const facts = superblockFacts(path);
  const [, fields = ''] = xfsDb(path, ['sb 0', 'print logstart agblklog']);
  const { logstart, agblklog } = parseFields(fields);
  const groupSpan = 2 ** Number(agblklog);
  const group = Math.floor(Number(logstart) / groupSpan);
  const block = group * facts.groupBlocks + (Number(logstart) % groupSpan);
  return { position: block * facts.blockSize, bytes: facts.logBlocks * facts.blockSize };
}

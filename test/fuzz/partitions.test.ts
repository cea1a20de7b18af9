/**
 * Partition tables, mutated: every disk still opens as the file system that it holds, or fails with a typed
 * error, and little is read. A GPT's checksums are made right again half of the time.
 */
import { ok } from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { FileSystem } from '#src/api/index.js';
import { openOn } from '#src/api/index.js';
import { Random } from '#src/core/index.js';
import { crc32 } from '#src/device/crc32.js';
import { GptHeader } from '#src/device/gpt.js';
import { fixtureBytes, loadManifest } from '../support/fixtures.js';
import { errorText } from './probe.js';
import { EditedDevice, SparseImage } from './sparse-image.js';

const { env } = process;
const SEED = Number(env['DAXKIT_FUZZ_SEED'] ?? Date.now() % 1_000_000_007);
const CASES = 1500;
const SECTOR_BYTES = 512;

/** Looking for the partition, and opening what is in it. */
const OPEN_BYTES_MAX = 8 * 1024 * 1024;

interface Range {
  readonly at: number;
  readonly length: number;
}

/** Where tables lie: the first sectors and the last ones, and each extended partition's. */
function tablesOf(image: SparseImage, bytes: Uint8Array): Range[] {
  const tables: Range[] = [
    { at: 0, length: SECTOR_BYTES },
    { at: SECTOR_BYTES, length: 128 },
    { at: 2 * SECTOR_BYTES, length: 4 * 128 },
    { at: image.size - SECTOR_BYTES, length: 128 },
    { at: image.size - 33 * SECTOR_BYTES, length: 4 * 128 },
  ];
  for (let at = SECTOR_BYTES; at + SECTOR_BYTES <= bytes.length; at += SECTOR_BYTES)
    if (bytes[at + 510] === 0x55 && bytes[at + 511] === 0xaa)
      tables.push({ at, length: SECTOR_BYTES });
  return tables;
}

function mutate(random: Random, device: EditedDevice, tables: readonly Range[]): void {
  for (let count = 1 + random.below(3); count > 0; count--) {
    const { at, length } = random.pick(tables);
    const place = at + random.below(length / 8) * 8 + random.below(8);
    const width = random.pick([1, 1, 4, 8]);
    const old = new Uint8Array(width);
    if (place + width > device.size) continue;
    device.copyOut(place, old);
    const kind = random.below(4);
    device.edit(
      place,
      old.map((byte) => [byte ^ (1 << random.below(8)), 0, 0xff, random.below(256)][kind]!),
    );
  }
}

/** Of both copies: the entries' checksum, then the header's. */
function repairGpt(device: EditedDevice): void {
  for (const at of [SECTOR_BYTES, device.size - SECTOR_BYTES]) {
    const bytes = new Uint8Array(SECTOR_BYTES);
    device.copyOut(at, bytes);
    const header = new GptHeader(new DataView(bytes.buffer));
    const entries = new Uint8Array(Math.min(header.entryCount * header.entryBytes, 1 << 20));
    device.copyOut(
      at === SECTOR_BYTES ? 2 * SECTOR_BYTES : device.size - 33 * SECTOR_BYTES,
      entries,
    );
    header.entriesCrc = crc32(entries);
    header.crc = 0;
    header.crc = crc32(bytes.subarray(0, GptHeader.bytes));
    device.edit(at, bytes);
  }
}

async function open(
  device: EditedDevice,
  partition: number | undefined,
): Promise<FileSystem | undefined> {
  try {
    return await openOn(device, partition === undefined ? {} : { partition });
  } catch (error) {
    errorText('open', error);
    return undefined;
  }
}

describe('mutated partition tables', () => {
  for (const name of ['gpt', 'gpt-two', 'mbr', 'mbr-logical']) {
    it(name, async (t) => {
      t.diagnostic(`seed: DAXKIT_FUZZ_SEED=${SEED}`);
      const random = new Random(SEED);
      const bytes = fixtureBytes(name);
      const image = new SparseImage(bytes);
      const tables = tablesOf(image, bytes);
      const uuids = new Set(
        loadManifest(name).fileSystems.map(({ superblock }) => superblock.uuid),
      );
      let opened = 0;
      for (let index = 0; index < CASES; index++) {
        const device = new EditedDevice(image, image.size, random.below(16) > 0);
        mutate(random, device, tables);
        if (random.below(2) === 0) repairGpt(device);
        const fs = await open(device, random.pick([undefined, undefined, 1, 2, 4, 5]));
        ok(
          device.traffic.bytes < OPEN_BYTES_MAX,
          `case ${index} read ${device.traffic.bytes} bytes`,
        );
        if (fs === undefined) continue;
        opened++;
        const { uuid } = await fs.info();
        ok(uuids.has(uuid), `case ${index} opened ${uuid}`);
      }
      t.diagnostic(`${CASES} cases, ${opened} opened`);
      ok(opened > 0 && opened < CASES, `${opened} of ${CASES} opened`);
    });
  }
});

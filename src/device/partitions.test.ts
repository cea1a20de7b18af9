import { deepEqual, equal, ok, rejects } from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test, type TestContext } from 'node:test';
import fc from 'fast-check';
import { CorruptError, FsError } from '../core/index.js';
import { BlobDevice } from './blob-device.js';
import { crc32 } from './crc32.js';
import { GptEntry, GptHeader, formatGuid } from './gpt.js';
import { Mbr, MbrEntry } from './mbr.js';
import { MemoryDevice } from './memory-device.js';
import type { Partition } from './partition.js';
import { choosePartition, readPartitions } from './partitions.js';
import { attachLoop, firstLine, makeImage, run } from './support.test.node.js';

const LINUX = '0FC63DAF-8483-4772-8E79-3D69D8477DE4';
const MIB = 1024 * 1024;

/** The first bytes of a file system. */
const MAGIC = new TextEncoder().encode('XFSB');

test('records are as long, and fields lie, where the standards say', () => {
  deepEqual([Mbr.offsets.diskId, Mbr.offsets.entries, Mbr.offsets.signature], [440, 446, 510]);
  deepEqual([MbrEntry.offsets.type, MbrEntry.offsets.firstSector], [4, 8]);
  deepEqual(
    [GptHeader.offsets.crc, GptHeader.offsets.sector, GptHeader.offsets.diskGuid],
    [16, 24, 56],
  );
  deepEqual([GptHeader.offsets.entriesSector, GptHeader.offsets.entriesCrc], [72, 88]);
  deepEqual([GptEntry.offsets.firstSector, GptEntry.offsets.name], [32, 56]);
});

test('a GUID is written as its standard has it', () => {
  const bytes = Uint8Array.from({ length: 16 }, (_, at) => at);
  equal(formatGuid(bytes), '03020100-0504-0706-0809-0A0B0C0D0E0F');
});

/** What sfdisk makes of `script` on an image of `size` bytes, and what it says it has made. */
function makeBySfdisk(
  t: TestContext,
  size: number,
  script: string,
  sectorSize: number,
): { bytes: Uint8Array; listed: Pick<Partition, 'number' | 'offset' | 'size'>[] } | undefined {
  const path = makeImage(t, size);
  // A file has sectors of 512 bytes for sfdisk; for others it takes a device that has them.
  const disk = sectorSize === 512 ? path : attachLoop(t, path, `--sector-size=${sectorSize}`);
  if (disk === undefined) return undefined;
  try {
    run(
      'sh',
      '-c',
      'printf "$1" | sfdisk --quiet --no-reread --no-tell-kernel "$2"',
      'sh',
      script,
      disk,
    );
  } catch (error) {
    t.skip(`no sfdisk here: ${firstLine(error)}`);
    return undefined;
  }
  const dump = JSON.parse(run('sfdisk', '--json', disk)) as {
    partitiontable: { partitions: { node: string; start: number; size: number }[] };
  };
  const listed = dump.partitiontable.partitions.map(({ node, start, size: sectors }) => ({
    number: Number(/\d+$/.exec(node)?.[0]),
    offset: start * sectorSize,
    size: sectors * sectorSize,
  }));
  return { bytes: readFileSync(disk), listed };
}

const places = (partitions: Partition[]): Pick<Partition, 'number' | 'offset' | 'size'>[] =>
  partitions.map(({ number, offset, size }) => ({ number, offset, size }));

for (const sectorSize of [512, 4096]) {
  test(`GPT of ${sectorSize}-byte sectors, as sfdisk makes it`, async (t) => {
    const script =
      'label: gpt\\nsize=1MiB, name="boot €"\\nsize=2MiB, type=swap\\n5: size=1MiB, name=root\\n';
    const made = makeBySfdisk(t, 8 * MIB, script, sectorSize);
    if (made === undefined) return;
    // An image file does not say which sectors it has: 512 is assumed, and what was meant is found.
    for (const device of [
      new MemoryDevice(made.bytes),
      new MemoryDevice(made.bytes, { sectorSize }),
      new BlobDevice(new Blob([made.bytes])),
    ]) {
      const partitions = await readPartitions(device);
      deepEqual(places(partitions), made.listed);
      deepEqual(
        partitions.map(({ name, type, table }) => [name, type, table]),
        [
          ['boot €', LINUX, 'gpt'],
          ['', '0657FD6D-A4AB-43C4-84E5-0933C84B4F4F', 'gpt'],
          ['root', LINUX, 'gpt'],
        ],
      );
    }
  });

  test(`MBR with logical partitions, ${sectorSize}-byte sectors, as sfdisk makes it`, async (t) => {
    const script =
      'label: dos\\nsize=1MiB, type=83, bootable\\nsize=1MiB, type=82\\n' +
      'type=5\\nsize=1MiB\\nsize=512KiB, type=8e\\nsize=1MiB\\n';
    const made = makeBySfdisk(t, 16 * MIB, script, sectorSize);
    if (made === undefined) return;
    const partitions = await readPartitions(new MemoryDevice(made.bytes, { sectorSize }));
    deepEqual(
      places(partitions),
      made.listed.filter(({ number }) => number !== 3), // which only contains the others
    );
    deepEqual(
      partitions.map(({ number, type, name, table }) => [number, type, name, table]),
      [
        [1, '0x83', '', 'mbr'],
        [2, '0x82', '', 'mbr'],
        [5, '0x83', '', 'mbr'],
        [6, '0x8e', '', 'mbr'],
        [7, '0x83', '', 'mbr'],
      ],
    );
  });
}

interface Entry {
  readonly first: number;
  readonly last: number;
  readonly name?: string;
}

const SECTORS = 200;

/** A small GPT disk of ours, 512-byte sectors, both copies. */
function makeGpt(entries: readonly Entry[], entryBytes = 128): Uint8Array {
  const bytes = new Uint8Array(SECTORS * 512);
  writeMbr(bytes, 0, [{ type: 0xee, first: 1, count: SECTORS - 1 }]);
  const array = new Uint8Array(8 * entryBytes);
  entries.forEach(({ first, last, name = '' }, index) => {
    const entry = new GptEntry(new DataView(array.buffer), index * entryBytes);
    entry.type = new Uint8Array(16).fill(0x11);
    entry.firstSector = first;
    entry.lastSector = last;
    for (let at = 0; at < name.length; at++)
      entry.view.setUint16(entry.at + GptEntry.offsets.name + at * 2, name.charCodeAt(at), true);
  });
  for (const [sector, entriesSector] of [
    [1, 2],
    [SECTORS - 1, SECTORS - 10],
  ] as const) {
    bytes.set(array, entriesSector * 512);
    const header = headerAt(bytes, sector);
    header.signature = new TextEncoder().encode('EFI PART');
    header.headerBytes = 92;
    header.sector = sector;
    header.alternateSector = SECTORS - sector;
    header.entriesSector = entriesSector;
    header.entryCount = 8;
    header.entryBytes = entryBytes;
    header.entriesCrc = crc32(array);
    seal(header);
  }
  return bytes;
}

const headerAt = (bytes: Uint8Array, sector: number): GptHeader =>
  new GptHeader(new DataView(bytes.buffer), sector * 512);

/** Gives a header the checksum that belongs to it: hostile, not damaged. */
function seal(header: GptHeader): void {
  header.crc = 0;
  header.crc = crc32(new Uint8Array(header.view.buffer, header.at, 92));
}

function writeMbr(
  bytes: Uint8Array,
  sector: number,
  entries: readonly { type: number; first: number; count: number }[],
): void {
  const view = new DataView(bytes.buffer, sector * 512, 512);
  new Mbr(view).signature = 0xaa55;
  entries.forEach(({ type, first, count }, index) => {
    const entry = new MbrEntry(view, Mbr.offsets.entries + index * MbrEntry.bytes);
    entry.type = type;
    entry.firstSector = first;
    entry.sectorCount = count;
  });
}

const ENTRIES = [
  { first: 40, last: 59, name: 'a' },
  { first: 60, last: 99, name: 'b' },
];
const PLACES = [
  { number: 1, offset: 40 * 512, size: 20 * 512 },
  { number: 2, offset: 60 * 512, size: 40 * 512 },
];

/** Ways to break one copy of a GPT; each by itself is enough to make it useless. */
const BREAKS: Record<string, (header: GptHeader, bytes: Uint8Array) => void> = {
  'a flipped bit in the header': (header) => {
    header.firstUsableSector ^= 1;
  },
  'a flipped bit in the entries': (header, bytes) => {
    bytes[header.entriesSector * 512 + 40]! ^= 1;
  },
  'no signature': (header) => {
    header.signature = new Uint8Array(8);
  },
  'a header of another sector': (header) => {
    header.sector += 1;
    seal(header);
  },
  'a header shorter than a header': (header) => {
    header.headerBytes = 16;
    seal(header);
  },
  'a header longer than a sector': (header) => {
    header.headerBytes = 0xffff_ffff;
    seal(header);
  },
  'entries outside the device': (header) => {
    header.entriesSector = SECTORS - 1;
    seal(header);
  },
  'entries at a place beyond 2^53': (header) => {
    header.view.setUint32(header.at + GptHeader.offsets.entriesSector + 4, 0x7fff_ffff, true);
    seal(header);
  },
  'billions of entries': (header) => {
    header.entryCount = 0xffff_ffff;
    seal(header);
  },
  'entries of no bytes': (header) => {
    header.entryBytes = 0;
    seal(header);
  },
  'entries of an odd size': (header) => {
    header.entryBytes = 129;
    seal(header);
  },
};

for (const [how, destroy] of Object.entries(BREAKS)) {
  test(`GPT: ${how} in one copy, and the other one serves`, async () => {
    for (const sector of [1, SECTORS - 1]) {
      const bytes = makeGpt(ENTRIES);
      destroy(headerAt(bytes, sector), bytes);
      deepEqual(places(await readPartitions(new MemoryDevice(bytes))), PLACES);
    }
  });

  test(`GPT: ${how} in both copies is corruption`, async () => {
    const bytes = makeGpt(ENTRIES);
    for (const sector of [1, SECTORS - 1]) destroy(headerAt(bytes, sector), bytes);
    await rejects(readPartitions(new MemoryDevice(bytes)), CorruptError);
  });
}

test('GPT: the error says which rule the header breaks, not that guesses failed', async () => {
  const bytes = makeGpt(ENTRIES);
  for (const sector of [1, SECTORS - 1])
    BREAKS['billions of entries']!(headerAt(bytes, sector), bytes);
  await rejects(readPartitions(new MemoryDevice(bytes)), { rule: /gpt\.entryCount/ });
});

test('GPT: entries larger than 128 bytes', async () => {
  const bytes = makeGpt(ENTRIES, 256);
  deepEqual(places(await readPartitions(new MemoryDevice(bytes))), PLACES);
});

test('GPT: an entry that ends before it begins is corruption', async () => {
  const bytes = makeGpt([{ first: 60, last: 50 }]);
  await rejects(readPartitions(new MemoryDevice(bytes)), { rule: /firstSector <= / });
});

test('GPT: without the protective MBR there is none', async () => {
  const bytes = makeGpt(ENTRIES);
  bytes.fill(0, 0, 512);
  deepEqual(await readPartitions(new MemoryDevice(bytes)), []);
});

test('MBR: a chain of tables that returns ends there', async () => {
  const bytes = new Uint8Array(100 * 512);
  writeMbr(bytes, 0, [{ type: 0x0f, first: 10, count: 80 }]);
  writeMbr(bytes, 10, [
    { type: 0x83, first: 1, count: 5 },
    { type: 0x05, first: 20, count: 10 },
  ]);
  writeMbr(bytes, 30, [
    { type: 0x83, first: 1, count: 5 },
    { type: 0x05, first: 0, count: 10 }, // back to sector 10
  ]);
  deepEqual(places(await readPartitions(new MemoryDevice(bytes))), [
    { number: 5, offset: 11 * 512, size: 5 * 512 },
    { number: 6, offset: 31 * 512, size: 5 * 512 },
  ]);
});

test('MBR: a chain without end is left, also when its tables are empty', async () => {
  const bytes = new Uint8Array(5000 * 512);
  let reads = 0;
  class Counting extends MemoryDevice {
    override async read(position: number, target: Uint8Array): Promise<void> {
      reads++;
      return super.read(position, target);
    }
  }
  writeMbr(bytes, 0, [{ type: 0x0f, first: 1, count: 4999 }]);
  for (let sector = 1; sector < 4999; sector++)
    writeMbr(bytes, sector, [
      { type: 0, first: 0, count: 0 },
      { type: 5, first: sector, count: 1 },
    ]);
  deepEqual(await readPartitions(new Counting(bytes)), []);
  ok(reads < 300, `${reads} reads`);
});

test('MBR: a boot sector that is no table', async () => {
  const bytes = new Uint8Array(1024).fill(0x41);
  new Mbr(new DataView(bytes.buffer)).signature = 0xaa55;
  deepEqual(await readPartitions(new MemoryDevice(bytes)), []);
});

test('a device too small for a table has none', async () => {
  deepEqual(await readPartitions(new MemoryDevice(new Uint8Array(511))), []);
  deepEqual(await readPartitions(new MemoryDevice(new Uint8Array(0))), []);
});

test('XFS at byte 0 is the device itself', async () => {
  const bytes = new Uint8Array(4096);
  bytes.set(MAGIC);
  const device = new MemoryDevice(bytes, { name: 'disk.img' });
  equal(await choosePartition(device), device);
  await rejects(choosePartition(device, { partition: 1 }), {
    code: 'ENXIO',
    message: /disk\.img has no partition 1: it is one XFS/,
  });
});

test('the only partition that holds XFS', async () => {
  const bytes = makeGpt(ENTRIES);
  bytes.set(MAGIC, 60 * 512);
  const device = await choosePartition(new BlobDevice(new Blob([bytes]), 'disk.img'));
  equal(device.size, 40 * 512);
  equal(device.name, 'disk.img, partition 2');
  const start = new Uint8Array(4);
  await device.read(0, start);
  deepEqual(start, MAGIC);
});

test('several that hold XFS are listed, and a number chooses', async () => {
  const bytes = makeGpt([...ENTRIES, { first: 100, last: 101, name: 'no' }]);
  bytes.set(MAGIC, 40 * 512);
  bytes.set(MAGIC, 60 * 512);
  const device = new MemoryDevice(bytes);
  await rejects(choosePartition(device), (error) => {
    ok(error instanceof FsError);
    equal(error.code, 'EINVAL');
    ok(error.message.includes('--partition N'), error.message);
    ok(error.message.includes("1 'a'") && error.message.includes("2 'b'"), error.message);
    ok(!error.message.includes("3 'no'"), error.message);
    return true;
  });
  equal((await choosePartition(device, { partition: 1 })).size, 20 * 512);
  equal((await choosePartition(device, { partition: 3 })).size, 2 * 512); // whatever it holds
  await rejects(choosePartition(device, { partition: 4 }), {
    code: 'ENXIO',
    message: /no partition 4; its partitions are 1 'a'.*3 'no'/,
  });
});

test('none that holds XFS', async () => {
  await rejects(choosePartition(new MemoryDevice(makeGpt(ENTRIES))), {
    code: 'ENXIO',
    message: /no partition of memory begins.*1 'a'.*2 'b'.*--partition N/,
  });
  await rejects(choosePartition(new MemoryDevice(new Uint8Array(4096))), {
    code: 'ENXIO',
    message: /neither/,
  });
});

test('a partition that reaches past the end of the device is named', async () => {
  const bytes = makeGpt([{ first: 40, last: SECTORS + 5 }]);
  bytes.set(MAGIC, 40 * 512);
  await rejects(choosePartition(new MemoryDevice(bytes)), {
    code: 'EINVAL',
    message: /partition 1 is \d+ bytes .* cut short/,
  });
});

test('a partition outside the device is listed, and not looked into', async () => {
  const device = new MemoryDevice(makeGpt([...ENTRIES, { first: SECTORS, last: 2 ** 40 }]));
  await rejects(choosePartition(device), { code: 'ENXIO', message: /no partition .* 3 \(/ });
});

test('no control character of a name reaches a terminal', async () => {
  const device = new MemoryDevice(makeGpt([{ first: 40, last: 41, name: 'x\x1b[2J\x9b\u202e' }]));
  await rejects(choosePartition(device), (error) => {
    ok(error instanceof FsError);
    ok(error.message.includes("1 'x?[2J??'"), error.message);
    return true;
  });
});

test('whatever the bytes are, the answer is a list or a known error', async () => {
  const change = fc.tuple(fc.nat({ max: 2048 }), fc.integer({ min: 0, max: 255 }));
  await fc.assert(
    fc.asyncProperty(fc.array(change, { maxLength: 12 }), fc.boolean(), async (changes, sealed) => {
      const bytes = makeGpt(ENTRIES);
      for (const [at, value] of changes) bytes[at] = value;
      bytes.copyWithin((SECTORS - 1) * 512, 512, 1024);
      if (sealed) for (const sector of [1, SECTORS - 1]) seal(headerAt(bytes, sector));
      try {
        await choosePartition(new MemoryDevice(bytes));
      } catch (error) {
        ok(error instanceof FsError || error instanceof CorruptError, String(error));
      }
    }),
    { numRuns: 1000 },
  );
});

/**
 * Every rule of every verifier, broken alone, with the checksum right: the error must name that rule. The
 * rules are those of docs/format/xfs.md; the table is what they are checked against.
 */
import { ok } from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import { FileSystem } from '#src/api/index.js';
import { Agf, Agfl } from '#src/xfs/format/agf.js';
import { Agi } from '#src/xfs/format/agi.js';
import { FreeRecord } from '#src/xfs/format/ag-records.js';
import { AttrLeafEntry, AttrRemoteHeader, AttrShortHeader } from '#src/xfs/format/attr.js';
import { LongBtreeHeader, ShortBtreeHeader } from '#src/xfs/format/btree-block.js';
import { DaHeader, DaMagic, daMagic } from '#src/xfs/format/da-block.js';
import { Dinode } from '#src/xfs/format/dinode.js';
import { DirBlockTail, DirDataHeader, DirLeafEntry } from '#src/xfs/format/dir-data.js';
import { writeExtent } from '#src/xfs/format/extent.js';
import { Superblock } from '#src/xfs/format/superblock.js';
import { SymlinkHeader } from '#src/xfs/format/symlink.js';
import { mutatedDevice } from './edits.js';
import { Forgery } from './forgery.js';
import { ImageModel, openImage } from './model.js';
import { errorText, probeGroup, probePath, probeVolume } from './probe.js';
import { repairChecksum, writeSite, type Site } from './site.js';

type Change = (view: DataView) => void;

/** A rule, and what breaks it. */
type Row = readonly [rule: string, change: Change];

interface RecordClass<T> {
  new (view: DataView, at?: number): T;
}

/** Sets fields of a record that begins at `at`. */
function set<T extends object>(Record: RecordClass<T>, fields: Partial<T>, at = 0): Change {
  return (view) => {
    Object.assign(new Record(view, at), fields);
  };
}

const all =
  (...changes: readonly Change[]): Change =>
  (view) => {
    for (const change of changes) change(view);
  };

const bytes =
  (at: number, ...values: readonly number[]): Change =>
  (view) => {
    new Uint8Array(view.buffer, at, values.length).set(values);
  };

const ALL_ONES = 0xffff_ffff;

const SUPERBLOCK: readonly Row[] = [
  ['superblock.version is 4 or 5', set(Superblock, { versionNumber: 0xb4b6 })],
  ['superblock.crc: only version 5 has checksums', set(Superblock, { versionNumber: 0xb4b4 })],
  [
    'superblock.blockSize: 512 (v5: 1024) to 65536',
    set(Superblock, { blockSize: 512, blockLog: 9 }),
  ],
  ['superblock.blockSize = 2^blockLog', set(Superblock, { blockLog: 11 })],
  ['superblock.sectorSize: 512 to 32768', set(Superblock, { sectorSize: 256, sectorLog: 8 })],
  ['superblock.sectorSize = 2^sectorLog', set(Superblock, { sectorSize: 1024 })],
  ['superblock.sectorSize <= blockSize', set(Superblock, { sectorSize: 8192, sectorLog: 13 })],
  ['superblock.inodeSize: 256 (v5: 512) to 2048', set(Superblock, { inodeSize: 256, inodeLog: 8 })],
  ['superblock.inodeSize = 2^inodeLog', set(Superblock, { inodeLog: 10 })],
  ['superblock.inodesPerBlock * inodeSize = blockSize', set(Superblock, { inodesPerBlock: 4 })],
  ['superblock.inodesPerBlock = 2^inodesPerBlockLog', set(Superblock, { inodesPerBlockLog: 2 })],
  ['superblock.inodeMaxPercent <= 100', set(Superblock, { inodeMaxPercent: 101 })],
  ['a directory block is at most 65536 bytes', set(Superblock, { dirBlockLog: 5 })],
  ['superblock.agCount > 0', set(Superblock, { agCount: 0 })],
  ['superblock.agBlocks >= 64', set(Superblock, { agBlocks: 63, agBlockLog: 6 })],
  ['superblock.agBlockLog = log2(agBlocks), rounded up', set(Superblock, { agBlockLog: 11 })],
  ['superblock.agBlockLog = log2(agBlocks), rounded up', set(Superblock, { agBlockLog: 13 })],
  ['superblock.dataBlocks <= agCount * agBlocks', set(Superblock, { dataBlocks: 16_385 })],
  [
    'superblock.dataBlocks >= (agCount - 1) * agBlocks + 64',
    set(Superblock, { dataBlocks: 12_351 }),
  ],
  ['the volume is below 8 PiB', set(Superblock, { agCount: 2 ** 30, dataBlocks: 2 ** 42 })],
  ['superblock.rootIno > 0', set(Superblock, { rootIno: -1 })],
  ['superblock.rootIno lies in the volume', set(Superblock, { rootIno: 2 ** 40 })],
  ['superblock.logStart lies in a group', set(Superblock, { logStart: 2 ** 30 })],
  ['superblock.logBlocks: the log lies in one group', set(Superblock, { logBlocks: 0 })],
  ['superblock.logBlocks: the log lies in one group', set(Superblock, { logBlocks: 5000 })],
  [
    'superblock.logBlocks: the log lies in the volume',
    set(Superblock, { dataBlocks: 12_352, logStart: 3 * 4096 + 60 }),
  ],
  ['the device holds the whole volume', set(Superblock, { agCount: 5, dataBlocks: 5 * 4096 })],
];

const AGF: readonly Row[] = [
  ['agf.magic = XAGF', set(Agf, { magic: 0 })],
  ['agf.version = 1', set(Agf, { version: 2 })],
  ['uuid is that of the volume', bytes(64, 1)],
  ['agf.agno < superblock.agCount', set(Agf, { agno: 4 })],
  ['agf.agno is the number of the group', set(Agf, { agno: 1 })],
  ['agf.length is that of the group', set(Agf, { length: 4095 })],
  ['agf.freeBlocks <= agf.length', set(Agf, { freeBlocks: 4097 })],
  ['agf.longest <= agf.freeBlocks', set(Agf, { longest: 4096, freeBlocks: 10 })],
  ['agf.freelist lies in the ring', set(Agf, { freelistFirst: 119 })],
  ['agf.freelist lies in the ring', set(Agf, { freelistLast: 119 })],
  ['agf.freelist lies in the ring', set(Agf, { freelistCount: 120 })],
  ['height is 1 to 9', set(Agf, { byBlockLevels: 0 })],
  ['height is 1 to 9', set(Agf, { bySizeLevels: 10 })],
  ['the root is as high as its header says', set(Agf, { byBlockLevels: 2 })],
  ['blocks lie in the group', set(Agf, { byBlockRoot: 4096 })],
  ['magic is that of the tree', (view) => (new Agf(view).byBlockRoot = new Agf(view).bySizeRoot)],
];

const AGI: readonly Row[] = [
  ['agi.magic = XAGI', set(Agi, { magic: 0 })],
  ['agi.version = 1', set(Agi, { version: 0 })],
  ['uuid is that of the volume', bytes(296 + 15, 0x55, 0)],
  ['agi.agno < superblock.agCount', set(Agi, { agno: ALL_ONES })],
  ['agi.agno is the number of the group', set(Agi, { agno: 3 })],
  ['agi.length is that of the group', set(Agi, { length: 0 })],
  ['agi.freeCount <= agi.inodeCount', set(Agi, { freeCount: ALL_ONES })],
];

const AGFL: readonly Row[] = [
  ['agfl.magic = XAFL', set(Agfl, { magic: 0 })],
  ['agfl.agno < superblock.agCount', set(Agfl, { agno: 4 })],
  ['agfl.agno is the number of the group', set(Agfl, { agno: 1 })],
  ['uuid is that of the volume', bytes(8, 1)],
  [
    'agfl: blocks lie in the group',
    (view) => {
      for (let at = Agfl.bytes; at < view.byteLength; at += 4) view.setUint32(at, 4096);
    },
  ],
];

const TREE_BLOCK: readonly Row[] = [
  ['magic is that of the tree', set(ShortBtreeHeader, { magic: 0 })],
  ['level < 9', set(ShortBtreeHeader, { level: 9 })],
  ['a node is not empty', set(ShortBtreeHeader, { level: 1, count: 0 })],
  ['count fits the block', set(ShortBtreeHeader, { count: 506 })],
  ['records and keys ascend', set(FreeRecord, { start: 4095 }, ShortBtreeHeader.bytes)],
  ['uuid is that of the volume', bytes(32, 0x55)],
  ['blkno is its own address', set(ShortBtreeHeader, { blkno: 0 })],
  ['owner is the group', set(ShortBtreeHeader, { owner: 2 })],
  ['free runs lie in the group', set(FreeRecord, { length: 4096 }, ShortBtreeHeader.bytes)],
];

const type = (bits: number): Change => set(Dinode, { mode: bits | 0o644 });

/** Of a file with extents and short attributes. */
const INODE: readonly Row[] = [
  ['inode.magic = IN', set(Dinode, { magic: 0 })],
  ['inode.version is 3 on v5, 1 or 2 on v4', set(Dinode, { version: 2 })],
  ['inode.ino is its own number', set(Dinode, { ino: 128 })],
  ['uuid is that of the volume', bytes(160, 0x55)],
  ['an inode that is named is not free', set(Dinode, { mode: 0 })],
  ['inode.mode names a known type', type(0o110000)],
  ['inode.size < 2^63', bytes(Dinode.offsets.size, 0x80)],
  ['inode.blocks fits the volume', set(Dinode, { blocks: -1 })],
  ['no realtime inode without a realtime section', set(Dinode, { flags: 1 })],
  ['inode.forkOffset lies in the literal area', set(Dinode, { forkOffset: 42 })],
  ['inode.flags2: nrext64 only with the feature', set(Dinode, { flags2: 0x18 })],
  ['a device, fifo or socket has a device fork', type(0o010000)],
  ['a regular file is not local', set(Dinode, { format: 1 })],
  ['the fork has a known format', set(Dinode, { format: 0 })],
  ['the fork has a known format', set(Dinode, { attrFormat: 5 })],
  ['extents fit the fork', set(Dinode, { extents: 22 })],
  ['inode.extents: each has a block', set(Dinode, { blocks: 0 })],
  ['a local fork has no extents', set(Dinode, { attrExtents: 1, blocks: 9 })],
  ['the root of the block map fits the fork', set(Dinode, { format: 3, forkOffset: 2 })],
  [
    'block map: extents lie in one group',
    (view) =>
      writeExtent(view, Dinode.bytes, { block: 0, start: 4095, length: 2, unwritten: false }),
  ],
  [
    'extents ascend and do not overlap',
    all(set(Dinode, { extents: 2, blocks: 9 }), (view) => {
      writeExtent(view, Dinode.bytes, { block: 3, start: 100, length: 1, unwritten: false });
      writeExtent(view, Dinode.bytes + 16, { block: 2, start: 101, length: 1, unwritten: false });
    }),
  ],
];

const SHORT_AT = Dinode.bytes;

const SHORT_DIRECTORY: readonly Row[] = [
  ['short directory: the header fits', bytes(Dinode.offsets.size + 7, 5)],
  ['short directory: the parent is an inode', bytes(SHORT_AT + 2, 0xff)],
  ['short directory: entries fit', bytes(SHORT_AT, 0xff)],
  ['short directory: entries fit', bytes(SHORT_AT + 6, 0xff)],
  ['short directory: entries fill it', bytes(SHORT_AT, 1)],
  ['short directory: offsets ascend', bytes(SHORT_AT + 6 + 1, 0xff, 0xff)],
  ['local contents fit the fork', bytes(Dinode.offsets.size + 6, 2)],
  ['a directory entry names an inode', bytes(SHORT_AT + 6 + 3 + 4 + 1, 0xff)],
];

const inAttributes =
  (fields: Partial<AttrShortHeader>): Change =>
  (view) => {
    const at = Dinode.bytes + new Dinode(view).forkOffset * 8;
    Object.assign(new AttrShortHeader(view, at), fields);
  };

const SHORT_ATTRIBUTES: readonly Row[] = [
  ['short attributes: total fits the fork', inAttributes({ total: 3 })],
  ['short attributes: total fits the fork', inAttributes({ total: 0xffff })],
  ['short attributes: entries fit', inAttributes({ count: 0xff })],
  ['short attributes: entries fill it', inAttributes({ count: 0 })],
];

const DATA_START = DirDataHeader.bytes;

const unusedRun = (length: number): Change =>
  bytes(DATA_START, 0xff, 0xff, length >> 8, length & 0xff);

/** A block-form directory of 4,096 bytes. */
const DIRECTORY_BLOCK: readonly Row[] = [
  ['directory data: magic XD2B, XD2D, XDB3 or XDD3', set(DirDataHeader, { magic: 0x58443242 })],
  ['uuid is that of the volume', bytes(24, 0x55)],
  ['blkno is its own address', set(DirDataHeader, { blkno: 1 })],
  ['owner is the directory', set(DirDataHeader, { owner: 128 })],
  ['block tail: the index fits the block', set(DirBlockTail, { count: 504 }, 4088)],
  ['block tail: stale <= count', set(DirBlockTail, { stale: ALL_ONES }, 4088)],
  ['directory entry fits the block', set(DirBlockTail, { count: 502 }, 4088)],
  ['unused run: length is a multiple of 8', unusedRun(12)],
  ['unused run: length is a multiple of 8', unusedRun(0)],
  ['directory entry fits the block', unusedRun(8000)],
  ['directory entry: the tag is its own offset', bytes(DATA_START + 14, 0, 0)],
  ['a directory entry names an inode', bytes(DATA_START + 32, 0, 0, 0xff)],
];

const INDEX_COUNT = DaHeader.bytes;
const INDEX_START = 64;

const everyPointer =
  (pointer: number): Change =>
  (view) => {
    const count = view.getUint16(INDEX_COUNT);
    for (let i = 0; i < count; i++) view.setUint32(INDEX_START + i * 8 + 4, pointer);
  };

const DIRECTORY_LEAF: readonly Row[] = [
  ['directory index: magic of a leaf or node', set(DaHeader, { magic: 0xd2f1 })],
  ['directory leaf: stale <= count', bytes(INDEX_COUNT + 2, 0xff, 0xff)],
  ['index block: count fits the block', bytes(INDEX_COUNT, 0x20, 0)],
  ['index block: hashes ascend', set(DirLeafEntry, { hash: ALL_ONES }, INDEX_START)],
  ['uuid is that of the volume', bytes(32, 0x55)],
  ['blkno is its own address', set(DaHeader, { blkno: 0 })],
  ['owner is the directory', set(DaHeader, { owner: 1 })],
  ['the hash index points at entries', everyPointer(3)],
];

const DIRECTORY_NODE: readonly Row[] = [
  ['node: level 1 to 5', bytes(INDEX_COUNT + 2, 0, 0)],
  ['node: level 1 to 5', bytes(INDEX_COUNT + 2, 0, 6)],
  ['node: not empty', bytes(INDEX_COUNT, 0, 0)],
  ['index block: count fits the block', bytes(INDEX_COUNT, 0xff, 0xff)],
  ['index block: hashes ascend', set(DirLeafEntry, { hash: ALL_ONES }, INDEX_START)],
  ['index blocks lie in the leaf space', everyPointer(0)],
  ['index blocks are mapped', everyPointer(ALL_ONES)],
];

const ATTRIBUTE_LEAF: readonly Row[] = [
  ['attribute block: magic of a leaf or node', set(DaHeader, { magic: 0xfbee })],
  ['attribute leaf: the index fits the block', bytes(56, 0xff, 0xff)],
  ['attribute leaf: hashes ascend', set(AttrLeafEntry, { hash: ALL_ONES }, 80)],
  ['attribute leaf: names lie behind the index', set(AttrLeafEntry, { nameAt: 80 }, 80)],
  ['attribute leaf: names fit the block', set(AttrLeafEntry, { nameAt: 4095 }, 80)],
  [
    'attribute leaf: names fit the block',
    (view) => view.setUint16(new AttrLeafEntry(view, 80).nameAt, 0xffff),
  ],
  ['uuid is that of the volume', bytes(32, 0x55)],
  ['blkno is its own address', set(DaHeader, { blkno: 0 })],
  ['owner is the inode', set(DaHeader, { owner: 1 })],
];

const ATTRIBUTE_VALUE: readonly Row[] = [
  ['attribute value: magic XARM', set(AttrRemoteHeader, { magic: 0 })],
  ['attribute value: its part fits', set(AttrRemoteHeader, { length: 4041 })],
  ['attribute value: parts follow each other', set(AttrRemoteHeader, { offset: 1 })],
  ['attribute value: parts follow each other', set(AttrRemoteHeader, { length: 1 })],
  ['uuid is that of the volume', bytes(16, 0x55)],
  ['blkno is its own address', set(AttrRemoteHeader, { blkno: 0 })],
  ['owner is the inode', set(AttrRemoteHeader, { owner: 1 })],
];

const SYMLINK_BLOCK: readonly Row[] = [
  ['symbolic link: magic XSLM', set(SymlinkHeader, { magic: 0 })],
  ['symbolic link: its part fits', set(SymlinkHeader, { length: 4041 })],
  ['symbolic link: owner is the inode', set(SymlinkHeader, { owner: 1 })],
  ['symbolic link: parts follow each other', set(SymlinkHeader, { offset: 8 })],
  ['symbolic link: parts follow each other', set(SymlinkHeader, { length: 1 })],
  ['uuid is that of the volume', bytes(16, 0x55)],
  ['blkno is its own address', set(SymlinkHeader, { blkno: 0 })],
  ['the target of a symbolic link has no NUL', bytes(SymlinkHeader.bytes + 9, 0)],
];

const SYMLINK_INODE: readonly Row[] = [
  ['a symbolic link has 1 to 1024 bytes', bytes(Dinode.offsets.size, 0, 0, 0, 0, 0, 0, 0, 0)],
  ['a symbolic link has 1 to 1024 bytes', bytes(Dinode.offsets.size + 6, 4, 1)],
  ['a symbolic link is mapped whole', set(Dinode, { extents: 0 })],
];

/** A leaf. */
const MAP_BLOCK: readonly Row[] = [
  ['magic is that of the tree', set(LongBtreeHeader, { magic: 0 })],
  ['level < 9', set(LongBtreeHeader, { level: 0xffff })],
  ["level is its parent's less one", set(LongBtreeHeader, { level: 1, count: 1 })],
  ['only a root may be empty', set(LongBtreeHeader, { count: 0 })],
  ['count fits the block', set(LongBtreeHeader, { count: 252 })],
  ['blkno is its own address', set(LongBtreeHeader, { blkno: 8 })],
  ['owner is the inode', set(LongBtreeHeader, { owner: 7 })],
  [
    'a block begins with the key above it',
    (view) =>
      writeExtent(view, LongBtreeHeader.bytes, {
        block: 1,
        start: 100,
        length: 1,
        unwritten: false,
      }),
  ],
  [
    'records and keys ascend',
    (view) =>
      writeExtent(view, LongBtreeHeader.bytes, {
        block: 0,
        start: 100,
        length: 3,
        unwritten: false,
      }),
  ],
];

const MAP_ROOT: readonly Row[] = [
  ['block map: level 1 to 8', bytes(Dinode.bytes, 0, 0)],
  ['block map: level 1 to 8', bytes(Dinode.bytes, 0, 9)],
  ['block map: the root fits the fork', bytes(Dinode.bytes + 2, 0, 0)],
  ['block map: the root fits the fork', bytes(Dinode.bytes + 2, 0, 22)],
];

let model: ImageModel;

before(async () => {
  model = await ImageModel.load('forms');
});

/** Everything that fails when one site is changed, as text. */
async function complaints(site: Site, change: Change, path: string): Promise<string> {
  const device = mutatedDevice(model, { edits: [], repaired: false });
  const content = model.bytesOf(site);
  change(new DataView(content.buffer));
  repairChecksum(site, content);
  writeSite(site, device, content);
  let fs: FileSystem;
  try {
    fs = await openImage(device);
  } catch (error) {
    return errorText('open', error);
  }
  const texts: string[] = [];
  const lookUp = (name: string): Promise<unknown> =>
    fs.lstat(name).catch((error: unknown) => texts.push(errorText('lstat', error)));
  for (const name of namesBelow(path)) await lookUp(name); // before a listing tells them
  const { answers } = await probePath(fs, Buffer.from(path));
  const { mount } = FileSystem.volume(fs).driver;
  for (const some of [answers, await probeVolume(fs), await probeGroup(mount, 0)])
    texts.push(...some.values());
  return texts.filter((text) => text.startsWith('!')).join('\n');
}

/** One that is there and one that is not. */
function namesBelow(path: string): string[] {
  const child = model.paths
    .map((subject) => subject.path.toString())
    .find((name) => name.startsWith(`${path}/`));
  return [`${path}/nobody`, child ?? path];
}

function check(what: string, site: () => Site, path: string, rows: readonly Row[]): void {
  describe(what, () => {
    for (const [rule, change] of rows)
      it(rule, async () => {
        const told = await complaints(site(), change, path);
        ok(told.includes(`"${rule}"`), `told instead: ${told}`);
      });
  });
}

const first = (structure: string, path: string) => (): Site =>
  new Forgery(model).sites(structure, path)[0]!;
const inode = (path: string) => (): Site => new Forgery(model).inodeSite(path);

function rootOfNode(): Site {
  const forgery = new Forgery(model);
  const blocks = forgery.sites('directory index block', '/dirs/node');
  return blocks.find((site) => daMagic(forgery.view(site)) === DaMagic.nodeV3)!;
}

check('superblock', first('superblock', 'the volume'), '/', SUPERBLOCK);
check('agf', first('agf', 'the volume'), '/', AGF);
check('agi', first('agi', 'the volume'), '/', AGI);
check('agfl', first('agfl', 'group 0'), '/', AGFL);
check('free-space tree', first('by-block free-space tree block', 'group 0'), '/', TREE_BLOCK);
check('inode', inode('/attrs/acl'), '/attrs/acl', INODE);
check('short directory', inode('/dirs/short'), '/dirs/short', SHORT_DIRECTORY);
check('short attributes', inode('/attrs/acl'), '/attrs/acl', SHORT_ATTRIBUTES);
check(
  'directory block',
  first('directory data block', '/dirs/block'),
  '/dirs/block',
  DIRECTORY_BLOCK,
);
check('directory leaf', first('directory index block', '/dirs/leaf'), '/dirs/leaf', DIRECTORY_LEAF);
check('directory node', rootOfNode, '/dirs/node', DIRECTORY_NODE);
check('attribute leaf', first('attribute block', '/attrs/leaf'), '/attrs/leaf', ATTRIBUTE_LEAF);
check(
  'attribute value',
  first('attribute value block', '/attrs/remote'),
  '/attrs/remote',
  ATTRIBUTE_VALUE,
);
check(
  'link block',
  first('symbolic link block', '/symlinks/remote'),
  '/symlinks/remote',
  SYMLINK_BLOCK,
);
check('symbolic link', inode('/symlinks/remote'), '/symlinks/remote', SYMLINK_INODE);
check('block map block', first('block map block', '/data/btree'), '/data/btree', MAP_BLOCK);
check('block map root', inode('/data/btree'), '/data/btree', MAP_ROOT);

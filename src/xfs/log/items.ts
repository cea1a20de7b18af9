/** The kinds of items, and the formats of those that are replayed. Little-endian but where said. */
import { be32, le16, le32, le64, raw, struct } from '../../ondisk/index.js';

export const ItemType = {
  extentFree: 0x1236,
  extentFreeDone: 0x1237,
  inode: 0x123b,
  buffer: 0x123c,
  dquot: 0x123d,
  quotaOff: 0x123e,
  inodeCreate: 0x123f,
  rmapUpdate: 0x1240,
  rmapUpdateDone: 0x1241,
  refcountUpdate: 0x1242,
  refcountUpdateDone: 0x1243,
  mapUpdate: 0x1244,
  mapUpdateDone: 0x1245,
  attribute: 0x1246,
  attributeDone: 0x1247,
  exchange: 0x1248,
  exchangeDone: 0x1249,
} as const;

/** A buffer: which of its 128-byte chunks are in the regions that follow, run by run. */
export class BufferFormat extends struct('BufferFormat', 20, {
  type: le16,
  regions: le16,
  flags: le16, // BufferFlag; the top five bits say what kind of block it is
  blocks: le16, // basic blocks
  blkno: le64, // basic block of the device
  mapWords: le32, // words of the bitmap, which follows
}) {}

export const BufferFlag = {
  /** Only the unlinked lists of inodes were changed. */
  inodes: 0x1,
  /** The block was freed: nothing older is to be put into it. */
  cancel: 0x2,
} as const;

export const BUFFER_CHUNK_BYTES = 128;

export class InodeFormat extends struct('InodeFormat', 56, {
  type: le16,
  regions: le16,
  fields: le32, // InodeField: what the regions are, in this order
  attrBytes: le16,
  dataBytes: le16,
  pad: le32,
  ino: le64,
  device: raw(16), // le32 device number, with InodeField.device
  blkno: le64, // basic block of the inode's cluster
  blocks: le32, // basic blocks of the cluster
  offset: le32, // of the inode in it, bytes
}) {}

export const InodeField = {
  core: 0x1,
  dataLocal: 0x2,
  dataExtents: 0x4,
  dataRoot: 0x8,
  device: 0x10,
  attrLocal: 0x40,
  attrExtents: 0x80,
  attrRoot: 0x100,
} as const;

/** A run of new inodes; big-endian from `agno` on. */
export class InodeCreateFormat extends struct('InodeCreateFormat', 28, {
  type: le16,
  regions: le16,
  agno: be32,
  agblock: be32,
  count: be32, // inodes
  inodeBytes: be32,
  blocks: be32,
  generation: be32,
}) {}

/**
 * An inode in core: its core decoded once into exact numbers, its forks left in the cached cluster.
 *
 * A cluster is verified inode by inode, so that one broken inode costs its neighbours nothing.
 */
import { crc32cAround } from '../../ondisk/index.js';
import { CorruptError, FsError, type Position } from '../../core/index.js';
import type { Block, BlockOps } from '../../buffer/index.js';
import { FileType, type Device, type Inode, type Timespec } from '../../vfs/index.js';
import {
  Dinode,
  ForkFormat,
  attrFork,
  dataFork,
  isBigtime,
  isReflinked,
  verifyDinode,
  type ForkShape,
} from '../format/dinode.js';
import type { Geometry } from '../format/geometry.js';
import { readBigtime, readClassicTime } from '../format/time.js';
import type { Mount } from '../mount.js';

/** Inodes have checksums of their own; a cluster as a whole has none. */
const clusterOps: BlockOps<Geometry> = {
  name: 'inode cluster',
  crcOffset: () => undefined,
  verify: () => undefined,
};

export class XfsInode implements Inode {
  readonly mode: number;
  readonly nlink: number;
  readonly uid: number;
  readonly gid: number;
  readonly rdev: Device;
  readonly size: Position;
  readonly sectors: number;
  readonly accessed: Timespec;
  readonly modified: Timespec;
  readonly changed: Timespec;
  readonly born: Timespec;
  readonly isReflinked: boolean;
  readonly data: ForkShape;
  readonly attr: ForkShape | undefined;

  /** `dinode` has passed `verifyDinode`. */
  constructor(
    readonly ino: number,
    dinode: Dinode,
    geometry: Geometry,
  ) {
    const { view, at } = dinode;
    const { offsets } = Dinode;
    const readTime = isBigtime(dinode) ? readBigtime : readClassicTime;
    this.mode = dinode.mode;
    this.nlink = dinode.version === 1 ? dinode.oldLinks : dinode.links;
    this.uid = dinode.uid;
    this.gid = dinode.gid;
    this.size = splitSize(view, at + offsets.size, geometry.blockBytes);
    this.sectors = dinode.blocks * (geometry.blockBytes / 512);
    this.accessed = readTime(view, at + offsets.accessed);
    this.modified = readTime(view, at + offsets.modified);
    this.changed = readTime(view, at + offsets.changed);
    this.born = dinode.version === 3 ? readTime(view, at + offsets.born) : this.changed;
    this.isReflinked = isReflinked(dinode);
    this.data = dataFork(dinode, geometry);
    this.attr = attrFork(dinode, geometry);
    const isDevice = this.data.format === ForkFormat.device;
    this.rdev = isDevice ? splitDevice(view.getUint32(at + this.data.at)) : NO_DEVICE;
  }

  /** Bytes of the file, when it is known to be small (local contents, a symbolic link). */
  smallSize({ blockBytes }: Geometry): number {
    return this.size.block * blockBytes + this.size.byte;
  }

  corrupt(rule: string): CorruptError {
    return new CorruptError(rule, `inode ${this.ino}`);
  }
}

const NO_DEVICE: Device = { major: 0, minor: 0 };

/** Device numbers are stored as SysV has them: 14 bits of major, 18 of minor. */
function splitDevice(packed: number): Device {
  return { major: packed >>> 18, minor: packed & 0x3_ffff };
}

/**
 * 63 bits of bytes into blocks and bytes, by words: exact, with no bigint.
 *
 * @throws FsError EOVERFLOW from 2^62 bytes on, where blocks are 512 bytes: a number cannot count them
 */
function splitSize(view: DataView, at: number, blockBytes: number): Position {
  const low = view.getUint32(at + 4);
  const byte = low % blockBytes;
  const blocksPerWord = 0x1_0000_0000 / blockBytes;
  const block = view.getUint32(at) * blocksPerWord + (low - byte) / blockBytes;
  if (!Number.isSafeInteger(block))
    throw new FsError('EOVERFLOW', { detail: 'a file of 2^62 bytes and more, in blocks of 512' });
  return { block, byte };
}

/** The bytes of one inode, verified; and where it begins in them. */
export function readDinode(mount: Mount, ino: number): { block: Block; dinode: Dinode } {
  const { geometry, cache } = mount;
  if (!geometry.isIno(ino))
    throw new CorruptError('inode numbers lie in the volume', `inode ${ino}`);
  const { agno, agblock, index } = geometry.inodePlace(ino);
  const { first, blocks } = clusterOf(geometry, agno, agblock);
  const length = blocks * geometry.blockBytes;
  const block = cache.read(geometry.agAddress(agno, first), length, clusterOps);
  const slot = (agblock - first) * geometry.inodesPerBlock + index;
  const dinode = new Dinode(block.view, slot * geometry.inodeBytes);
  block.marks ??= new Uint8Array(length / geometry.inodeBytes);
  if (block.marks[slot] === 0) {
    verifyAlone(block, dinode, ino, geometry);
    block.marks[slot] = 1;
  }
  return { block, dinode };
}

function clusterOf(
  geometry: Geometry,
  agno: number,
  agblock: number,
): { first: number; blocks: number } {
  const blocks = geometry.clusterBlocks;
  const first = agblock - (agblock % blocks);
  const fits = geometry.isAgBlock(agno, first) && geometry.isAgBlock(agno, first + blocks - 1);
  return fits ? { first, blocks } : { first: agblock, blocks: 1 };
}

function verifyAlone(block: Block, dinode: Dinode, ino: number, geometry: Geometry): void {
  const address = block.address + dinode.at;
  if (geometry.hasCrc) {
    const bytes = block.bytes.subarray(dinode.at, dinode.at + geometry.inodeBytes);
    if (crc32cAround(bytes, Dinode.offsets.crc) !== dinode.crc)
      throw new CorruptError('checksum', `inode ${ino}`, address, 'EBADMSG');
  }
  const rule = verifyDinode(dinode, ino, geometry);
  if (rule !== undefined) throw new CorruptError(rule, `inode ${ino}`, address);
}

/** @throws CorruptError when it is broken, or free: whoever names a free inode is wrong. */
export function readInode(mount: Mount, ino: number): XfsInode {
  const { dinode } = readDinode(mount, ino);
  const inode = new XfsInode(ino, dinode, mount.geometry);
  if ((inode.mode & FileType.mask) === 0) throw inode.corrupt('an inode that is named is not free');
  return inode;
}

/** A fork's bytes: a view, and where the fork begins in it. Valid until the next read of the cache. */
export function forkBytes(
  mount: Mount,
  inode: XfsInode,
  fork: ForkShape,
): { view: DataView; at: number; bytes: Uint8Array } {
  const { block, dinode } = readDinode(mount, inode.ino);
  const at = dinode.at + fork.at;
  return { view: block.view, at, bytes: block.bytes.subarray(at, at + fork.length) };
}

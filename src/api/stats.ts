/** Stats and StatFs with the fields and methods of node:fs', over an inode. */
import { joinPosition } from '../core/index.js';
import { FileType, fileType, type Inode, type Timespec, type Usage } from '../vfs/index.js';

/** st_rdev as Linux packs it. */
function packDevice({ major, minor }: { major: number; minor: number }): number {
  return (major & 0xfff) * 0x100 + (minor & 0xff) + ((minor >>> 8) & 0xfff) * 0x10_0000;
}

const milliseconds = ({ seconds, nanoseconds }: Timespec): number =>
  seconds * 1000 + nanoseconds / 1_000_000;

const nanosecondsOf = ({ seconds, nanoseconds }: Timespec): bigint =>
  BigInt(seconds) * 1_000_000_000n + BigInt(nanoseconds);

/** Rounds as node:fs does: to the nearest millisecond. */
const dateOf = (time: Timespec): Date => new Date(Math.floor(milliseconds(time) + 0.5));

/** What Stats and BigIntStats have in common: questions about the type, and dates made when asked for. */
abstract class StatsBase {
  readonly #inode: Inode;

  constructor(inode: Inode) {
    this.#inode = inode;
  }

  isFile(): boolean {
    return fileType(this.#inode) === FileType.regular;
  }
  isDirectory(): boolean {
    return fileType(this.#inode) === FileType.directory;
  }
  isSymbolicLink(): boolean {
    return fileType(this.#inode) === FileType.symlink;
  }
  isBlockDevice(): boolean {
    return fileType(this.#inode) === FileType.block;
  }
  isCharacterDevice(): boolean {
    return fileType(this.#inode) === FileType.character;
  }
  isFIFO(): boolean {
    return fileType(this.#inode) === FileType.fifo;
  }
  isSocket(): boolean {
    return fileType(this.#inode) === FileType.socket;
  }

  get atime(): Date {
    return dateOf(this.#inode.accessed);
  }
  get mtime(): Date {
    return dateOf(this.#inode.modified);
  }
  get ctime(): Date {
    return dateOf(this.#inode.changed);
  }
  get birthtime(): Date {
    return dateOf(this.#inode.born);
  }
}

/** Device number of every file of an image: there is no mount that could have one. */
const NO_DEVICE = 0;

/** A size beyond 2^53 is rounded, as in node:fs; ask for bigints to have it exact. */
export class Stats extends StatsBase {
  readonly dev = NO_DEVICE;
  readonly ino: number;
  readonly mode: number;
  readonly nlink: number;
  readonly uid: number;
  readonly gid: number;
  readonly rdev: number;
  readonly size: number;
  readonly blksize: number;
  readonly blocks: number;
  readonly atimeMs: number;
  readonly mtimeMs: number;
  readonly ctimeMs: number;
  readonly birthtimeMs: number;

  constructor(inode: Inode, blockBytes: number) {
    super(inode);
    this.ino = inode.ino;
    this.mode = inode.mode;
    this.nlink = inode.nlink;
    this.uid = inode.uid;
    this.gid = inode.gid;
    this.rdev = packDevice(inode.rdev);
    this.size = inode.size.block * blockBytes + inode.size.byte;
    this.blksize = blockBytes;
    this.blocks = inode.sectors;
    this.atimeMs = milliseconds(inode.accessed);
    this.mtimeMs = milliseconds(inode.modified);
    this.ctimeMs = milliseconds(inode.changed);
    this.birthtimeMs = milliseconds(inode.born);
  }
}

/** Exact to the byte and the nanosecond. */
export class BigIntStats extends StatsBase {
  readonly dev = BigInt(NO_DEVICE);
  readonly ino: bigint;
  readonly mode: bigint;
  readonly nlink: bigint;
  readonly uid: bigint;
  readonly gid: bigint;
  readonly rdev: bigint;
  readonly size: bigint;
  readonly blksize: bigint;
  readonly blocks: bigint;
  readonly atimeMs: bigint;
  readonly mtimeMs: bigint;
  readonly ctimeMs: bigint;
  readonly birthtimeMs: bigint;
  readonly atimeNs: bigint;
  readonly mtimeNs: bigint;
  readonly ctimeNs: bigint;
  readonly birthtimeNs: bigint;

  constructor(inode: Inode, blockBytes: number) {
    super(inode);
    this.ino = BigInt(inode.ino);
    this.mode = BigInt(inode.mode);
    this.nlink = BigInt(inode.nlink);
    this.uid = BigInt(inode.uid);
    this.gid = BigInt(inode.gid);
    this.rdev = BigInt(packDevice(inode.rdev));
    this.size = joinPosition(inode.size, blockBytes);
    this.blksize = BigInt(blockBytes);
    this.blocks = BigInt(inode.sectors);
    this.atimeNs = nanosecondsOf(inode.accessed);
    this.mtimeNs = nanosecondsOf(inode.modified);
    this.ctimeNs = nanosecondsOf(inode.changed);
    this.birthtimeNs = nanosecondsOf(inode.born);
    this.atimeMs = this.atimeNs / 1_000_000n;
    this.mtimeMs = this.mtimeNs / 1_000_000n;
    this.ctimeMs = this.ctimeNs / 1_000_000n;
    this.birthtimeMs = this.birthtimeNs / 1_000_000n;
  }
}

/** As node:fs' StatFs; `Number` or `BigInt` by what was asked for. */
export interface StatFs<T extends number | bigint = number> {
  readonly type: T;
  readonly bsize: T;
  readonly frsize: T;
  readonly blocks: T;
  readonly bfree: T;
  readonly bavail: T;
  readonly files: T;
  readonly ffree: T;
}

export function toStatFs<T extends number | bigint>(usage: Usage, as: (n: number) => T): StatFs<T> {
  return {
    type: as(usage.magic),
    bsize: as(usage.blockBytes),
    frsize: as(usage.blockBytes),
    blocks: as(usage.blocks),
    bfree: as(usage.freeBlocks),
    bavail: as(usage.freeBlocks),
    files: as(usage.inodes),
    ffree: as(usage.freeInodes),
  };
}

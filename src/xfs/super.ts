/**
 * Opening a volume: the superblock, what it asks of its reader, and whether its log is clean.
 *
 * Less than a mebibyte is read: one sector, and the few blocks of the log that tell where it ends.
 */
import { CorruptError, FsError, roundDown } from '../core/index.js';
import { BlockCache } from '../buffer/index.js';
import type { BlockDevice } from '../device/index.js';
import type { IomapOps } from '../iomap/index.js';
import type { DirectoryPart, Driver, Inode, Usage } from '../vfs/index.js';
import { readAgf, readAgi, readSuperblock } from './ag/headers.js';
import { getByName, listNames } from './attr/names.js';
import { parentPointers, type ParentPointer } from './attr/parents.js';
import { listDirectory } from './dir/list.js';
import { lookupName } from './dir/lookup.js';
import { flagNames, flags2Of } from './format/dinode.js';
import { featureNames, readOnlyReason, refuseUnreadable } from './format/features.js';
import { Geometry } from './format/geometry.js';
import { SUPERBLOCK_MAGIC, Superblock, verifySuperblock } from './format/superblock.js';
import { readDinode, readInode, type XfsInode } from './inode/inode.js';
import { readTarget } from './inode/symlink.js';
import { xfsIomapOps } from './iomap.js';
import { describeLog, type LogDescription } from './log/describe.js';
import { isLogClean } from './log/records.js';
import { LogRing } from './log/ring.js';
import type { Mount } from './mount.js';

/** Metadata kept in memory, bytes. */
const CACHE_BYTES_MAX = 32 * 1024 * 1024;

export interface XfsOptions {
  /** Read in spite of a dirty log. */
  readonly norecovery: boolean;
}

/** What the superblock and the headers of the groups say of the volume. Blocks unless said otherwise. */
export interface XfsDescription {
  readonly version: 4 | 5;
  readonly label: string;
  readonly uuid: string;
  readonly blockBytes: number;
  readonly sectorBytes: number;
  readonly inodeBytes: number;
  readonly directoryBlockBytes: number;
  readonly blocks: number;
  readonly freeBlocks: number;
  readonly inodes: number;
  readonly freeInodes: number;
  readonly groups: number;
  readonly groupBlocks: number;
  readonly logBlocks: number;
  readonly stripeUnitBlocks: number;
  readonly stripeWidthBlocks: number;
  readonly features: readonly string[];
  readonly log: 'clean' | 'dirty';
  /** Why it can never be written, or `undefined`. */
  readonly readOnlyReason: string | undefined;
}

export interface InodeDetails {
  readonly generation: number;
  readonly projectId: number;
  /** Names of those that are set. */
  readonly flags: readonly string[];
}

/** f_type of XFS. */
const STATFS_MAGIC = 0x58465342;

/** Blocks of each group that are never handed out: four for the AGFL, four to split trees with. */
const SET_ASIDE_BLOCKS = 8;

/** Inodes are allocated by so many at once. */
const INODES_PER_CHUNK = 64;

export class XfsDriver implements Driver {
  readonly rootIno: number;
  readonly blockBytes: number;
  readonly iomap: IomapOps;

  constructor(
    readonly device: BlockDevice,
    readonly mount: Mount,
    readonly log: 'clean' | 'dirty',
  ) {
    this.rootIno = mount.geometry.rootIno;
    this.blockBytes = mount.geometry.blockBytes;
    this.iomap = xfsIomapOps(mount);
  }

  settle<T>(code: () => T): T | Promise<T> {
    return this.mount.cache.settle(code);
  }

  inode(ino: number): Inode {
    return readInode(this.mount, ino);
  }

  lookup(directory: Inode, name: Uint8Array): number | undefined {
    return lookupName(this.mount, directory as XfsInode, name);
  }

  list(directory: Inode, from: number): DirectoryPart {
    return listDirectory(this.mount, directory as XfsInode, from);
  }

  readlink(inode: Inode): Uint8Array {
    return readTarget(this.mount, inode as XfsInode);
  }

  listAttributes(inode: Inode): Uint8Array[] {
    return listNames(this.mount, inode as XfsInode);
  }

  getAttribute(inode: Inode, name: Uint8Array): Uint8Array | undefined {
    return getByName(this.mount, inode as XfsInode, name);
  }

  /** What only the inodes of XFS have. */
  details(inode: Inode): InodeDetails {
    const { dinode } = readDinode(this.mount, inode.ino);
    const { generation, projectLow, projectHigh, flags } = dinode;
    return {
      generation,
      projectId: projectHigh * 0x1_0000 + projectLow,
      flags: flagNames(flags, flags2Of(dinode)),
    };
  }

  /** What a mount would replay. */
  describeLog(): LogDescription {
    return describeLog(new LogRing(this.mount));
  }

  parents(inode: Inode): ParentPointer[] {
    return parentPointers(this.mount, inode as XfsInode);
  }

  /** As the kernel's statfs on a read-only mount: free inodes include those that free space could hold. */
  usage(): Usage {
    const sb = readSuperblock(this.mount, 0);
    const { inodesPerBlock, agCount, blockBytes } = this.mount.geometry;
    const free = Math.max(0, sb.freeBlocks - SET_ASIDE_BLOCKS * agCount - this.#treeBlocks());
    const chunkBlocks = Math.max(1, INODES_PER_CHUNK / inodesPerBlock);
    const blocksMax = Math.floor((sb.dataBlocks * sb.inodeMaxPercent) / 100);
    const percentMax = roundDown(blocksMax, chunkBlocks) * inodesPerBlock;
    const possible = sb.inodeCount + free * inodesPerBlock;
    const capped = sb.inodeMaxPercent > 0 ? Math.min(possible, percentMax) : possible;
    const inodes = Math.max(capped, sb.inodeCount);
    return {
      blockBytes,
      blocks: sb.dataBlocks - sb.logBlocks,
      freeBlocks: free,
      inodes,
      freeInodes: Math.max(0, inodes - (sb.inodeCount - sb.inodesFree)),
      magic: STATFS_MAGIC,
    };
  }

  /** Blocks inside the free-space trees: free in the superblock's count, but nobody's to take. */
  #treeBlocks(): number {
    let blocks = 0;
    for (let agno = 0; agno < this.mount.geometry.agCount; agno++) {
      const agf = readAgf(this.mount, agno);
      blocks += agf.btreeBlocks;
      if (this.mount.geometry.hasRmapbt) blocks -= Math.max(0, agf.rmapBlocks - 1);
    }
    return blocks;
  }

  /** Counts come from the groups: the superblock's may lag behind when the log is dirty. */
  describe(): XfsDescription {
    const { mount, log } = this;
    const sb = readSuperblock(mount, 0);
    let freeBlocks = 0;
    let inodes = 0;
    let freeInodes = 0;
    for (let agno = 0; agno < mount.geometry.agCount; agno++) {
      const agf = readAgf(mount, agno);
      const agi = readAgi(mount, agno);
      freeBlocks += agf.freeBlocks + agf.freelistCount + agf.btreeBlocks;
      inodes += agi.inodeCount;
      freeInodes += agi.freeCount;
    }
    return {
      version: mount.geometry.hasCrc ? 5 : 4,
      label: labelOf(sb.label),
      uuid: formatUuid(sb.uuid),
      blockBytes: sb.blockSize,
      sectorBytes: sb.sectorSize,
      inodeBytes: sb.inodeSize,
      directoryBlockBytes: mount.geometry.dirBlockBytes,
      blocks: sb.dataBlocks,
      freeBlocks,
      inodes,
      freeInodes,
      groups: sb.agCount,
      groupBlocks: sb.agBlocks,
      logBlocks: sb.logBlocks,
      stripeUnitBlocks: sb.stripeUnit,
      stripeWidthBlocks: sb.stripeWidth,
      features: featureNames(sb),
      log,
      readOnlyReason: readOnlyReason(sb),
    };
  }
}

function labelOf(bytes: Uint8Array): string {
  const end = bytes.indexOf(0);
  return new TextDecoder().decode(end < 0 ? bytes : bytes.subarray(0, end));
}

function formatUuid(bytes: Uint8Array): string {
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}

/**
 * @throws FsError EINVAL when this is no XFS; ENOTSUP, naming it, for a feature that stands in the way or
 *   a dirty log without `norecovery`
 * @throws CorruptError when the superblock is broken, or the device is shorter than the volume
 */
export async function openXfs(device: BlockDevice, options: XfsOptions): Promise<XfsDriver> {
  const geometry = new Geometry(await readPrimary(device));
  const mount: Mount = { geometry, cache: new BlockCache(device, geometry, CACHE_BYTES_MAX) };
  return mount.cache.settle(() => {
    const sb = readSuperblock(mount, 0); // again, now with its checksum
    refuseUnreadable(sb);
    if (geometry.dataBlocks * geometry.blockBytes > device.size)
      throw new CorruptError('the device holds the whole volume', 'superblock', 0);
    if (!geometry.isIno(geometry.rootIno))
      throw new CorruptError('superblock.rootIno lies in the volume', 'superblock', 0);
    const log = isLogClean(new LogRing(mount)) ? 'clean' : 'dirty';
    if (log === 'dirty' && !options.norecovery)
      throw new FsError('ENOTSUP', {
        detail:
          'the log is dirty and replay is not in this version: mount the image once, or open it with norecovery',
      });
    return new XfsDriver(device, mount, log);
  });
}

/** The primary superblock, its sizes verified: enough to know how long the sector is that its checksum covers. */
async function readPrimary(device: BlockDevice): Promise<Superblock> {
  const bytes = new Uint8Array(Math.min(512, device.size));
  await device.read(0, bytes);
  if (bytes.length < 512) throw new FsError('EINVAL', { detail: 'too short to be an XFS volume' });
  const sb = new Superblock(new DataView(bytes.buffer));
  if (sb.magic !== SUPERBLOCK_MAGIC) throw new FsError('EINVAL', { detail: 'not an XFS volume' });
  const rule = verifySuperblock(sb);
  if (rule !== undefined) throw new CorruptError(rule, 'superblock', 0);
  if (sb.inProgress !== 0)
    throw new CorruptError('superblock.inProgress = 0: mkfs has finished', 'superblock', 0);
  return sb;
}

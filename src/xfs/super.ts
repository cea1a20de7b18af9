/**
 * Opening a volume: the superblock, what it asks of its reader, and whether its log is clean.
 *
 * Less than a mebibyte is read: one sector, and the few blocks of the log that tell where it ends.
 */
import { CorruptError, FsError } from '../core/index.js';
import { BlockCache } from '../buffer/index.js';
import type { BlockDevice } from '../device/index.js';
import type { IomapOps } from '../iomap/index.js';
import type { DirectoryPart, Driver, Inode, Usage } from '../vfs/index.js';
import { readSuperblock } from './ag/headers.js';
import { getByName, listNames } from './attr/names.js';
import { parentPointers, type ParentPointer } from './attr/parents.js';
import { listDirectory } from './dir/list.js';
import { lookupName } from './dir/lookup.js';
import { flagNames, flags2Of } from './format/dinode.js';
import { refuseUnreadable } from './format/features.js';
import { Geometry } from './format/geometry.js';
import { SUPERBLOCK_MAGIC, Superblock, verifySuperblock } from './format/superblock.js';
import { readDinode, readInode, type XfsInode } from './inode/inode.js';
import { readTarget } from './inode/symlink.js';
import { xfsIomapOps } from './iomap.js';
import { describeLog, type LogDescription } from './log/describe.js';
import { isLogClean } from './log/records.js';
import { LogRing } from './log/ring.js';
import type { Mount } from './mount.js';
import { describeVolume, usageOf, type XfsInfo } from './volume-info.js';

/** Metadata kept in memory, bytes. */
const CACHE_BYTES_MAX = 32 * 1024 * 1024;

export interface XfsOptions {
  /** Read in spite of a dirty log. */
  readonly norecovery: boolean;
}

export interface InodeDetails {
  readonly generation: number;
  readonly projectId: number;
  /** Names of those that are set. */
  readonly flags: readonly string[];
}

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

  usage(): Usage {
    return usageOf(this.mount);
  }

  describe(): XfsInfo {
    return describeVolume(this.mount, this.log);
  }
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

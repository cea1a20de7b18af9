/** The target of a symbolic link: in the inode, or in runs of blocks. */
import type { BlockOps } from '../../buffer/index.js';
import { lookupRun } from '../bmap/lookup.js';
import { ForkFormat } from '../format/dinode.js';
import type { Geometry } from '../format/geometry.js';
import {
  SYMLINK_BYTES_MAX,
  SymlinkHeader,
  symlinkHeaderBytes,
  verifySymlink,
} from '../format/symlink.js';
import type { Mount } from '../mount.js';
import { forkBytes, type XfsInode } from './inode.js';

const symlinkOps: BlockOps<Geometry> = {
  name: 'symbolic link block',
  crcOffset: ({ hasCrc }) => (hasCrc ? SymlinkHeader.offsets.crc : undefined),
  verify: (block, geometry) => verifySymlink(block.view, block.address, geometry),
};

export function readTarget(mount: Mount, inode: XfsInode): Uint8Array {
  const length = inode.smallSize(mount.geometry);
  if (length === 0 || length > SYMLINK_BYTES_MAX)
    throw inode.corrupt('a symbolic link has 1 to 1024 bytes');
  const target =
    inode.data.format === ForkFormat.local
      ? forkBytes(mount, inode, inode.data).bytes.slice(0, length)
      : readRemote(mount, inode, length);
  if (target.includes(0)) throw inode.corrupt('the target of a symbolic link has no NUL');
  return target;
}

function readRemote(mount: Mount, inode: XfsInode, length: number): Uint8Array {
  const { geometry, cache } = mount;
  const target = new Uint8Array(length);
  const headerBytes = symlinkHeaderBytes(geometry);
  // The target and one header for each block bound what there is to read.
  const blocksMax = Math.ceil(length / (geometry.blockBytes - headerBytes));
  let at = 0;
  for (let block = 0; at < length;) {
    const run = lookupRun(mount, inode, inode.data, block);
    if (run.start === undefined || run.unwritten || block >= blocksMax)
      throw inode.corrupt('a symbolic link is mapped whole');
    const blocks = Math.min(run.length, blocksMax - block);
    const part = cache.read(
      geometry.blockAddress(run.start),
      blocks * geometry.blockBytes,
      symlinkOps,
    );
    const partBytes = Math.min(length - at, part.bytes.length - headerBytes);
    if (headerBytes > 0) checkPart(part.view, at, partBytes, inode);
    target.set(part.bytes.subarray(headerBytes, headerBytes + partBytes), at);
    at += partBytes;
    block += blocks;
  }
  return target;
}

function checkPart(view: DataView, at: number, length: number, inode: XfsInode): void {
  const header = new SymlinkHeader(view);
  if (header.owner !== inode.ino) throw inode.corrupt('symbolic link: owner is the inode');
  if (header.offset !== at || header.length !== length)
    throw inode.corrupt('symbolic link: parts follow each other');
}

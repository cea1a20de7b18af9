/** Blocks of a directory, by their place in its data space: read, gathered, verified, owner checked. */
import { CorruptError } from '../../core/index.js';
import type { Block, BlockOps, Piece } from '../../buffer/index.js';
import { lookupRun } from '../bmap/lookup.js';
import { DaHeader, DaMagic, daMagic, verifyDaNode, verifyDirLeaf } from '../format/da-block.js';
import { DirDataHeader, verifyDirData } from '../format/dir-data.js';
import type { Geometry } from '../format/geometry.js';
import type { XfsInode } from '../inode/inode.js';
import type { Mount } from '../mount.js';

const dataOps: BlockOps<Geometry> = {
  name: 'directory data block',
  crcOffset: ({ hasCrc }) => (hasCrc ? DirDataHeader.offsets.crc : undefined),
  verify: (block, geometry) => verifyDirData(block.view, block.address, geometry),
};

const indexOps: BlockOps<Geometry> = {
  name: 'directory index block',
  crcOffset: ({ hasCrc }) => (hasCrc ? DaHeader.offsets.crc : undefined),
  verify(block, geometry) {
    const magic = daMagic(block.view);
    const { node, nodeV3, dirLeaf1, dirLeaf1v3, dirLeafN, dirLeafNv3 } = DaMagic;
    if (magic === (geometry.hasCrc ? nodeV3 : node))
      return verifyDaNode(block.view, block.address, geometry);
    if (
      magic !== (geometry.hasCrc ? dirLeaf1v3 : dirLeaf1) &&
      magic !== (geometry.hasCrc ? dirLeafNv3 : dirLeafN)
    )
      return 'directory index: magic of a leaf or node';
    return verifyDirLeaf(block.view, block.address, geometry);
  },
};

/** The device's pieces under one directory block, or `undefined` when it begins in a hole. */
function piecesOf(mount: Mount, inode: XfsInode, first: number): Piece[] | undefined {
  const { geometry } = mount;
  const pieces: Piece[] = [];
  const end = first + geometry.dirBlocks;
  for (let block = first; block < end;) {
    const run = lookupRun(mount, inode, inode.data, block);
    if (run.start === undefined) {
      if (block === first) return undefined;
      throw inode.corrupt('a directory block is mapped whole');
    }
    if (run.unwritten) throw inode.corrupt('a directory block is written');
    const blocks = Math.min(run.length, end - block);
    pieces.push({
      address: geometry.blockAddress(run.start),
      length: blocks * geometry.blockBytes,
    });
    block += blocks;
  }
  return pieces;
}

function checkOwner(mount: Mount, inode: XfsInode, block: Block, at: number): Block {
  if (!mount.geometry.hasCrc) return block;
  const owner = block.view.getUint32(at) * 0x1_0000_0000 + block.view.getUint32(at + 4);
  if (owner !== inode.ino) throw block.corrupt('owner is the directory');
  return block;
}

/** The data block at file block `first`, or `undefined` where the directory has a hole. */
export function readDataBlock(mount: Mount, inode: XfsInode, first: number): Block | undefined {
  const pieces = piecesOf(mount, inode, first);
  if (pieces === undefined) return undefined;
  return checkOwner(
    mount,
    inode,
    mount.cache.readPieces(pieces, dataOps),
    DirDataHeader.offsets.owner,
  );
}

/** @throws CorruptError when there is none: whoever names an index block is wrong. */
export function readIndexBlock(mount: Mount, inode: XfsInode, first: number): Block {
  const pieces = piecesOf(mount, inode, first);
  if (pieces === undefined)
    throw new CorruptError('index blocks are mapped', `directory ${inode.ino}`);
  return checkOwner(mount, inode, mount.cache.readPieces(pieces, indexOps), DaHeader.offsets.owner);
}

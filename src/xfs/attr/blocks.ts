/** Blocks of an attribute fork: leaves and nodes, and the blocks of remote values. */
import type { Block, BlockOps } from '../../buffer/index.js';
import { lookupRun } from '../bmap/lookup.js';
import { AttrRemoteHeader, verifyAttrLeaf, verifyAttrRemote } from '../format/attr.js';
import { DaHeader, DaMagic, daMagic, verifyDaNode } from '../format/da-block.js';
import type { ForkShape } from '../format/dinode.js';
import type { Geometry } from '../format/geometry.js';
import type { XfsInode } from '../inode/inode.js';
import type { Mount } from '../mount.js';

const indexOps: BlockOps<Geometry> = {
  name: 'attribute block',
  crcOffset: ({ hasCrc }) => (hasCrc ? DaHeader.offsets.crc : undefined),
  verify(block, geometry) {
    const magic = daMagic(block.view);
    if (magic === (geometry.hasCrc ? DaMagic.nodeV3 : DaMagic.node))
      return verifyDaNode(block.view, block.address, geometry);
    if (magic !== (geometry.hasCrc ? DaMagic.attrLeafV3 : DaMagic.attrLeaf))
      return 'attribute block: magic of a leaf or node';
    return verifyAttrLeaf(block.view, block.address, geometry);
  },
};

const remoteOps: BlockOps<Geometry> = {
  name: 'attribute value block',
  crcOffset: ({ hasCrc }) => (hasCrc ? AttrRemoteHeader.offsets.crc : undefined),
  verify: (block, geometry) => verifyAttrRemote(block.view, block.address, geometry),
};

function readBlock(
  mount: Mount,
  inode: XfsInode,
  fork: ForkShape,
  at: number,
  ops: BlockOps<Geometry>,
  ownerAt: number,
): Block {
  const { geometry, cache } = mount;
  const run = lookupRun(mount, inode, fork, at);
  if (run.start === undefined || run.unwritten) throw inode.corrupt('attribute blocks are mapped');
  const block = cache.read(geometry.blockAddress(run.start), geometry.blockBytes, ops);
  if (!geometry.hasCrc) return block;
  const { view } = block;
  const owner = view.getUint32(ownerAt) * 0x1_0000_0000 + view.getUint32(ownerAt + 4);
  if (owner !== inode.ino) throw block.corrupt('owner is the inode');
  return block;
}

export function readAttrBlock(mount: Mount, inode: XfsInode, fork: ForkShape, at: number): Block {
  return readBlock(mount, inode, fork, at, indexOps, DaHeader.offsets.owner);
}

export function readRemoteBlock(mount: Mount, inode: XfsInode, fork: ForkShape, at: number): Block {
  return readBlock(mount, inode, fork, at, remoteOps, AttrRemoteHeader.offsets.owner);
}

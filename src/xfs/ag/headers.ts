/** The four headers of an allocation group, read and verified. */
import type { Block, BlockOps } from '../../buffer/index.js';
import { Agf, Agfl, freelistSlots, verifyAgf, verifyAgfl } from '../format/agf.js';
import { Agi, verifyAgi } from '../format/agi.js';
import type { Geometry } from '../format/geometry.js';
import { Superblock, verifySuperblock } from '../format/superblock.js';
import type { Mount } from '../mount.js';

const superblockOps: BlockOps<Geometry> = {
  name: 'superblock',
  crcOffset: ({ hasCrc }) => (hasCrc ? Superblock.offsets.crc : undefined),
  verify: (block) => verifySuperblock(new Superblock(block.view)),
};

const agfOps: BlockOps<Geometry> = {
  name: 'agf',
  crcOffset: ({ hasCrc }) => (hasCrc ? Agf.offsets.crc : undefined),
  verify: (block, geometry) => verifyAgf(new Agf(block.view), geometry),
};

const agiOps: BlockOps<Geometry> = {
  name: 'agi',
  crcOffset: ({ hasCrc }) => (hasCrc ? Agi.offsets.crc : undefined),
  verify: (block, geometry) => verifyAgi(new Agi(block.view), geometry),
};

const agflOps: BlockOps<Geometry> = {
  name: 'agfl',
  crcOffset: ({ hasCrc }) => (hasCrc ? Agfl.offsets.crc : undefined),
  verify: (block, geometry) => verifyAgfl(block.view, geometry),
};

/** Sector `index` of group `agno`. */
function readHeader(mount: Mount, agno: number, index: number, ops: BlockOps<Geometry>): Block {
  const { geometry, cache } = mount;
  const address = geometry.agAddress(agno, 0) + index * geometry.sectorBytes;
  return cache.read(address, geometry.sectorBytes, ops);
}

/** The group's copy of the superblock; group 0 has the primary. */
export function readSuperblock(mount: Mount, agno: number): Superblock {
  return new Superblock(readHeader(mount, agno, 0, superblockOps).view);
}

export function readAgf(mount: Mount, agno: number): Agf {
  const block = readHeader(mount, agno, 1, agfOps);
  const agf = new Agf(block.view);
  if (agf.agno !== agno) throw block.corrupt('agf.agno is the number of the group');
  return agf;
}

export function readAgi(mount: Mount, agno: number): Agi {
  const block = readHeader(mount, agno, 2, agiOps);
  const agi = new Agi(block.view);
  if (agi.agno !== agno) throw block.corrupt('agi.agno is the number of the group');
  return agi;
}

/** The blocks on the group's free list, agblocks, oldest first. */
export function readFreelist(mount: Mount, agno: number): number[] {
  const { geometry } = mount;
  const agf = readAgf(mount, agno);
  const block = readHeader(mount, agno, 3, agflOps);
  if (geometry.hasCrc && new Agfl(block.view).agno !== agno)
    throw block.corrupt('agfl.agno is the number of the group');
  const first = geometry.hasCrc ? Agfl.bytes : 0;
  const slots = freelistSlots(geometry);
  return Array.from({ length: agf.freelistCount }, (_, i) => {
    const agblock = block.view.getUint32(first + ((agf.freelistFirst + i) % slots) * 4);
    if (!geometry.isAgBlock(agno, agblock)) throw block.corrupt('agfl: blocks lie in the group');
    return agblock;
  });
}

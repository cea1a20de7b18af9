/** Where metadata blocks of each kind keep their LSN and their checksum, found by their magic. */
import { Agf, AGF_MAGIC, Agfl, AGFL_MAGIC } from '../format/agf.js';
import { Agi, AGI_MAGIC } from '../format/agi.js';
import { ATTR_REMOTE_MAGIC, AttrRemoteHeader } from '../format/attr.js';
import { verifyUuid } from '../format/block-header.js';
import { LongBtreeHeader, ShortBtreeHeader } from '../format/btree-block.js';
import { DaHeader, DaMagic } from '../format/da-block.js';
import { DirDataHeader, DirDataMagic } from '../format/dir-data.js';
import type { Geometry } from '../format/geometry.js';
import { SUPERBLOCK_MAGIC, Superblock } from '../format/superblock.js';
import { SYMLINK_MAGIC, SymlinkHeader } from '../format/symlink.js';
import type { Lsn } from './records.js';

export interface Stamps {
  readonly lsnAt: number;
  readonly crcAt: number;
  /**
   * `undefined` when it tells nothing: in the block of an older volume in the same place, and in the value of
   * an attribute, which is written without being logged.
   */
  readonly lsn: Lsn | undefined;
}

interface Place {
  readonly lsn: number;
  readonly crc: number;
  readonly uuid: number;
}

/** "XDF3": the free index of a directory, with the header of its data blocks. */
const DIR_FREE_MAGIC = 0x58444633;

const BY_MAGIC = new Map<number, Place>([
  [SUPERBLOCK_MAGIC, Superblock.offsets],
  [AGF_MAGIC, Agf.offsets],
  [AGI_MAGIC, Agi.offsets],
  [AGFL_MAGIC, Agfl.offsets],
  [DirDataMagic.block3, DirDataHeader.offsets],
  [DirDataMagic.data3, DirDataHeader.offsets],
  [DIR_FREE_MAGIC, DirDataHeader.offsets],
  [SYMLINK_MAGIC, SymlinkHeader.offsets],
  [ATTR_REMOTE_MAGIC, AttrRemoteHeader.offsets],
  [0x424d4133, LongBtreeHeader.offsets], // BMA3
  ...[0x41423342, 0x41423343, 0x49414233, 0x46494233, 0x524d4233, 0x52334643].map(
    (magic): [number, Place] => [magic, ShortBtreeHeader.offsets],
  ),
]);

const INDEX_MAGICS = new Set<number>([
  DaMagic.dirLeaf1v3,
  DaMagic.dirLeafNv3,
  DaMagic.nodeV3,
  DaMagic.attrLeafV3,
]);

/** `undefined` for what carries neither: v4, and blocks that hold nothing yet. */
export function stampsOf(bytes: Uint8Array, geometry: Geometry): Stamps | undefined {
  if (!geometry.hasCrc || bytes.length < 512) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const isIndex = INDEX_MAGICS.has(view.getUint16(DaHeader.offsets.magic));
  const place = BY_MAGIC.get(view.getUint32(0)) ?? (isIndex ? DaHeader.offsets : undefined);
  if (place === undefined) return undefined;
  const stamps = { lsnAt: place.lsn, crcAt: place.crc };
  const isOurs =
    verifyUuid(view, place.uuid, geometry) === undefined || place === Superblock.offsets;
  if (!isOurs || place === AttrRemoteHeader.offsets) return { ...stamps, lsn: undefined };
  return {
    ...stamps,
    lsn: { cycle: view.getUint32(place.lsn), block: view.getUint32(place.lsn + 4) },
  };
}

/** Size and sector size of a block device. Its stat says neither; ioctl does, and so does /sys. */
import { readFileSync, type BigIntStats } from 'node:fs';
import { formatDeviceNumber, splitDeviceNumber } from './device-number.js';
import { libc } from './libc.node.js';

const BLKSSZGET = 0x1268; // int: logical sector, bytes
const BLKGETSIZE64 = 0x80081272; // u64: bytes

export interface BlockGeometry {
  readonly size: number;
  readonly sectorSize: number;
}

export function readBlockGeometry(descriptor: number, stat: BigIntStats): BlockGeometry {
  const native = libc();
  if (native === undefined) return readFromSys(stat);
  const sectorSize = new Int32Array(1);
  const size = new BigUint64Array(1);
  native.ioctl(descriptor, BLKSSZGET, sectorSize);
  native.ioctl(descriptor, BLKGETSIZE64, size);
  return { size: Number(size[0]), sectorSize: sectorSize[0]! };
}

/** /sys counts in 512 bytes, whatever the sector is. A partition has its queue in its disk's folder. */
function readFromSys(stat: BigIntStats): BlockGeometry {
  const folder = `/sys/dev/block/${formatDeviceNumber(splitDeviceNumber(stat.rdev))}`;
  const readNumber = (name: string): number => Number(readFileSync(`${folder}/${name}`, 'latin1'));
  let sectorSize;
  try {
    sectorSize = readNumber('queue/logical_block_size');
  } catch {
    sectorSize = readNumber('../queue/logical_block_size');
  }
  return { size: readNumber('size') * 512, sectorSize };
}

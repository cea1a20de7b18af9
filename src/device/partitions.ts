/** Which partitions a device has, and which one of them is meant. */
import { FsError } from '../core/index.js';
import type { BlockDevice } from './block-device.js';
import { readGpt } from './gpt.js';
import { MBR_BYTES, isProtective, readMbr } from './mbr.js';
import { PartitionDevice } from './partition-device.js';
import type { Partition } from './partition.js';

/** 'XFSB', the first bytes of every XFS file system. */
const XFS_MAGIC = [0x58, 0x46, 0x53, 0x42] as const;

/**
 * In the order of the table; none where there is no table.
 * @throws CorruptError when the device says that it has a GPT and both copies of it are broken.
 */
export async function readPartitions(device: BlockDevice): Promise<Partition[]> {
  if (device.size < MBR_BYTES) return [];
  const sector = new Uint8Array(MBR_BYTES);
  await device.read(0, sector);
  return isProtective(sector) ? readGpt(device) : readMbr(device, sector);
}

/**
 * The device to open: `device` itself when XFS begins at its first byte, else the partition with the
 * number given, else the only partition that holds XFS. Closing the answer closes `device`.
 *
 * @throws FsError ENXIO when there is no such partition; EINVAL when it does not go without a number.
 */
export async function choosePartition(
  device: BlockDevice,
  { partition: number }: { readonly partition?: number } = {},
): Promise<BlockDevice> {
  if (await holdsXfs(device, 0)) {
    if (number === undefined) return device;
    throw new FsError('ENXIO', {
      detail: `${device.name} has no partition ${number}: it is one XFS file system as a whole`,
    });
  }
  const partitions = await readPartitions(device);
  const chosen =
    number === undefined
      ? await findOnlyXfs(device, partitions)
      : partitions.find((partition) => partition.number === number);
  if (chosen === undefined)
    throw new FsError('ENXIO', {
      detail: `${device.name} has no partition ${number}; ${listPartitions(partitions)}`,
    });
  const name = `${device.name}, partition ${chosen.number}`;
  return new PartitionDevice(device, chosen.offset, chosen.size, name);
}

async function findOnlyXfs(device: BlockDevice, partitions: Partition[]): Promise<Partition> {
  const found: Partition[] = [];
  for (const partition of partitions)
    if (await holdsXfs(device, partition.offset)) found.push(partition);
  if (found.length === 1) return found[0]!;
  if (found.length > 1)
    throw new FsError('EINVAL', {
      detail:
        `several partitions of ${device.name} hold XFS, choose one with --partition N; ` +
        listPartitions(found),
    });
  throw new FsError('ENXIO', {
    detail:
      partitions.length === 0
        ? `${device.name} begins neither with an XFS file system nor with a partition table`
        : `no partition of ${device.name} begins with an XFS file system; ` +
          `${listPartitions(partitions)}; to open one in spite of that, say --partition N`,
  });
}

/** False, too, where there is no room for the magic: a table may name places outside the device. */
async function holdsXfs(device: BlockDevice, position: number): Promise<boolean> {
  const start = new Uint8Array(XFS_MAGIC.length);
  if (position > device.size - start.length) return false;
  await device.read(position, start);
  return XFS_MAGIC.every((byte, index) => start[index] === byte);
}

function listPartitions(partitions: readonly Partition[]): string {
  if (partitions.length === 0) return 'it has no partitions';
  return `its partitions are ${partitions.map(describe).join(', ')}`;
}

function describe({ number, offset, size, type, name }: Partition): string {
  // A name comes from the image: no control character of it may reach a terminal.
  const words = name === '' ? '' : ` '${name.replace(/\p{C}/gu, '?')}'`;
  return `${number}${words} (${type}, ${size} bytes at byte ${offset})`;
}

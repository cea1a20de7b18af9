/** Makes an XFS file system on a device. */
import { FsError } from '../../core/index.js';
import type { BlockDevice } from '../../device/index.js';
import { formatUuid } from '../format/uuid.js';
import { cleanLog, groupBlocks, inodeChunk, type Write } from './blocks.js';
import { layoutOf, type Layout } from './layout.js';
import { planOf, type MkfsOptions } from './options.js';

/** What was made. Sizes in bytes. */
export interface MkfsResult {
  readonly size: number;
  readonly blockSize: number;
  readonly groups: number;
  readonly groupSize: number;
  readonly logSize: number;
  readonly uuid: string;
  /** What a user should know, though it worked. */
  readonly warnings: readonly string[];
}

const MEBIBYTE = 2 ** 20;
/** mkfs.xfs makes nothing smaller. */
const USUAL_BYTES_MIN = 300 * MEBIBYTE;
/** How much of a device is looked at for what may be lost, and cleared. */
const EDGE_BYTES = MEBIBYTE;

/**
 * The same options with a UUID and a time give the same bytes. Only what is not zero is written, except that
 * both ends of the device and the log are cleared.
 *
 * @throws FsError EEXIST when the device holds anything and `force` is not given; EINVAL for options that
 *   make no sense, or do not fit
 */
export async function mkfs(device: BlockDevice, options: MkfsOptions = {}): Promise<MkfsResult> {
  const layout = layoutOf(planOf(options, device.size));
  if (options.force !== true && !(await isBlank(device)))
    throw new FsError('EEXIST', { detail: `${device.name} holds data; force overwrites it` });
  await clear(device, 0, Math.min(EDGE_BYTES, device.size));
  await clear(device, Math.max(0, device.size - EDGE_BYTES), Math.min(EDGE_BYTES, device.size));
  const log = cleanLog(layout);
  await clear(device, log.address, layout.logBlocks * layout.plan.blockSize);
  await writeAll(device, [log, inodeChunk(layout)]);
  for (let agno = 1; agno < layout.agCount; agno++)
    await writeAll(device, groupBlocks(layout, agno));
  await device.flush();
  // The primary superblock makes it a file system: nothing else is left to be done then.
  await writeAll(device, groupBlocks(layout, 0).toReversed());
  await device.flush();
  return describe(layout);
}

async function writeAll(device: BlockDevice, writes: readonly Write[]): Promise<void> {
  for (const { address, bytes } of writes) await device.write(address, bytes);
}

/** Is there nothing but zeros where file systems and partition tables have their marks? */
async function isBlank(device: BlockDevice): Promise<boolean> {
  const length = Math.min(EDGE_BYTES, device.size);
  const bytes = new Uint8Array(length);
  for (const position of [0, device.size - length]) {
    await device.read(position, bytes);
    if (bytes.some((byte) => byte !== 0)) return false;
  }
  return true;
}

/** Zeros what is not zero, so that a sparse image stays sparse. */
async function clear(device: BlockDevice, position: number, length: number): Promise<void> {
  const bytes = new Uint8Array(EDGE_BYTES);
  for (let at = 0; at < length; at += EDGE_BYTES) {
    const part = bytes.subarray(0, Math.min(EDGE_BYTES, length - at));
    await device.read(position + at, part);
    if (!part.some((byte) => byte !== 0)) continue;
    await device.write(position + at, part.fill(0));
  }
}

function describe({ plan, agCount, agBlocks, logBlocks, dataBlocks }: Layout): MkfsResult {
  const size = dataBlocks * plan.blockSize;
  return {
    size,
    blockSize: plan.blockSize,
    groups: agCount,
    groupSize: agBlocks * plan.blockSize,
    logSize: logBlocks * plan.blockSize,
    uuid: formatUuid(plan.uuid),
    warnings:
      size < USUAL_BYTES_MIN
        ? ['smaller than 300 MiB: mkfs.xfs would not make it, the kernel mounts it']
        : [],
  };
}

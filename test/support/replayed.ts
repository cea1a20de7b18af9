/** An image with its log replayed in memory, opened. */
import { BlockCache } from '#src/buffer/index.js';
import { open, type BlockDevice, type FileSystem } from '#src/index.js';
import { Geometry } from '#src/xfs/format/geometry.js';
import { Superblock } from '#src/xfs/format/superblock.js';
import { recoverInMemory } from '#src/xfs/log/recover.js';
import type { ReplayResult } from '#src/xfs/log/replay.js';

export async function openReplayed(
  device: BlockDevice,
): Promise<{ fs: FileSystem; result: ReplayResult }> {
  const sector = new Uint8Array(512);
  await device.read(0, sector);
  const geometry = new Geometry(new Superblock(new DataView(sector.buffer)));
  const mount = { geometry, cache: new BlockCache(device, geometry, 2 ** 25) };
  const recovered = await recoverInMemory(device, mount);
  return { fs: await open(recovered.device, { norecovery: true }), result: recovered.result };
}

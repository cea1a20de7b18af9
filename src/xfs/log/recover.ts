/** Recovery in memory: a view of the device on which all that its log holds is in its place. */
import { OverlayDevice, type BlockDevice } from '../../device/index.js';
import type { Mount } from '../mount.js';
import { recordsToReplay } from './records.js';
import { replay, type ReplayResult } from './replay.js';
import { LogRing } from './ring.js';
import { committedTransactions } from './transactions.js';

export async function recoverInMemory(
  device: BlockDevice,
  mount: Mount,
): Promise<{ device: BlockDevice; result: ReplayResult }> {
  const transactions = await mount.cache.settle(() =>
    committedTransactions(recordsToReplay(new LogRing(mount))),
  );
  const overlay = new OverlayDevice(device);
  return { device: overlay, result: await replay(overlay, mount.geometry, transactions) };
}

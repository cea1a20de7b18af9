/** From a device to a file system: the portable half of `open`. */
import { inCall } from '../core/index.js';
import { choosePartition, type BlockDevice } from '../device/index.js';
import type { Memory } from '../mm/index.js';
import { Tree } from '../vfs/index.js';
import { openXfs } from '../xfs/index.js';
import { FileSystem } from './file-system.js';
import type { OpenOptions, Platform } from './types.js';

/**
 * Opens the file system on a device, which it then owns: `close` closes it, and so does a failure here.
 *
 * @param memory where mappings can be made
 */
export async function openOn(
  device: BlockDevice,
  options: OpenOptions = {},
  memory?: Memory,
  platform?: Platform,
): Promise<FileSystem> {
  try {
    const { partition, norecovery = false } = options;
    const part = await choosePartition(device, partition === undefined ? {} : { partition });
    const driver = await openXfs(part, { norecovery });
    const source = {
      device: part,
      iomap: driver.iomap,
      settle: <T>(code: () => T): T | Promise<T> => driver.settle(code),
    };
    const tree = new Tree(driver);
    return new FileSystem({
      driver,
      tree,
      source,
      memory,
      platform,
      mappings: new Set(),
      isClosed: false,
    });
  } catch (error) {
    await device.close();
    throw inCall(error, 'open', device.name);
  }
}

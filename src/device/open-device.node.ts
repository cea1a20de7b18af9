/** Opens an image file or a block device as the best device that the platform allows. */
import type { BlockDevice } from './block-device.js';
import { FileDevice, type FileDeviceOptions } from './file-device.node.js';
import { MappedDevice } from './mapped-device.node.js';

/**
 * A device with `direct` where pages can be mapped, one without where they cannot; never with
 * `directIo`, since a mapping goes through the page cache and direct I/O goes past it.
 */
export async function openDevice(
  path: string,
  options: FileDeviceOptions = {},
): Promise<BlockDevice> {
  const file = await FileDevice.open(path, options);
  if (options.directIo === true) return file;
  return MappedDevice.over(file) ?? file;
}

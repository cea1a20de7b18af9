/** daxkit for Node: open an image by its path, with real memory mappings. */
import { openOn, type FileSystem, type OpenOptions } from './api/index.js';
import { nodePlatform } from './api/index.node.js';
import type { BlockDevice } from './device/index.js';
import { openDevice } from './device/index.node.js';
import { hardwareMemory } from './mm/index.node.js';

export * from './exports.js';
export { FileDevice, MappedDevice, openDevice } from './device/index.node.js';

/**
 * Opens the XFS file system in an image file, on a block device, or on any `BlockDevice`.
 *
 * @example
 * await using fs = await open('disk.img');
 * for (const name of await fs.readdir('/')) console.log(name);
 * @throws FsError ENOENT, EACCES; EBUSY when another process holds the image; EINVAL when it holds no
 *   XFS; ENXIO when a partition must be chosen; ENOTSUP, naming it, for a feature that is refused
 * @throws CorruptError when the superblock is broken
 */
export async function open(
  target: string | BlockDevice,
  options: OpenOptions = {},
): Promise<FileSystem> {
  const readOnly = options.readOnly ?? true;
  const device = typeof target === 'string' ? await openDevice(target, { readOnly }) : target;
  return openOn(device, options, hardwareMemory(), nodePlatform);
}

/** daxkit for the browser: the same file system over a Blob or any `BlockDevice`; mappings are copies. */
import { openOn, type FileSystem, type OpenOptions } from './api/index.js';
import { BlobDevice, type BlockDevice } from './device/index.js';

export * from './exports.js';

/** Opens the XFS file system in a Blob (a File of an input element), or on a device. */
export async function open(
  target: Blob | BlockDevice,
  options: OpenOptions = {},
): Promise<FileSystem> {
  return openOn('slice' in target ? new BlobDevice(target) : target, options);
}

/** The two checks that every device makes before it touches storage. */
import { FsError, isWithin } from '../core/index.js';
import type { BlockDevice } from './block-device.js';

type Bounds = Pick<BlockDevice, 'name' | 'size' | 'readOnly'>;

/** @throws FsError EINVAL unless [position, position + length) lies in the device. */
export function checkRange(device: Bounds, position: number, length: number): void {
  if (isWithin(position, length, device.size)) return;
  throw new FsError('EINVAL', {
    detail: `${length} bytes at byte ${position} do not lie in ${device.name}, which has ${device.size}`,
  });
}

/** `checkRange` for a write. @throws FsError EROFS on a read-only device. */
export function checkWrite(device: Bounds, position: number, length: number): void {
  if (device.readOnly)
    throw new FsError('EROFS', { detail: `${device.name} is open for reading only` });
  checkRange(device, position, length);
}

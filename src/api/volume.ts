/** What a FileSystem and its handles share: the driver, the tree, memory, and who is still open. */
import { FsError, inCall } from '../core/index.js';
import type { Memory } from '../mm/index.js';
import type { FileSource, IomapMapping } from '../iomap/index.js';
import type { Tree } from '../vfs/index.js';
import type { XfsDriver } from '../xfs/index.js';
import { pathText } from './bytes.js';
import type { Registry } from './mapping.js';
import type { Extent, Path, Platform } from './types.js';

export interface Volume {
  readonly driver: XfsDriver;
  readonly tree: Tree;
  readonly source: FileSource;
  readonly memory: Memory | undefined;
  readonly platform: Platform | undefined;
  readonly mappings: Registry;
  isClosed: boolean;
}

/**
 * Runs synchronous code over the driver; errors leave with the call and the path in them. One promise a
 * call: what settles at once is not awaited.
 */
export async function run<T>(
  volume: Volume,
  syscall: string,
  path: Path | undefined,
  code: () => T,
): Promise<T> {
  try {
    if (volume.isClosed) throw new FsError('EBADF', { detail: 'the image is closed' });
    const result = volume.driver.settle(code);
    return result instanceof Promise ? await result : result;
  } catch (error) {
    throw inCall(error, syscall, path === undefined ? undefined : pathText(path));
  }
}

export function toExtent(mapping: IomapMapping, blockBytes: number): Extent {
  return {
    offset: mapping.block * blockBytes,
    physical: mapping.address,
    length: mapping.length * blockBytes,
    unwritten: mapping.type === 'unwritten',
    shared: mapping.shared,
  };
}

const POSITION_MAX = 2n ** 63n - 1n;

/** @throws FsError EINVAL unless it is a whole number from 0 to 2^63 - 1 */
export function checkedPosition(position: number | bigint): number | bigint {
  const isGood =
    typeof position === 'bigint'
      ? position >= 0n && position <= POSITION_MAX
      : Number.isSafeInteger(position) && position >= 0;
  if (!isGood) throw new FsError('EINVAL', { detail: `position ${position}` });
  return position;
}

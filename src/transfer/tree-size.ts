/** How much there is to copy: what a progress bar calls 100 %. */
import type { Driver, Inode } from '../vfs/index.js';
import { isDirectory, isRegular } from '../vfs/index.js';
import { walkTree } from './walk.js';

export interface TreeSize {
  readonly bytes: number;
  readonly entries: number;
}

/** Bytes of data that a file has, about: its holes do not count, its block map does. */
export function dataBytes(inode: Inode, blockBytes: number): number {
  if (!isRegular(inode)) return 0;
  return Math.min(inode.sectors * 512, inode.size.block * blockBytes + inode.size.byte);
}

/** A file counts once for each of its names. */
export function treeSize(driver: Driver, root: Inode): TreeSize {
  let bytes = dataBytes(root, driver.blockBytes);
  let entries = 1;
  if (!isDirectory(root)) return { bytes, entries };
  walkTree(driver, root, {
    enter() {
      entries++;
      return true;
    },
    leave() {},
    file(_name, inode) {
      entries++;
      bytes += dataBytes(inode, driver.blockBytes);
    },
    broken() {},
  });
  return { bytes, entries };
}

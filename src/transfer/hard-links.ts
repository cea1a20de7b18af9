/**
 * Names that were made for files with several links, so that the next link is a link and no copy.
 *
 * A file is forgotten when as many names were met as it has: the table holds what is still open.
 */
import type { Inode } from '../vfs/index.js';

interface Made {
  readonly path: Buffer;
  /** Names still to come. */
  left: number;
}

export class HardLinks {
  #made = new Map<number, Made>();

  /** The path of a copy of this file, where there is one. */
  find({ ino, nlink }: Inode): Buffer | undefined {
    return nlink > 1 ? this.#made.get(ino)?.path : undefined;
  }

  /** After a name was made, as a copy or as a link. */
  add({ ino, nlink }: Inode, path: Buffer): void {
    if (nlink <= 1) return;
    const made = this.#made.get(ino);
    if (made === undefined) this.#made.set(ino, { path, left: nlink - 1 });
    else if (--made.left === 0) this.#made.delete(ino);
  }

  /** The copy cannot have more links: the next name begins a new one. */
  forget({ ino }: Inode): void {
    this.#made.delete(ino);
  }
}

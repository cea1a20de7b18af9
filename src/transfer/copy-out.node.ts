/**
 * Copies files and trees out of an image, with all that the host can hold of them.
 *
 * Nothing is ever written outside the target, whatever the image says:
 *  1. A name that would be more than one component of a path is reported and left out.
 *  2. A directory is entered only if it was made here, or stood there and is no symbolic link.
 *  3. Everything else is made new, exclusively; what was in its way is removed first, so that no link
 *     is followed and no file shared with another name is written to. A directory never goes.
 *  4. In a directory that was made here nothing can be in the way but a second name of the image.
 *  5. Until it is full, a directory that was made here belongs to its maker alone.
 *
 * System calls are synchronous: for small files that is ten times as fast. Memory does not grow with
 * the tree, but for a number for each directory and a path for each file with links still to come.
 */
import { closeSync, constants, linkSync, openSync } from 'node:fs';
import type { Volume } from '../api/index.js';
import { CorruptError, FsError } from '../core/index.js';
import { isDirectory, type Inode } from '../vfs/index.js';
import type { CopyListener } from './copy-listener.js';
import { FileMaker } from './file-maker.node.js';
import { HardLinks } from './hard-links.js';
import { HOST_SEPARATORS, joinPaths } from './host-path.node.js';
import { AttributeKeeper } from './keep-attributes.node.js';
import { makeDirectory, makeNew, type ImageIdentity } from './make-new.node.js';
import { brokenNameRule } from './names.js';
import { dataBytes } from './tree-size.js';
import { walkTree, type Visitor } from './walk.js';

const OPEN_DIRECTORY =
  constants.O_RDONLY | (constants.O_DIRECTORY ?? 0) | (constants.O_NOFOLLOW ?? 0);

/** Why a second name cannot be a link, though it can be a copy. */
const NO_LINK = new Set(['EMLINK', 'EXDEV', 'EPERM', 'ENOTSUP', 'ENOENT']);

/** A directory of the host that is being filled. */
interface Folder {
  readonly path: Buffer;
  /** It was made here, so that nothing stood in it before. */
  readonly isNew: boolean;
}

export class CopyOut {
  readonly #volume: Volume;
  readonly #image: ImageIdentity;
  readonly #listener: CopyListener;
  readonly #keeper: AttributeKeeper;
  readonly #maker: FileMaker;
  readonly #links = new HardLinks();
  /** From the outermost to the one at hand. */
  readonly #folders: Folder[] = [];

  /** @throws FsError ENOTSUP for a device that can only be read asynchronously */
  constructor(volume: Volume, image: ImageIdentity, listener: CopyListener) {
    const { device } = volume.driver;
    if (device.readSync === undefined)
      throw new FsError('ENOTSUP', { detail: `${device.name} cannot be read synchronously` });
    this.#volume = volume;
    this.#image = image;
    this.#listener = listener;
    this.#keeper = new AttributeKeeper(volume.driver, listener);
    this.#maker = new FileMaker(volume, image, this.#keeper, listener);
  }

  /**
   * Copies a file, or a directory with all that is in it, to exactly this path, whose own directory
   * exists. Problems go to the listener: nothing is thrown for them.
   */
  copy(inode: Inode, path: Buffer): void {
    if (!isDirectory(inode)) this.#copyFile(path, inode, false);
    else if (this.#enter(path, false)) {
      walkTree(this.#volume.driver, inode, this.#visitor);
      this.#leave(inode);
    }
  }

  readonly #visitor: Visitor = {
    enter: (name) => {
      const path = this.#pathOf(name);
      return path !== undefined && this.#enter(path, this.#folder.isNew);
    },
    leave: (directory) => this.#leave(directory),
    file: (name, inode) => {
      const path = this.#pathOf(name);
      if (path !== undefined) this.#copyFile(path, inode, this.#folder.isNew);
    },
    broken: (name, error) => {
      const { path } = this.#folder;
      this.#listener.problem(name === undefined ? path : joinPaths(path, name), error);
    },
  };

  get #folder(): Folder {
    return this.#folders.at(-1)!;
  }

  /** @returns `undefined`, after a report, for what is no name */
  #pathOf(name: Uint8Array): Buffer | undefined {
    const path = joinPaths(this.#folder.path, name);
    const rule = brokenNameRule(name, HOST_SEPARATORS);
    if (rule === undefined) return path;
    this.#listener.problem(path, new CorruptError(rule, 'directory entry'));
    return undefined;
  }

  /** @param inNew the directory that it lies in was made here */
  #enter(path: Buffer, inNew: boolean): boolean {
    this.#listener.progress(0, 1);
    return this.#attempt(path, () => {
      this.#folders.push({ path, isNew: makeDirectory(path, inNew) });
    });
  }

  #leave(directory: Inode): void {
    const { path } = this.#folders.pop()!;
    this.#attempt(path, () => {
      const descriptor = openSync(path, OPEN_DIRECTORY);
      try {
        this.#keeper.keepOpen(descriptor, path, directory);
      } finally {
        closeSync(descriptor);
      }
    });
  }

  #copyFile(path: Buffer, inode: Inode, inNew: boolean): void {
    let bytesTold = 0;
    this.#attempt(path, () => {
      if (!this.#makeLink(path, inode, inNew)) bytesTold = this.#maker.make(path, inode, inNew);
      this.#links.add(inode, path);
    });
    const bytes = dataBytes(inode, this.#volume.driver.blockBytes);
    this.#listener.progress(bytes - bytesTold, 1);
  }

  /** @returns whether the path is now another name of a copy that was made before */
  #makeLink(path: Buffer, inode: Inode, inNew: boolean): boolean {
    const made = this.#links.find(inode);
    if (made === undefined) return false;
    try {
      makeNew(path, inNew, this.#image, () => linkSync(made, path));
      return true;
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && NO_LINK.has(String(error.code))))
        throw error;
      this.#links.forget(inode);
      return false;
    }
  }

  #attempt(path: Buffer, step: () => void): boolean {
    try {
      step();
      return true;
    } catch (error) {
      this.#listener.problem(path, error);
      return false;
    }
  }
}

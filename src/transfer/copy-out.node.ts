/**
 * Copies files and trees out of an image, with all that the host can hold of them.
 *
 * Nothing is ever written outside the target, whatever the image says:
 *  1. A name that would be more than one component of a path is reported and left out.
 *  2. A directory is entered only if it was made here, or is no symbolic link where it stood before.
 *  3. Everything else is made new, exclusively; what was in its way is removed first, so that no link
 *     is followed and no file shared with another name is written to. A directory never goes.
 *  4. In a directory that was made here nothing can be in the way: two names of the image met.
 *  5. Until it is full, a directory made here belongs to its maker alone.
 *
 * System calls are synchronous: for small files that is ten times as fast. Memory does not grow with
 * the tree but for one number for each directory, and a path for each file with links still to come.
 */
import {
  closeSync,
  constants,
  ftruncateSync,
  linkSync,
  lstatSync,
  mkdirSync,
  openSync,
  symlinkSync,
  unlinkSync,
} from 'node:fs';
import type { Volume } from '../api/index.js';
import { CorruptError, FsError } from '../core/index.js';
import { FileType, fileType, isDirectory, type Inode } from '../vfs/index.js';
import type { CopyListener } from './copy-listener.js';
import { DeviceBytes } from './device-bytes.js';
import { fileParts } from './file-parts.js';
import { HardLinks } from './hard-links.js';
import { makeSpecial } from './host-calls.node.js';
import { HOST_SEPARATORS, joinPaths } from './host-path.node.js';
import { AttributeKeeper } from './keep-attributes.node.js';
import { brokenNameRule } from './names.js';
import { dataBytes } from './tree-size.js';
import { walkTree, type Visitor } from './walk.js';
import { writeWhole } from './write-whole.node.js';

const MAKE_FILE =
  constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | (constants.O_NOFOLLOW ?? 0);
const OPEN_DIRECTORY =
  constants.O_RDONLY | (constants.O_DIRECTORY ?? 0) | (constants.O_NOFOLLOW ?? 0);

/** Permissions while there is still something to write. */
const FILE_IN_WORK = 0o600;
const DIRECTORY_IN_WORK = 0o700;

/** Why a second name cannot be a link, though it can be a copy. */
const NO_MORE_LINKS = new Set(['EMLINK', 'EXDEV', 'EPERM', 'ENOTSUP']);

/** The image itself, which must not be overwritten by what is in it. */
export interface ImageIdentity {
  readonly dev: bigint;
  readonly ino: bigint;
}

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
  readonly #bytes: DeviceBytes;
  readonly #links = new HardLinks();
  /** From the outermost to the one at hand. */
  readonly #folders: Folder[] = [];

  /** @throws FsError ENOTSUP for a device that can only be read asynchronously */
  constructor(volume: Volume, image: ImageIdentity, listener: CopyListener) {
    this.#volume = volume;
    this.#image = image;
    this.#listener = listener;
    this.#keeper = new AttributeKeeper(volume.driver, listener);
    this.#bytes = new DeviceBytes(volume.driver.device);
  }

  /** Copies a file, or a directory with all in it, to exactly this path. Problems are reported, not thrown. */
  copy(inode: Inode, path: Buffer): void {
    if (!isDirectory(inode)) return this.#copyFile(path, inode, false);
    if (!this.#enter(path, inode, false)) return;
    walkTree(this.#volume.driver, inode, this.#visitor);
    this.#leave(inode);
  }

  readonly #visitor: Visitor = {
    enter: (name, directory) => {
      const path = this.#pathOf(name);
      return path !== undefined && this.#enter(path, directory, this.#folder.isNew);
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

  #pathOf(name: Uint8Array): Buffer | undefined {
    const path = joinPaths(this.#folder.path, name);
    const rule = brokenNameRule(name, HOST_SEPARATORS);
    if (rule === undefined) return path;
    this.#listener.problem(path, new CorruptError(rule, 'directory entry'));
    return undefined;
  }

  /** @param inNew whether the directory that it goes into was made here */
  #enter(path: Buffer, directory: Inode, inNew: boolean): boolean {
    try {
      this.#folders.push({ path, isNew: makeDirectory(path, inNew) });
      return true;
    } catch (error) {
      this.#listener.problem(path, error);
      return false;
    } finally {
      this.#listener.progress(0, 1);
      void directory;
    }
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
    const before = this.#written;
    this.#attempt(path, () => {
      if (!this.#link(path, inode, inNew)) this.#make(path, inode, inNew);
      this.#links.add(inode, path);
    });
    const told = this.#written - before;
    this.#listener.progress(dataBytes(inode, this.#volume.driver.blockBytes) - told, 1);
  }
}

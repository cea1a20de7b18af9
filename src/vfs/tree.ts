/**
 * The tree of names over a driver: path walk, with caches of inodes and of names.
 *
 * Synchronous, and to be run under `driver.settle`. Paths are absolute; a relative one begins at the root,
 * as there is no working directory. ".." goes back along the way that was walked, and stays at the root.
 */
import { FsError } from '../core/index.js';
import type { DirectoryEntry, Driver } from './driver.js';
import { isDirectory, isSymlink, type Inode } from './inode.js';
import { componentToName, nameToComponent, splitPath } from './name.js';

/** Symbolic links on one walk, as Linux has it. */
const LINKS_MAX = 40;

/** Bytes in a name. */
const NAME_BYTES_MAX = 255;

/** Inodes and names kept; when there are more, all are forgotten, which costs one cold walk. */
const CACHED_MAX = 65536;

/** Where a walk arrived: the inode, and the components of its path without any link. */
export interface Place {
  readonly inode: Inode;
  readonly components: readonly string[];
}

export class Tree {
  #inodes = new Map<number, Inode>();
  /** By directory: inode numbers by component. */
  #names = new Map<number, Map<string, number>>();
  #nameCount = 0;

  constructor(readonly driver: Driver) {}

  inode(ino: number): Inode {
    const cached = this.#inodes.get(ino);
    if (cached !== undefined) return cached;
    const inode = this.driver.inode(ino);
    if (this.#inodes.size >= CACHED_MAX) this.#inodes.clear();
    this.#inodes.set(ino, inode);
    return inode;
  }

  /**
   * @param follow also when the last component is a symbolic link; a slash at the end does so too
   * @throws FsError ENOENT, ENOTDIR, ELOOP, ENAMETOOLONG
   */
  walk(path: string | Uint8Array, follow: boolean): Place {
    const isEmpty = path.length === 0;
    if (isEmpty) throw new FsError('ENOENT');
    const mustBeDirectory = endsAtDirectory(path);
    // What is still to be walked, last first, so that a link's target is pushed on top.
    const rest = splitPath(path).toReversed();
    const inodes = [this.inode(this.driver.rootIno)];
    const components: string[] = [];
    let links = 0;
    while (rest.length > 0) {
      const component = rest.pop()!;
      const directory = inodes[inodes.length - 1]!;
      if (!isDirectory(directory)) throw new FsError('ENOTDIR');
      if (component === '..') {
        if (components.pop() !== undefined) inodes.pop();
        continue;
      }
      const inode = this.inode(this.#lookup(directory, component));
      const isLast = rest.length === 0;
      if (isSymlink(inode) && (!isLast || follow || mustBeDirectory)) {
        if (++links > LINKS_MAX) throw new FsError('ELOOP');
        const target = this.driver.readlink(inode);
        if (target[0] === 0x2f) {
          inodes.length = 1;
          components.length = 0;
        }
        rest.push(...splitPath(target).toReversed());
        continue;
      }
      inodes.push(inode);
      components.push(component);
    }
    const inode = inodes[inodes.length - 1]!;
    if (mustBeDirectory && !isDirectory(inode)) throw new FsError('ENOTDIR');
    return { inode, components };
  }

  /** All entries, in the order of the disk; their names are remembered for the walks to come. */
  entries(directory: Inode): DirectoryEntry[] {
    const entries: DirectoryEntry[] = [];
    for (let from: number | undefined = 0; from !== undefined; ) {
      const part = this.part(directory, from);
      for (const entry of part.entries) entries.push(entry);
      from = part.next;
    }
    return entries;
  }

  /** Some entries, from a place on. */
  part(directory: Inode, from: number): { entries: DirectoryEntry[]; next: number | undefined } {
    if (!isDirectory(directory)) throw new FsError('ENOTDIR');
    const part = this.driver.list(directory, from);
    for (const { name, ino } of part.entries) this.#remember(directory, nameToComponent(name), ino);
    return part;
  }

  #lookup(directory: Inode, component: string): number {
    const cached = this.#names.get(directory.ino)?.get(component);
    if (cached !== undefined) return cached;
    const name = componentToName(component);
    if (name.length > NAME_BYTES_MAX) throw new FsError('ENAMETOOLONG');
    const ino = this.driver.lookup(directory, name);
    if (ino === undefined) throw new FsError('ENOENT');
    this.#remember(directory, component, ino);
    return ino;
  }

  #remember(directory: Inode, component: string, ino: number): void {
    if (this.#nameCount >= CACHED_MAX) {
      this.#names.clear();
      this.#nameCount = 0;
    }
    let names = this.#names.get(directory.ino);
    if (names === undefined) this.#names.set(directory.ino, (names = new Map<string, number>()));
    const before = names.size;
    names.set(component, ino);
    this.#nameCount += names.size - before;
  }
}

/** Does the path end in a slash, or in "." or ".."? Then it can only name a directory. */
function endsAtDirectory(path: string | Uint8Array): boolean {
  const end = path.slice(-3);
  const text = typeof end === 'string' ? end : String.fromCharCode(...end);
  return text.endsWith('/') || text === '.' || text === '..' || text.endsWith('/.') || text === '/..';
}

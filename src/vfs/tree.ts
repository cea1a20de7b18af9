/**
 * The tree of names over a driver: path walk over dentries, the names that were met so far.
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

/** Dentries and inodes kept; when there are more, all are forgotten, which costs one cold walk. */
const CACHED_MAX = 65536;

const SLASH = 0x2f;

/** A name that was met: of what inode, in which directory. The root is its own parent. */
export class Dentry {
  /** Those met so far; it need not be all. */
  readonly children = new Map<string, Dentry>();
  inode: Inode | undefined;

  constructor(
    /** `undefined` for the root. */
    readonly parent: Dentry | undefined,
    /** As name.ts has it: a string that stands for the bytes. */
    readonly component: string,
    readonly ino: number,
  ) {}

  /** Components from the root to here. */
  components(): string[] {
    const components: string[] = this.parent === undefined ? [] : [this.component];
    for (let at = this.parent; at?.parent !== undefined; at = at.parent)
      components.push(at.component);
    return components.reverse();
  }
}

/** An entry with the string that stands for its name. */
export interface NamedEntry extends DirectoryEntry {
  readonly component: string;
}

/** As `DirectoryPart`, with components. */
export interface NamedPart {
  readonly entries: NamedEntry[];
  readonly next: number | undefined;
}

/** Where a walk arrived. */
export interface Place {
  readonly dentry: Dentry;
  readonly inode: Inode;
}

export class Tree {
  #root: Dentry;
  #dentryCount = 0;
  #inodes = new Map<number, Inode>();

  constructor(readonly driver: Driver) {
    this.#root = new Dentry(undefined, '', driver.rootIno);
  }

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
   * @throws FsError ENOENT, ENOTDIR, ELOOP, ENAMETOOLONG, EINVAL
   */
  walk(path: string | Uint8Array, follow: boolean): Place {
    if (typeof path === 'string' ? path.includes('\0') : path.includes(0))
      throw new FsError('EINVAL', { detail: 'a path has no NUL in it' });
    return (
      (typeof path === 'string' ? this.#walkKnown(path, follow) : undefined) ??
      this.#walkAll(path, follow)
    );
  }

  /** The common case: every component is known, none needs care. `undefined` when it is not so. */
  #walkKnown(path: string, follow: boolean): Place | undefined {
    const { length } = path;
    if (length === 0 || path.charCodeAt(length - 1) === SLASH) return undefined;
    let dentry = this.#root;
    let inode = this.#inodeOf(dentry);
    for (let start = 0; start < length;) {
      if (path.charCodeAt(start) === SLASH) {
        start++;
        continue;
      }
      const slash = path.indexOf('/', start);
      const end = slash < 0 ? length : slash;
      const child = dentry.children.get(path.slice(start, end));
      if (child === undefined) return undefined; // also for "." and "..", which are never known
      dentry = child;
      inode = this.#inodeOf(dentry);
      if (isSymlink(inode) && (follow || end < length)) return undefined;
      start = end;
    }
    return { dentry, inode };
  }

  #walkAll(path: string | Uint8Array, follow: boolean): Place {
    if (path.length === 0) throw new FsError('ENOENT');
    let mustBeDirectory = endsAtDirectory(path);
    // What is still to be walked, last first, so that a link's target is pushed on top.
    const rest = splitPath(path).reverse();
    let dentry = this.#root;
    let links = 0;
    while (rest.length > 0) {
      const component = rest.pop()!;
      if (!isDirectory(this.#inodeOf(dentry))) throw new FsError('ENOTDIR');
      if (component === '..') {
        dentry = dentry.parent ?? this.#root;
        continue;
      }
      const child = this.#child(dentry, component);
      const inode = this.#inodeOf(child);
      if (isSymlink(inode) && (rest.length > 0 || follow || mustBeDirectory)) {
        if (++links > LINKS_MAX) throw new FsError('ELOOP');
        const target = this.driver.readlink(inode);
        if (target[0] === SLASH) dentry = this.#root;
        if (rest.length === 0) mustBeDirectory ||= endsAtDirectory(target);
        rest.push(...splitPath(target).reverse());
      } else dentry = child;
    }
    const inode = this.#inodeOf(dentry);
    if (mustBeDirectory && !isDirectory(inode)) throw new FsError('ENOTDIR');
    return { dentry, inode };
  }

  /** Entries from a place on, as `Driver.list`; their names are remembered for walks to come. */
  part(directory: Dentry, from: number): NamedPart {
    const inode = this.#inodeOf(directory);
    if (!isDirectory(inode)) throw new FsError('ENOTDIR');
    const { entries, next } = this.driver.list(inode, from);
    const named = entries.map(({ name, ino, type }) => {
      const component = nameToComponent(name);
      this.#remember(directory, component, ino);
      return { name, ino, type, component };
    });
    return { entries: named, next };
  }

  /** The dentry of an entry that `part` has told. */
  child(directory: Dentry, entry: NamedEntry): Dentry {
    return this.#remember(directory, entry.component, entry.ino);
  }

  #inodeOf(dentry: Dentry): Inode {
    return (dentry.inode ??= this.inode(dentry.ino));
  }

  #child(directory: Dentry, component: string): Dentry {
    const known = directory.children.get(component);
    if (known !== undefined) return known;
    const name = componentToName(component);
    if (name.length > NAME_BYTES_MAX) throw new FsError('ENAMETOOLONG');
    const ino = this.driver.lookup(this.#inodeOf(directory), name);
    if (ino === undefined) throw new FsError('ENOENT');
    return this.#remember(directory, component, ino);
  }

  #remember(directory: Dentry, component: string, ino: number): Dentry {
    const known = directory.children.get(component);
    if (known !== undefined) return known;
    if (this.#dentryCount >= CACHED_MAX) {
      this.#root = new Dentry(undefined, '', this.driver.rootIno);
      this.#dentryCount = 0;
      directory.children.clear(); // it may be that of a listing, which holds on to it
    }
    const dentry = new Dentry(directory, component, ino);
    directory.children.set(component, dentry);
    this.#dentryCount++;
    return dentry;
  }
}

/** Does the path end in a slash, or in "." or ".."? Then it can only name a directory. */
function endsAtDirectory(path: string | Uint8Array): boolean {
  const end = path.slice(-3);
  const text = typeof end === 'string' ? end : String.fromCharCode(...end);
  return (
    text.endsWith('/') || text === '.' || text === '..' || text.endsWith('/.') || text === '/..'
  );
}

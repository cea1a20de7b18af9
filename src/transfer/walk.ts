/**
 * What lies under a directory of an image: depth first, in the order of the disk, an entry at a time.
 *
 * Memory grows with the depth of the tree, and by one number for each directory; nothing is listed
 * ahead but the one directory block at hand. Images are hostile: a directory that is met a second
 * time, as its own ancestor or under a second name, is reported and not entered, so every walk ends.
 * Names are as the disk has them: to make a path of one, ask `brokenNameRule` first.
 */
import { CorruptError } from '../core/index.js';
import { isDirectory, type DirectoryEntry, type Driver, type Inode } from '../vfs/index.js';

export interface Visitor {
  /** Before a directory's entries. False leaves them out, and `leave` with them. */
  enter(name: Uint8Array, directory: Inode): boolean;
  /** After a directory's entries. */
  leave(directory: Inode): void;
  /** Anything that is no directory. */
  file(name: Uint8Array, inode: Inode): void;
  /** An entry that cannot be read; without a name, the rest of the directory at hand. */
  broken(name: Uint8Array | undefined, error: unknown): void;
}

/** A directory that is being walked. */
interface Level {
  readonly directory: Inode;
  entries: readonly DirectoryEntry[];
  /** Index of the next entry. */
  at: number;
  /** Where the entries after these begin; `undefined` when there are none. */
  next: number | undefined;
}

/** Visits what lies under `root`, which itself is not visited. The device must have `readSync`. */
export function walkTree(driver: Driver, root: Inode, visitor: Visitor): void {
  const met = new Set([root.ino]);
  const levels = [openLevel(root)];
  for (let level = levels.at(-1); level !== undefined; level = levels.at(-1)) {
    const entry = nextEntry(driver, level, visitor);
    if (entry === undefined) {
      levels.pop();
      if (levels.length > 0) visitor.leave(level.directory);
      continue;
    }
    const inode = readEntry(driver, entry, met, visitor);
    if (inode === undefined) continue;
    if (!isDirectory(inode)) visitor.file(entry.name, inode);
    else if (visitor.enter(entry.name, inode)) levels.push(openLevel(inode));
  }
}

function openLevel(directory: Inode): Level {
  return { directory, entries: [], at: 0, next: 0 };
}

function nextEntry(driver: Driver, level: Level, visitor: Visitor): DirectoryEntry | undefined {
  while (level.at === level.entries.length && level.next !== undefined) {
    try {
      const part = driver.list(level.directory, level.next);
      level.entries = part.entries;
      level.next = part.next;
    } catch (error) {
      level.entries = [];
      level.next = undefined;
      visitor.broken(undefined, error);
    }
    level.at = 0;
  }
  return level.entries[level.at++];
}

/** Inodes are read past the tree's cache: a walk meets each once. */
function readEntry(
  driver: Driver,
  { name, ino }: DirectoryEntry,
  met: Set<number>,
  visitor: Visitor,
): Inode | undefined {
  try {
    const inode = driver.inode(ino);
    if (!isDirectory(inode)) return inode;
    if (met.has(ino)) throw new CorruptError('a directory has one name', `inode ${ino}`);
    met.add(ino);
    return inode;
  } catch (error) {
    visitor.broken(name, error);
    return undefined;
  }
}

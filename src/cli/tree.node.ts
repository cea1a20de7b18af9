/** `daxkit tree`: a directory and all that lies under it, drawn as tree(1) does. */
import { CorruptError, FsError } from '../core/index.js';
import {
  isDirectory,
  isSymlink,
  type DirectoryEntry,
  type Driver,
  type Inode,
} from '../vfs/index.js';
import { complain } from './complain.node.js';
import { explain } from './failure.js';
import { typeName } from './inode-text.js';
import { nameFields } from './name-json.js';
import { about, findInode, withImage, type ImageOptions } from './open-place.node.js';
import { Output } from './output.node.js';
import { parsePlace } from './place.node.js';
import { quote } from './quote.js';
import { sortedEntries } from './sorted-entries.js';

/** An entry that was met on the way. */
interface Step {
  readonly name: Uint8Array;
  /** Names from the top, this one the last. */
  readonly path: readonly Uint8Array[];
  readonly inode: Inode;
  /** Of a symbolic link. */
  readonly target: Uint8Array | undefined;
  /** What is drawn before the name. */
  readonly branch: string;
}

export async function tree(
  argument: string,
  { json = false, ...options }: ImageOptions & { readonly json?: boolean },
): Promise<number> {
  const place = parsePlace(argument);
  return withImage(place.image, options, (_fs, volume) => {
    const { inode } = findInode(volume, place, true);
    about(place, () => {
      if (!isDirectory(inode)) throw new FsError('ENOTDIR', { detail: 'not a directory' });
    });
    const output = new Output();
    const walk = new SortedWalk(volume.driver);
    if (json) writeJson(output, walk.steps(inode));
    else {
      output.line(output.name(place.text));
      drawTree(output, walk.steps(inode));
    }
    output.flush();
    return walk.problems === 0 ? 0 : 1;
  });
}

/** All entries under the top, and how many there are. */
export function drawTree(output: Output, steps: Iterable<Step>): void {
  let directories = 0;
  let files = 0;
  for (const { name, inode, target, branch } of steps) {
    const link = target === undefined ? [] : [' -> ', output.name(target)];
    output.line(branch, output.name(name), ...link);
    if (isDirectory(inode)) directories++;
    else files++;
  }
  output.line();
  output.line(
    `${plural(directories, 'directory', 'directories')}, ${plural(files, 'file', 'files')}`,
  );
}

function plural(count: number, one: string, many: string): string {
  return `${count} ${count === 1 ? one : many}`;
}

/** An array of all entries with their paths below the top, one a line. */
function writeJson(output: Output, steps: Iterable<Step>): void {
  let before = '[';
  for (const { path, inode, target } of steps) {
    const entry = {
      ...nameFields(joinNames(path), 'path'),
      type: typeName(inode),
      ...(target === undefined ? {} : nameFields(target, 'target')),
    };
    output.line(before, JSON.stringify(entry));
    before = ',';
  }
  output.line(before === '[' ? '[]' : ']');
}

function joinNames(names: readonly Uint8Array[]): Uint8Array {
  const slash = Buffer.from('/');
  return Buffer.concat(names.flatMap((name) => [slash, name]));
}

/** A directory that is being walked. */
interface Level {
  readonly entries: readonly DirectoryEntry[];
  at: number;
  /** What is drawn before the branches of this level. */
  readonly indent: string;
  readonly path: readonly Uint8Array[];
}

/** Like transfer's walk it ends on every image; unlike it, each directory is sorted, and so in memory. */
export class SortedWalk {
  problems = 0;
  readonly #driver: Driver;
  readonly #met = new Set<number>();

  constructor(driver: Driver) {
    this.#driver = driver;
  }

  *steps(root: Inode): Generator<Step> {
    this.#met.add(root.ino);
    const levels = [this.#open(root, '', [])];
    for (let level = levels.at(-1); level !== undefined; level = levels.at(-1)) {
      const entry = level.entries[level.at++];
      if (entry === undefined) {
        levels.pop();
        continue;
      }
      const isLast = level.at === level.entries.length;
      const path = [...level.path, entry.name];
      const step = this.#read(entry, path, level.indent + (isLast ? '└── ' : '├── '));
      if (step === undefined) continue;
      yield step;
      if (!isDirectory(step.inode) || !this.#isNew(step)) continue;
      levels.push(this.#open(step.inode, level.indent + (isLast ? '    ' : '│   '), path));
    }
  }

  #open(directory: Inode, indent: string, path: readonly Uint8Array[]): Level {
    let entries: DirectoryEntry[] = [];
    try {
      entries = sortedEntries(this.#driver, directory);
    } catch (error) {
      this.#report(path, error);
    }
    return { entries, at: 0, indent, path };
  }

  #read(
    { name, ino }: DirectoryEntry,
    path: readonly Uint8Array[],
    branch: string,
  ): Step | undefined {
    try {
      const inode = this.#driver.inode(ino);
      const target = isSymlink(inode) ? this.#driver.readlink(inode) : undefined;
      return { name, path, inode, target, branch };
    } catch (error) {
      this.#report(path, error);
      return undefined;
    }
  }

  /** A directory has one name; in a hostile image, one may contain itself. */
  #isNew({ inode, path }: Step): boolean {
    if (!this.#met.has(inode.ino)) {
      this.#met.add(inode.ino);
      return true;
    }
    this.#report(path, new CorruptError('a directory has one name', `inode ${inode.ino}`));
    return false;
  }

  #report(path: readonly Uint8Array[], error: unknown): void {
    this.problems++;
    complain(`${quote(joinNames(path))}: ${explain(error)}`);
  }
}

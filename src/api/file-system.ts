/** An open image with the shape of node:fs/promises, for everything that reads. */
import { FsError } from '../core/index.js';
import {
  FileType,
  fileType,
  isDirectory,
  isSymlink,
  joinPath,
  nameToText,
  type DirectoryEntry,
  type Inode,
} from '../vfs/index.js';
import { pathText, toBuffer, toText } from './bytes.js';
import { Dirent } from './dirent.js';
import { Directory } from './directory.js';
import { FileHandle } from './file-handle.js';
import { BigIntStats, Stats, toStatFs, type StatFs } from './stats.js';
import type { FileSystemInfo, Parent, Path } from './types.js';
import { run, type Volume } from './volume.js';

export interface ReaddirOptions {
  readonly encoding?: BufferEncoding | 'buffer' | null;
  readonly withFileTypes?: boolean;
  readonly recursive?: boolean;
}

interface EncodingOption {
  readonly encoding?: BufferEncoding | 'buffer' | null;
}

interface FollowOption {
  /** Of a symbolic link, the target's attributes (default) or its own. */
  readonly followSymlinks?: boolean;
}

/** Modes of `access`, with node:fs' values. */
export const accessModes = { F_OK: 0, X_OK: 1, W_OK: 2, R_OK: 4 } as const;

export class FileSystem {
  readonly #volume: Volume;
  #isClosed = false;

  /** Made by `open`. */
  constructor(volume: Volume) {
    this.#volume = volume;
  }

  /** For the rooms of daxkit that work on many files at once; not part of the public API. */
  static volume(fs: FileSystem): Volume {
    return fs.#volume;
  }

  /** Geometry, features and space. Reads the headers of every group. */
  info(): Promise<FileSystemInfo> {
    const { driver } = this.#volume;
    return this.#run('info', undefined, () => {
      const { blockBytes, stripeUnitBlocks, stripeWidthBlocks, ...rest } = driver.describe();
      return {
        type: 'xfs',
        version: rest.version,
        label: rest.label,
        uuid: rest.uuid,
        blockSize: blockBytes,
        sectorSize: rest.sectorBytes,
        inodeSize: rest.inodeBytes,
        directoryBlockSize: rest.directoryBlockBytes,
        blocks: rest.blocks,
        freeBlocks: rest.freeBlocks,
        inodes: rest.inodes,
        freeInodes: rest.freeInodes,
        groups: rest.groups,
        groupBlocks: rest.groupBlocks,
        logBlocks: rest.logBlocks,
        log: rest.log,
        stripeUnit: stripeUnitBlocks * blockBytes,
        stripeWidth: stripeWidthBlocks * blockBytes,
        features: rest.features,
        readOnlyReason: rest.readOnlyReason,
        device: { name: driver.device.name, size: driver.device.size },
      };
    });
  }

  statfs(path: Path, options: { readonly bigint: true }): Promise<StatFs<bigint>>;
  statfs(path: Path, options?: { readonly bigint?: false }): Promise<StatFs>;
  statfs(path: Path, options: { readonly bigint?: boolean } = {}): Promise<StatFs | StatFs<bigint>> {
    const { tree, driver } = this.#volume;
    return this.#run<StatFs | StatFs<bigint>>('statfs', path, () => {
      tree.walk(path, true);
      const usage = driver.usage();
      return options.bigint === true ? toStatFs(usage, BigInt) : toStatFs(usage, Number);
    });
  }

  stat(path: Path, options: { readonly bigint: true }): Promise<BigIntStats>;
  stat(path: Path, options?: { readonly bigint?: false }): Promise<Stats>;
  stat(path: Path, options?: { readonly bigint?: boolean }): Promise<Stats | BigIntStats> {
    return this.#stat('stat', path, true, options?.bigint === true);
  }

  lstat(path: Path, options: { readonly bigint: true }): Promise<BigIntStats>;
  lstat(path: Path, options?: { readonly bigint?: false }): Promise<Stats>;
  lstat(path: Path, options?: { readonly bigint?: boolean }): Promise<Stats | BigIntStats> {
    return this.#stat('lstat', path, false, options?.bigint === true);
  }

  /** As root on a read-only mount: writing fails, executing needs an x bit. */
  access(path: Path, mode: number = accessModes.F_OK): Promise<void> {
    return this.#run('access', path, () => {
      const { inode } = this.#volume.tree.walk(path, true);
      if ((mode & accessModes.W_OK) !== 0) throw new FsError('EROFS');
      const canExecute = isDirectory(inode) || (inode.mode & 0o111) !== 0;
      if ((mode & accessModes.X_OK) !== 0 && !canExecute) throw new FsError('EACCES');
    });
  }

  /** The path without links, "." or "..". */
  realpath(path: Path, options: { readonly encoding: 'buffer' }): Promise<Buffer>;
  realpath(path: Path, options?: EncodingOption | BufferEncoding): Promise<string>;
  realpath(path: Path, options?: EncodingOption | BufferEncoding): Promise<string | Buffer> {
    return this.#run('realpath', path, () => {
      const { components } = this.#volume.tree.walk(path, true);
      return encodeName(joinPath(components), encodingOf(options));
    });
  }

  readlink(path: Path, options: { readonly encoding: 'buffer' } | 'buffer'): Promise<Buffer>;
  readlink(path: Path, options?: EncodingOption | BufferEncoding): Promise<string>;
  readlink(path: Path, options?: EncodingOption | BufferEncoding | 'buffer'): Promise<string | Buffer> {
    return this.#run('readlink', path, () => {
      const { inode } = this.#volume.tree.walk(path, false);
      if (!isSymlink(inode)) throw new FsError('EINVAL');
      return encodeName(this.#volume.driver.readlink(inode), encodingOf(options));
    });
  }

  readdir(path: Path, options: ReaddirOptions & { readonly withFileTypes: true; readonly encoding: 'buffer' }): Promise<Dirent<Buffer>[]>;
  readdir(path: Path, options: ReaddirOptions & { readonly withFileTypes: true }): Promise<Dirent[]>;
  readdir(path: Path, options: (ReaddirOptions & { readonly encoding: 'buffer' }) | 'buffer'): Promise<Buffer[]>;
  readdir(path: Path, options?: ReaddirOptions | BufferEncoding | null): Promise<string[]>;
  async readdir(
    path: Path,
    options?: ReaddirOptions | BufferEncoding | 'buffer' | null,
  ): Promise<(string | Buffer)[] | Dirent<string | Buffer>[]> {
    const { withFileTypes = false, recursive = false } = typeof options === 'object' ? (options ?? {}) : {};
    const encoding = encodingOf(options ?? undefined);
    const { inode } = await this.#run('scandir', path, () => this.#volume.tree.walk(path, true));
    const names: (string | Buffer)[] = [];
    const dirents: Dirent<string | Buffer>[] = [];
    // Directories still to be listed: inode, and the path below `path` that leads to it.
    const pending: { inode: Inode; below: Uint8Array; parent: string }[] = [
      { inode, below: new Uint8Array(), parent: pathText(path) },
    ];
    for (let next = pending.shift(); next !== undefined; next = pending.shift()) {
      const { inode: directory, below, parent } = next;
      const entries = await this.#run('scandir', path, () => this.#typedEntries(directory, withFileTypes || recursive));
      for (const { name, ino, type } of entries) {
        if (withFileTypes) dirents.push(new Dirent(encodeName(name, encoding), parent, type));
        else names.push(encodeName(below.length === 0 ? name : joinNames(below, name), encoding));
        if (!recursive || type !== FileType.directory) continue;
        const child = await this.#run('scandir', path, () => this.#volume.tree.inode(ino));
        const separator = parent.endsWith('/') ? '' : '/';
        pending.push({
          inode: child,
          below: joinNames(below, name),
          parent: withFileTypes ? `${parent}${separator}${nameToText(name)}` : parent,
        });
      }
    }
    return withFileTypes ? dirents : names;
  }

  async opendir(path: Path): Promise<Directory> {
    const { inode } = await this.#run('opendir', path, () => {
      const place = this.#volume.tree.walk(path, true);
      if (!isDirectory(place.inode)) throw new FsError('ENOTDIR');
      return place;
    });
    const text = pathText(path);
    return new Directory(text, (from) =>
      this.#run('readdir', path, () => {
        const part = this.#volume.tree.part(inode, from);
        return { entries: part.entries.map((entry) => this.#typed(entry)), next: part.next };
      }),
    );
  }

  /** Only for reading in this version: any flag that writes is EROFS. */
  async open(path: Path, flags: string | number = 'r'): Promise<FileHandle> {
    const { inode } = await this.#run('open', path, () => {
      if (!isReadFlag(flags)) throw new FsError('EROFS');
      return this.#volume.tree.walk(path, true);
    });
    return new FileHandle(this.#volume, inode, pathText(path));
  }

  readFile(path: Path, options?: { readonly encoding?: null } | null): Promise<Buffer>;
  readFile(path: Path, options: { readonly encoding: BufferEncoding } | BufferEncoding): Promise<string>;
  async readFile(
    path: Path,
    options?: { readonly encoding?: BufferEncoding | null } | BufferEncoding | null,
  ): Promise<Buffer | string> {
    const encoding = typeof options === 'string' ? options : options?.encoding;
    const handle = await this.open(path);
    const bytes = await handle.readFile();
    return encoding ? toText(bytes, encoding) : bytes;
  }

  /** Names of extended attributes with their namespace, as listxattr(2) tells root. */
  listxattr(path: Path, options: FollowOption = {}): Promise<string[]> {
    return this.#run('listxattr', path, () => {
      const { inode } = this.#volume.tree.walk(path, options.followSymlinks !== false);
      return this.#volume.driver.listAttributes(inode).map(nameToText);
    });
  }

  /** @throws FsError ENODATA when there is no such attribute */
  getxattr(path: Path, name: string | Uint8Array, options: FollowOption = {}): Promise<Buffer> {
    return this.#run('getxattr', path, () => {
      const { inode } = this.#volume.tree.walk(path, options.followSymlinks !== false);
      const bytes = typeof name === 'string' ? new TextEncoder().encode(name) : name;
      const value = this.#volume.driver.getAttribute(inode, bytes);
      if (value === undefined) throw new FsError('ENODATA');
      return toBuffer(value);
    });
  }

  /** Parent pointers of a file; empty where the image does not keep them. */
  parents(path: Path): Promise<Parent[]> {
    return this.#run('parents', path, () => {
      const { inode } = this.#volume.tree.walk(path, false);
      return this.#volume.driver.parents(inode);
    });
  }

  /** Closes the device. Mappings that were forgotten are closed too: their bytes read as zeros. */
  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    for (const mapping of this.#volume.mappings) mapping.close();
    await this.#volume.driver.device.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  #run<T>(syscall: string, path: Path | undefined, code: () => T): Promise<T> {
    return run(this.#volume, syscall, path, () => {
      if (this.#isClosed) throw new FsError('EBADF', { detail: 'the image is closed' });
      return code();
    });
  }

  #stat(syscall: string, path: Path, follow: boolean, bigint: boolean): Promise<Stats | BigIntStats> {
    const { tree, driver } = this.#volume;
    return this.#run<Stats | BigIntStats>(syscall, path, () => {
      const { inode } = tree.walk(path, follow);
      return bigint ? new BigIntStats(inode, driver.blockBytes) : new Stats(inode, driver.blockBytes);
    });
  }

  #typedEntries(directory: Inode, needTypes: boolean): DirectoryEntry[] {
    const entries = this.#volume.tree.entries(directory);
    return needTypes ? entries.map((entry) => this.#typed(entry)) : entries;
  }

  /** With its type, from the inode where the directory does not record it. */
  #typed(entry: DirectoryEntry): DirectoryEntry {
    if (entry.type !== 0) return entry;
    return { ...entry, type: fileType(this.#volume.tree.inode(entry.ino)) };
  }
}

/** Is this flag of `open` one that only reads? */
function isReadFlag(flags: string | number): boolean {
  if (typeof flags === 'string') return flags === 'r' || flags === 'rs' || flags === 'sr';
  const WRITING = 0o3 | 0o100 | 0o1000 | 0o2000; // O_ACCMODE, O_CREAT, O_TRUNC, O_APPEND
  return (flags & WRITING) === 0;
}

function encodingOf(options: EncodingOption | string | undefined): BufferEncoding | 'buffer' {
  const encoding = typeof options === 'string' ? options : options?.encoding;
  return (encoding ?? 'utf8') as BufferEncoding | 'buffer';
}

function encodeName(name: Uint8Array, encoding: BufferEncoding | 'buffer'): string | Buffer {
  if (encoding === 'utf8') return nameToText(name);
  return encoding === 'buffer' ? toBuffer(name.slice()) : toText(name, encoding);
}

/** `below`/`name`; `below` is empty at the top. */
function joinNames(below: Uint8Array, name: Uint8Array): Uint8Array {
  if (below.length === 0) return name;
  const joined = new Uint8Array(below.length + 1 + name.length);
  joined.set(below);
  joined[below.length] = 0x2f;
  joined.set(name, below.length + 1);
  return joined;
}

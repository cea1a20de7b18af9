/** An open image with the shape of node:fs/promises, for everything that reads. */
import { FsError } from '../core/index.js';
import { isDirectory, isSymlink, joinPath, nameToText } from '../vfs/index.js';
import { pathText, toBuffer, toText } from './bytes.js';
import type { Dirent } from './dirent.js';
import { Directory } from './directory.js';
import { FileHandle } from './file-handle.js';
import {
  encodeBytes,
  readDirectory,
  withType,
  type NameEncoding,
  type ReaddirOptions,
} from './readdir.js';
import { BigIntStats, Stats, toStatFs, type StatFs } from './stats.js';
import type { FileSystemInfo, Parent, Path } from './types.js';
import { run, type Volume } from './volume.js';

interface EncodingOption {
  readonly encoding?: NameEncoding | null;
}

interface FollowOption {
  /** Of a symbolic link, the target's attributes (default) or its own. */
  readonly followSymlinks?: boolean;
}

/** Modes of `access`, with node:fs' values. */
export const accessModes = { F_OK: 0, X_OK: 1, W_OK: 2, R_OK: 4 } as const;

export class FileSystem {
  readonly #volume: Volume;

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
    const { name, size } = driver.device;
    return this.#run('info', undefined, () => ({ ...driver.describe(), device: { name, size } }));
  }

  statfs(path: Path, options: { readonly bigint: true }): Promise<StatFs<bigint>>;
  statfs(path: Path, options?: { readonly bigint?: false }): Promise<StatFs>;
  statfs(
    path: Path,
    options: { readonly bigint?: boolean } = {},
  ): Promise<StatFs | StatFs<bigint>> {
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
      const { dentry } = this.#volume.tree.walk(path, true);
      return encodeBytes(joinPath(dentry.components()), encodingOf(options));
    });
  }

  readlink(path: Path, options: { readonly encoding: 'buffer' } | 'buffer'): Promise<Buffer>;
  readlink(path: Path, options?: EncodingOption | BufferEncoding): Promise<string>;
  readlink(
    path: Path,
    options?: EncodingOption | BufferEncoding | 'buffer',
  ): Promise<string | Buffer> {
    return this.#run('readlink', path, () => {
      const { inode } = this.#volume.tree.walk(path, false);
      if (!isSymlink(inode)) throw new FsError('EINVAL');
      return encodeBytes(this.#volume.driver.readlink(inode), encodingOf(options));
    });
  }

  readdir(
    path: Path,
    options: ReaddirOptions & { readonly withFileTypes: true; readonly encoding: 'buffer' },
  ): Promise<Dirent<Buffer>[]>;
  readdir(
    path: Path,
    options: ReaddirOptions & { readonly withFileTypes: true },
  ): Promise<Dirent[]>;
  readdir(
    path: Path,
    options: (ReaddirOptions & { readonly encoding: 'buffer' }) | 'buffer',
  ): Promise<Buffer[]>;
  readdir(path: Path, options?: ReaddirOptions | BufferEncoding | null): Promise<string[]>;
  async readdir(
    path: Path,
    options?: ReaddirOptions | NameEncoding | null,
  ): Promise<(string | Buffer)[] | Dirent<string | Buffer>[]> {
    const given = typeof options === 'string' ? { encoding: options } : (options ?? {});
    return readDirectory(this.#volume, path, given);
  }

  async opendir(path: Path): Promise<Directory> {
    const { dentry } = await this.#run('opendir', path, () => {
      const place = this.#volume.tree.walk(path, true);
      if (!isDirectory(place.inode)) throw new FsError('ENOTDIR');
      return place;
    });
    const text = pathText(path);
    return new Directory(text, (from) =>
      this.#run('readdir', path, () => {
        const part = this.#volume.tree.part(dentry, from);
        return {
          entries: part.entries.map((entry) => withType(this.#volume, entry)),
          next: part.next,
        };
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
  readFile(
    path: Path,
    options: { readonly encoding: BufferEncoding } | BufferEncoding,
  ): Promise<string>;
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
    if (this.#volume.isClosed) return;
    this.#volume.isClosed = true;
    for (const mapping of this.#volume.mappings) mapping.close();
    await this.#volume.driver.device.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  #run<T>(syscall: string, path: Path | undefined, code: () => T): Promise<T> {
    return run(this.#volume, syscall, path, code);
  }

  #stat(
    syscall: string,
    path: Path,
    follow: boolean,
    bigint: boolean,
  ): Promise<Stats | BigIntStats> {
    const { tree, driver } = this.#volume;
    return this.#run<Stats | BigIntStats>(syscall, path, () => {
      const { inode } = tree.walk(path, follow);
      return bigint
        ? new BigIntStats(inode, driver.blockBytes)
        : new Stats(inode, driver.blockBytes);
    });
  }
}

/** Is this flag of `open` one that only reads? */
function isReadFlag(flags: string | number): boolean {
  if (typeof flags === 'string') return flags === 'r' || flags === 'rs' || flags === 'sr';
  const WRITING = 0o3 | 0o100 | 0o1000 | 0o2000; // O_ACCMODE, O_CREAT, O_TRUNC, O_APPEND
  return (flags & WRITING) === 0;
}

function encodingOf(options: EncodingOption | string | undefined): NameEncoding {
  const encoding = typeof options === 'string' ? options : options?.encoding;
  return (encoding ?? 'utf8') as NameEncoding;
}

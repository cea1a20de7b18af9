/** `readdir` in all its forms: names or Dirents, text or bytes, one directory or all below it. */
import { CorruptError, inCall } from '../core/index.js';
import {
  FileType,
  componentText,
  fileType,
  joinPath,
  type Dentry,
  type NamedEntry,
  type NamedPart,
} from '../vfs/index.js';
import { pathText, toBuffer, toText } from './bytes.js';
import { Dirent } from './dirent.js';
import type { Path } from './types.js';
import { run, type Volume } from './volume.js';

export type NameEncoding = BufferEncoding | 'buffer';

export interface ReaddirOptions {
  readonly encoding?: NameEncoding | null;
  readonly withFileTypes?: boolean;
  readonly recursive?: boolean;
}

/** A directory, and how it is called in what is returned: by its path below the one that was asked for. */
interface Listed {
  readonly directory: Dentry;
  /** In front of names: empty, or ending in a slash. */
  readonly prefix: string;
  readonly parentPath: string;
}

type Listing = (string | Buffer)[] | Dirent<string | Buffer>[];

/** Breadth first, as node:fs does it. */
export async function readDirectory(
  volume: Volume,
  path: Path,
  options: ReaddirOptions,
): Promise<Listing> {
  const { withFileTypes = false, recursive = false } = options;
  const encoding = options.encoding ?? 'utf8';
  const call = <T>(code: () => T): Promise<T> => run(volume, 'scandir', path, code);
  const { dentry } = await call(() => volume.tree.walk(path, true));
  const names: (string | Buffer)[] = [];
  const dirents: Dirent<string | Buffer>[] = [];
  const pending: Listed[] = [{ directory: dentry, prefix: '', parentPath: pathText(path) }];
  const seen = new Set([dentry.ino]);
  for (let listed = pending.shift(); listed !== undefined; listed = pending.shift()) {
    const { directory, prefix, parentPath } = listed;
    for (const entry of await call(() => listAll(volume, directory, withFileTypes || recursive))) {
      const text = componentText(entry.component);
      if (withFileTypes)
        dirents.push(new Dirent(encode(text, entry, encoding), parentPath, entry.type));
      else if (encoding === 'utf8') names.push(prefix + text);
      else names.push(encodePath(volume.tree.child(directory, entry), dentry, encoding));
      if (!recursive || entry.type !== FileType.directory) continue;
      if (seen.has(entry.ino)) {
        const twice = new CorruptError('a directory has one parent', `directory ${entry.ino}`);
        throw inCall(twice, 'scandir', pathText(path));
      }
      seen.add(entry.ino);
      const separator = parentPath.endsWith('/') ? '' : '/';
      pending.push({
        directory: volume.tree.child(directory, entry),
        prefix: `${prefix}${text}/`,
        parentPath: `${parentPath}${separator}${text}`,
      });
    }
  }
  return withFileTypes ? dirents : names;
}

/** All entries of a directory; with their types, where those are needed. */
function listAll(volume: Volume, directory: Dentry, needTypes: boolean): NamedEntry[] {
  const all: NamedEntry[] = [];
  for (let from: number | undefined = 0; from !== undefined;) {
    const part: NamedPart = volume.tree.part(directory, from);
    for (const entry of part.entries) all.push(needTypes ? withType(volume, entry) : entry);
    from = part.next;
  }
  return all;
}

/** With its type, from the inode where the directory does not record it. */
export function withType(volume: Volume, entry: NamedEntry): NamedEntry {
  if (entry.type !== 0) return entry;
  return { ...entry, type: fileType(volume.tree.inode(entry.ino)) };
}

export function encodeBytes(bytes: Uint8Array, encoding: NameEncoding): string | Buffer {
  return encoding === 'buffer' ? toBuffer(bytes.slice()) : toText(bytes, encoding);
}

function encode(text: string, entry: NamedEntry, encoding: NameEncoding): string | Buffer {
  return encoding === 'utf8' ? text : encodeBytes(entry.name, encoding);
}

/** The path of `dentry` below `top`, in bytes that are exact. */
function encodePath(dentry: Dentry, top: Dentry, encoding: NameEncoding): string | Buffer {
  const below = dentry.components().slice(top.components().length);
  return encodeBytes(joinPath(below).subarray(1), encoding);
}

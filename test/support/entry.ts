/**
 * What one name in a file system looks like, in the form that manifests store and tests compare.
 *
 * The kernel, xfs_db and daxkit each give a list of these; equal lists mean equal trees. Every field is
 * plain JSON. Names are bytes: `path` holds them where they are UTF-8, `pathLatin1` (one character
 * a byte) where they are not; the same goes for a symlink's target.
 */
import { isUtf8 } from 'node:buffer';

export type EntryType =
  | 'file'
  | 'directory'
  | 'symlink'
  | 'fifo'
  | 'socket'
  | 'character'
  | 'block';

/** A whole number: a string of digits where a JavaScript number would round it. */
export type Whole = number | string;

/** Of an extended attribute: base64, or its length and SHA-256 where it is long. */
export type XattrValue = string | { readonly length: number; readonly sha256: string };

/** [offset in the file, offset in the file system, length, 'u'nwritten and 's'hared]; bytes. */
export type ExtentRow = readonly [Whole, Whole, Whole, '' | 'u' | 's' | 'us'];

export type ParentRow = readonly [Whole, string];

export interface Entry {
  path?: string;
  pathLatin1?: string;
  type: EntryType;
  /** The low twelve bits, octal: '0644'. */
  mode: string;
  uid: number;
  gid: number;
  nlink: number;
  ino: Whole;
  /** Bytes. */
  size: Whole;
  /** Space taken, units of 512 bytes. */
  blocks: Whole;
  /** Seconds since 1970, rounded down, a dot, nine digits of nanoseconds. */
  atime: string;
  mtime: string;
  ctime: string;
  /** Where the format records it (v5). */
  btime?: string;
  /** Of a device: 'major:minor'. */
  rdev?: string;
  target?: string;
  targetLatin1?: string;
  xattrs?: Readonly<Record<string, XattrValue>>;
  /** Of a file's contents; null where it is too big to be read from end to end. */
  sha256?: string | null;
  /** Instead: SHA-256 over the bytes of all written extents, in order, up to the end of the file. */
  dataSha256?: string;
  extents?: readonly ExtentRow[];
  /** Parent pointers of a file or directory, sorted: [inode number of the directory, name in it]. */
  parents?: readonly ParentRow[];
  /** What only XFS knows; daxkit's node:fs shape does not show it. */
  xfs?: XfsFacts;
}

export interface XfsFacts {
  projectId?: number;
  /** Names of the FS_XFLAG bits that are on, HASATTR left out. */
  flags?: readonly string[];
  /** Bytes. */
  extentSizeHint?: number;
  cowExtentSizeHint?: number;
  /** What the data and attribute forks look like on disk; see forms.ts. */
  data?: string;
  attr?: string;
}

/** Files above this size are hashed by their extents only. */
export const WHOLE_HASH_BYTES_MAX = 256 * 1024 * 1024;

/** Attribute values above this length are stored as their hash. */
export const XATTR_BYTES_MAX = 192;

export function whole(value: bigint | number): Whole {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : BigInt(value).toString();
}

/** The path's bytes as text, one character a byte: for sorting and for maps. */
export function pathKey(entry: Entry): string {
  return pathBytes(entry).toString('latin1');
}

export function pathBytes(entry: Entry): Buffer {
  if (entry.path !== undefined) return Buffer.from(entry.path);
  return Buffer.from(entry.pathLatin1 ?? '', 'latin1');
}

export function pathFields(bytes: Buffer): Pick<Entry, 'path' | 'pathLatin1'> {
  return isUtf8(bytes) ? { path: bytes.toString() } : { pathLatin1: bytes.toString('latin1') };
}

export function targetFields(bytes: Buffer): Pick<Entry, 'target' | 'targetLatin1'> {
  return isUtf8(bytes) ? { target: bytes.toString() } : { targetLatin1: bytes.toString('latin1') };
}

export function joinPath(directory: Buffer, name: Buffer): Buffer {
  const separator = directory.length === 1 ? '' : '/'; // only the root's path is one byte long
  return Buffer.concat([directory, Buffer.from(separator), name]);
}

export function sortEntries(entries: Entry[]): Entry[] {
  const keyed = entries.map((entry) => ({ key: pathKey(entry), entry }));
  keyed.sort((a, b) => (a.key < b.key ? -1 : 1));
  return keyed.map(({ entry }) => entry);
}

const NANOSECONDS = 1_000_000_000n;

/** As a manifest writes it: 1.5 seconds before 1970 is '-2.500000000'. */
export function timeText(nanoseconds: bigint): string {
  const rest = ((nanoseconds % NANOSECONDS) + NANOSECONDS) % NANOSECONDS;
  return `${(nanoseconds - rest) / NANOSECONDS}.${rest.toString().padStart(9, '0')}`;
}

const TYPES: Readonly<Record<number, EntryType>> = {
  0o140000: 'socket',
  0o120000: 'symlink',
  0o100000: 'file',
  0o060000: 'block',
  0o040000: 'directory',
  0o020000: 'character',
  0o010000: 'fifo',
};

export function typeOfMode(mode: number): EntryType {
  const type = TYPES[mode & 0o170000];
  if (type === undefined) throw new Error(`mode 0${mode.toString(8)} has no type`);
  return type;
}

export function modeText(mode: number): string {
  return (mode & 0o7777).toString(8).padStart(4, '0');
}

/** A name that is not UTF-8 is written one character a byte, after a mark that no name holds. */
export function parentRows(parents: readonly { ino: bigint; name: Buffer }[]): ParentRow[] {
  const rows = parents.map(({ ino, name }): ParentRow => [
    whole(ino),
    isUtf8(name) ? name.toString() : `latin1/${name.toString('latin1')}`,
  ]);
  return rows.sort((a, b) => (String(a) < String(b) ? -1 : 1));
}

/** One run of a file; the shape of FIEMAP's answer and of daxkit's. */
export interface Run {
  offset: bigint;
  physical: bigint;
  length: bigint;
  unwritten: boolean;
  shared: boolean;
}

/**
 * Runs as rows, neighbours joined where file and disk both continue. The kernel may tell one
 * stretch in two records (a record holds at most 2^21 blocks); the meaning is the same.
 */
export function extentRows(runs: readonly Run[]): ExtentRow[] {
  const joined: Run[] = [];
  for (const run of runs) {
    const last = joined.at(-1);
    const continues =
      last !== undefined &&
      last.offset + last.length === run.offset &&
      last.physical + last.length === run.physical &&
      last.unwritten === run.unwritten &&
      last.shared === run.shared;
    if (continues) last.length += run.length;
    else joined.push({ ...run });
  }
  return joined.map((run) => [
    whole(run.offset),
    whole(run.physical),
    whole(run.length),
    `${run.unwritten ? 'u' : ''}${run.shared ? 's' : ''}`,
  ]);
}

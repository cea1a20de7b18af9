/**
 * Everything in an open image, through daxkit's public API: the same entries as the kernel's listing.
 *
 * Each name is met twice, in its directory's listing and by a lookup of its path, and each file's bytes
 * twice, by reading and through a mapping; what disagrees is thrown as an error.
 */
import { deepStrictEqual, strictEqual } from 'node:assert/strict';
import type { Dirent, Extent, FileHandle, FileSystem, Mapping } from '#src/index.js';
import {
  extentRows,
  joinPath,
  modeText,
  parentRows,
  pathFields,
  sortEntries,
  targetFields,
  timeText,
  typeOfMode,
  whole,
  type Entry,
  type EntryType,
  type Run,
  type XattrValue,
} from './entry.js';
import { hashFields, xattrValue } from './hash.js';
import { deviceText } from './kernel-listing.js';

const PAGE_BYTES = 4096n;

type Hashes = Pick<Entry, 'sha256' | 'dataSha256'>;

export async function ourListing(fs: FileSystem): Promise<Entry[]> {
  const { version, features } = await fs.info();
  const hasParents = features.includes('parent');
  const entries: Entry[] = [];
  const seen = new Map<bigint, Entry>();
  const walk = async (path: Buffer, listedAs: EntryType): Promise<void> => {
    const entry = await entryOf(fs, path, seen, version);
    if (hasParents && entry.parents === undefined) await addParents(fs, path, entry);
    strictEqual(entry.type, listedAs, `${path.toString()}: type in its directory`);
    entries.push(entry);
    if (entry.type !== 'directory') return;
    const names = await fs.readdir(path, { withFileTypes: true, encoding: 'buffer' });
    for (const dirent of names) await walk(joinPath(path, dirent.name), typeOfDirent(dirent));
  };
  await walk(Buffer.from('/'), 'directory');
  return sortEntries(entries);
}

/** Of the files that the kernel can be asked about. */
async function addParents(fs: FileSystem, path: Buffer, entry: Entry): Promise<void> {
  if (entry.type !== 'file' && entry.type !== 'directory') return;
  const parents = await fs.parents(path);
  entry.parents = parentRows(
    parents.map(({ ino, name }) => ({ ino: BigInt(ino), name: Buffer.from(name) })),
  );
}

function typeOfDirent(dirent: Dirent<Buffer>): EntryType {
  if (dirent.isFile()) return 'file';
  if (dirent.isDirectory()) return 'directory';
  if (dirent.isSymbolicLink()) return 'symlink';
  if (dirent.isFIFO()) return 'fifo';
  if (dirent.isSocket()) return 'socket';
  return dirent.isBlockDevice() ? 'block' : 'character';
}

async function entryOf(
  fs: FileSystem,
  path: Buffer,
  seen: Map<bigint, Entry>,
  version: 4 | 5,
): Promise<Entry> {
  const stat = await fs.lstat(path, { bigint: true });
  const known = seen.get(stat.ino);
  if (known !== undefined) {
    const { path: _path, pathLatin1: _pathLatin1, ...rest } = known;
    return { ...pathFields(path), ...rest };
  }
  const type = typeOfMode(Number(stat.mode));
  const entry: Entry = {
    ...pathFields(path),
    type,
    mode: modeText(Number(stat.mode)),
    uid: Number(stat.uid),
    gid: Number(stat.gid),
    nlink: Number(stat.nlink),
    ino: whole(stat.ino),
    size: whole(stat.size),
    blocks: whole(stat.blocks),
    atime: timeText(stat.atimeNs),
    mtime: timeText(stat.mtimeNs),
    ctime: timeText(stat.ctimeNs),
  };
  if (version === 5) entry.btime = timeText(stat.birthtimeNs);
  if (type === 'character' || type === 'block') entry.rdev = deviceText(stat.rdev);
  if (type === 'symlink') {
    Object.assign(entry, targetFields(await fs.readlink(path, { encoding: 'buffer' })));
  }
  const xattrs = await xattrsOf(fs, path);
  if (xattrs !== undefined) entry.xattrs = xattrs;
  if (type === 'file') Object.assign(entry, await contentFields(fs, path, stat.size));
  if (stat.nlink > 1n && type !== 'directory') seen.set(stat.ino, entry);
  return entry;
}

async function xattrsOf(fs: FileSystem, path: Buffer): Promise<Entry['xattrs']> {
  const names = await fs.listxattr(path, { followSymlinks: false });
  if (names.length === 0) return undefined;
  const xattrs: Record<string, XattrValue> = {};
  for (const name of names.sort()) {
    xattrs[name] = xattrValue(await fs.getxattr(path, name, { followSymlinks: false }));
  }
  strictEqual(
    Object.keys(xattrs).length,
    names.length,
    `${path.toString()}: attributes listed twice`,
  );
  return xattrs;
}

async function contentFields(
  fs: FileSystem,
  path: Buffer,
  size: bigint,
): Promise<Hashes & Pick<Entry, 'extents'>> {
  const handle = await fs.open(path, 'r');
  try {
    const runs = (await handle.extents()).map(toRun);
    const hashes = await hashFields(size, runs, async (target, position) => {
      const { bytesRead } = await handle.read(target, 0, target.length, position);
      strictEqual(bytesRead, target.length, `${path.toString()}: bytes read at ${position}`);
    });
    await checkMapping(handle, path, size, runs, hashes);
    return { ...hashes, extents: extentRows(runs) };
  } finally {
    await handle.close();
  }
}

function toRun(extent: Extent): Run {
  return {
    offset: BigInt(extent.offset),
    physical: BigInt(extent.physical),
    length: BigInt(extent.length),
    unwritten: extent.unwritten,
    shared: extent.shared,
  };
}

/**
 * A whole file in one mapping. One that is too big for a hash, or has more extents than a process may have
 * mappings (EOVERFLOW), in a mapping for each chunk.
 */
async function checkMapping(
  handle: FileHandle,
  path: Buffer,
  size: bigint,
  runs: readonly Run[],
  hashes: Hashes,
): Promise<void> {
  if (size === 0n) return;
  const name = path.toString();
  const mapping = hashes.sha256 === null ? undefined : await mapWhole(handle);
  if (mapping === undefined) {
    const mapped = await hashFields(size, runs, (target, position) =>
      readByMapping(handle, target, position),
    );
    deepStrictEqual(mapped, hashes, `${name}: bytes through mappings`);
    return;
  }
  try {
    strictEqual(BigInt(mapping.bytes.length), size, `${name}: length of the mapping`);
    const mapped = await hashFields(size, runs, (target, position) => {
      target.set(mapping.bytes.subarray(Number(position), Number(position) + target.length));
    });
    deepStrictEqual(mapped, hashes, `${name}: bytes through a mapping`);
    const rest = new Uint8Array(mapping.buffer).subarray(mapping.bytes.length);
    strictEqual(
      rest.findIndex((byte) => byte !== 0),
      -1,
      `${name}: zeros after the end`,
    );
  } finally {
    mapping.close();
  }
}

async function mapWhole(handle: FileHandle): Promise<Mapping | undefined> {
  try {
    return await handle.mmap();
  } catch (error) {
    if ((error as { code?: string }).code === 'EOVERFLOW') return undefined;
    throw error;
  }
}

async function readByMapping(handle: FileHandle, target: Buffer, position: bigint): Promise<void> {
  const offset = (position / PAGE_BYTES) * PAGE_BYTES;
  const skip = Number(position - offset);
  const mapping = await handle.mmap({ offset, length: skip + target.length });
  target.set(mapping.bytes.subarray(skip, skip + target.length));
  mapping.close();
}

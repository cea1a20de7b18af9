/** Everything below a mounted directory, as the kernel tells it. */
import { closeSync, lstatSync, openSync, readSync, readdirSync, readlinkSync } from 'node:fs';
import type { BigIntStats } from 'node:fs';
import {
  extentRows,
  joinPath,
  modeText,
  pathFields,
  sortEntries,
  targetFields,
  timeText,
  typeOfMode,
  whole,
  type Entry,
} from './entry.js';
import { fiemap } from './fiemap.js';
import { hashFields } from './hash.js';
import { readFlags, readParents } from './inode-flags.js';
import { readXattrs } from './xattr.js';

export interface KernelListingOptions {
  /** Ask for parent pointers too. */
  parents?: boolean;
}

export async function kernelListing(
  mountPoint: string,
  options: KernelListingOptions = {},
): Promise<Entry[]> {
  const entries: Entry[] = [];
  const root = Buffer.from(mountPoint);
  const directories: Buffer[] = [Buffer.from('/')];
  /** Hard links: contents are read once. */
  const seen = new Map<bigint, Entry>();
  entries.push(await entryOf(root, Buffer.from('/'), seen, options));
  for (let path = directories.pop(); path !== undefined; path = directories.pop()) {
    const names = readdirSync(Buffer.concat([root, path]), { encoding: 'buffer' });
    for (const name of names) {
      const child = joinPath(path, name);
      const entry = await entryOf(Buffer.concat([root, child]), child, seen, options);
      if (entry.type === 'directory') directories.push(child);
      entries.push(entry);
    }
  }
  return sortEntries(entries);
}

async function entryOf(
  place: Buffer,
  path: Buffer,
  seen: Map<bigint, Entry>,
  options: KernelListingOptions,
): Promise<Entry> {
  const stat = lstatSync(place, { bigint: true });
  const known = seen.get(stat.ino);
  if (known !== undefined) {
    const { path: _path, pathLatin1: _pathLatin1, ...rest } = known;
    return { ...pathFields(path), ...rest };
  }
  const entry: Entry = { ...pathFields(path), ...statFields(stat) };
  if (entry.type === 'symlink') {
    Object.assign(entry, targetFields(readlinkSync(place, { encoding: 'buffer' })));
  }
  const xattrs = readXattrs(place);
  if (xattrs !== undefined) entry.xattrs = xattrs;
  if (entry.type === 'file' || entry.type === 'directory') {
    Object.assign(entry, await contentFields(place, stat, options));
  }
  if (stat.nlink > 1n && entry.type !== 'directory') seen.set(stat.ino, entry);
  return entry;
}

function statFields(stat: BigIntStats): Omit<Entry, 'path' | 'pathLatin1'> {
  const type = typeOfMode(Number(stat.mode));
  return {
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
    btime: timeText(stat.birthtimeNs),
    ...(type === 'character' || type === 'block' ? { rdev: deviceText(stat.rdev) } : {}),
  };
}

/** glibc's layout of dev_t: twelve bits of the major number at 8, eight of the minor at 0, the rest above. */
export function deviceText(device: bigint): string {
  const major = ((device >> 8n) & 0xfffn) | ((device >> 32n) & ~0xfffn);
  const minor = (device & 0xffn) | ((device >> 12n) & 0xffff_ff00n);
  return `${major}:${minor}`;
}

async function contentFields(
  place: Buffer,
  stat: BigIntStats,
  options: KernelListingOptions,
): Promise<Partial<Entry>> {
  const descriptor = openSync(place, 'r');
  try {
    const xfs = readFlags(descriptor);
    const fields: Partial<Entry> = Object.keys(xfs).length > 0 ? { xfs } : {};
    if (options.parents) fields.parents = readParents(descriptor);
    if (!stat.isFile()) return fields;
    const runs = fiemap(descriptor);
    const hashes = await hashFields(stat.size, runs, (target, position) =>
      readExactly(descriptor, target, position),
    );
    return { ...hashes, extents: extentRows(runs), ...fields };
  } finally {
    closeSync(descriptor);
  }
}

function readExactly(descriptor: number, target: Buffer, position: bigint): void {
  for (let done = 0; done < target.length;) {
    const length = target.length - done;
    const count = readSync(descriptor, target, done, length, position + BigInt(done));
    if (count === 0) throw new Error(`end of file at ${position + BigInt(done)}`);
    done += count;
  }
}

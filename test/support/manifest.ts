/**
 * fixtures/NAME.json: what a fixture image holds, as the kernel (or, for formats that this kernel does
 * not mount, its protofile and xfs_db) tells it.
 *
 * In the file, names that are hard links of an earlier entry stand in that entry's `links`; in memory
 * each is an entry of its own.
 */
import { pathFields, sortEntries, type Entry } from './entry.js';
import type { SuperblockFacts } from './xfs-db.js';

export interface Manifest {
  name: string;
  /** One line: what it is there for. */
  about: string;
  /** Versions and the commands that made it. */
  made: { mkfs: string; kernel: string; commands: string[] };
  image: { bytes: number; sha256: string };
  fileSystems: FileSystemRecord[];
}

export interface FileSystemRecord {
  /** Where it lies in the disk; absent when it is the whole image. */
  partition?: { number: number; offset: number; size: number };
  log: 'clean' | 'dirty';
  /** Who says so. */
  source: 'kernel' | 'kernel with norecovery' | 'protofile and xfs_db';
  superblock: SuperblockFacts;
  entries: Entry[];
  /** Of a dirty log: what the kernel sees after it has replayed it. */
  entriesAfterReplay?: Entry[];
}

interface StoredEntry extends Entry {
  /** By directory, with its slash. */
  links?: Record<string, string[]>;
  /** Whole paths that are not UTF-8. */
  linksLatin1?: string[];
}

export function manifestText(manifest: Manifest): string {
  const { fileSystems, ...rest } = manifest;
  const head = JSON.stringify(rest, null, 1).slice(0, -2);
  return `${head},\n "fileSystems": [${fileSystems.map(recordText).join(',')}]\n}\n`;
}

function recordText(record: FileSystemRecord): string {
  const { entries, entriesAfterReplay, ...rest } = record;
  const after = entriesAfterReplay && `,\n  "entriesAfterReplay": [${linesOf(entriesAfterReplay)}]`;
  const head = JSON.stringify(rest).slice(0, -1);
  return `\n  ${head},\n  "entries": [${linesOf(entries)}]${after ?? ''}}`;
}

/** One entry a line. */
function linesOf(entries: readonly Entry[]): string {
  return collapse(entries)
    .map((entry) => `\n   ${JSON.stringify(entry)}`)
    .join(',');
}

export function parseManifest(text: string): Manifest {
  const manifest = JSON.parse(text) as Manifest;
  for (const record of manifest.fileSystems) {
    record.entries = expand(record.entries);
    if (record.entriesAfterReplay !== undefined) {
      record.entriesAfterReplay = expand(record.entriesAfterReplay);
    }
  }
  return manifest;
}

function collapse(entries: readonly Entry[]): StoredEntry[] {
  const stored: StoredEntry[] = [];
  const first = new Map<Entry['ino'], StoredEntry>();
  for (const entry of sortEntries([...entries])) {
    const known = first.get(entry.ino);
    if (known === undefined) {
      const copy = { ...entry };
      stored.push(copy);
      if (entry.type !== 'directory' && entry.nlink > 1) first.set(entry.ino, copy);
    } else if (entry.path === undefined) {
      (known.linksLatin1 ??= []).push(entry.pathLatin1 ?? '');
    } else {
      const name = entry.path.lastIndexOf('/') + 1;
      ((known.links ??= {})[entry.path.slice(0, name)] ??= []).push(entry.path.slice(name));
    }
  }
  return stored;
}

function expand(stored: readonly StoredEntry[]): Entry[] {
  const entries: Entry[] = [];
  for (const { links = {}, linksLatin1 = [], ...entry } of stored) {
    entries.push(entry);
    const { path: _path, pathLatin1: _pathLatin1, ...rest } = entry;
    const paths = [
      ...Object.entries(links).flatMap(([directory, names]) =>
        names.map((name) => Buffer.from(directory + name)),
      ),
      ...linksLatin1.map((path) => Buffer.from(path, 'latin1')),
    ];
    for (const path of paths) entries.push({ ...pathFields(path), ...rest });
  }
  return sortEntries(entries);
}

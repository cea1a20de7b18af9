/** A directory as ls and tree show it: in the order of the bytes of its names. */
import type { DirectoryEntry, Driver, Inode } from '../vfs/index.js';

/** All entries at once, so memory grows with the directory. @throws CorruptError for a broken block */
export function sortedEntries(driver: Driver, directory: Inode): DirectoryEntry[] {
  const entries: DirectoryEntry[] = [];
  for (let from: number | undefined = 0; from !== undefined;) {
    const part = driver.list(directory, from);
    for (const entry of part.entries) entries.push(entry);
    from = part.next;
  }
  return entries.sort((a, b) => compareBytes(a.name, b.name));
}

function compareBytes(a: Uint8Array, b: Uint8Array): number {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) if (a[i] !== b[i]) return a[i]! - b[i]!;
  return a.length - b.length;
}

/** The kernel's view of an image: mounted through a loop device for as long as a callback runs. */
import { mkdtempSync, rmdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { run } from './shell.js';

export interface MountOptions {
  readOnly?: boolean;
  /** Of the file system in the image, bytes. */
  offset?: number;
  size?: number;
  /** Further options of mount(8). */
  extra?: readonly string[];
}

/** `use` gets the mount point. Unmounts and detaches whatever happens. */
export async function withLoopMount<T>(
  image: string,
  options: MountOptions,
  use: (mountPoint: string) => Promise<T> | T,
): Promise<T> {
  const mountPoint = mkdtempSync(join(tmpdir(), 'daxkit-mount-'));
  try {
    run('mount', ['-t', 'xfs', '-o', mountOptions(options).join(','), image, mountPoint]);
    try {
      return await use(mountPoint);
    } finally {
      run('umount', [mountPoint]);
    }
  } finally {
    rmdirSync(mountPoint);
  }
}

/** nouuid: two test files may mount copies of one fixture at once. */
function mountOptions(options: MountOptions): string[] {
  const list = ['loop', 'noatime', 'nouuid', options.readOnly ? 'ro' : 'rw'];
  if (options.offset !== undefined) list.push(`offset=${options.offset}`);
  if (options.size !== undefined) list.push(`sizelimit=${options.size}`);
  return [...list, ...(options.extra ?? [])];
}

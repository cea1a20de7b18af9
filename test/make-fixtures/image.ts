/** What the recipes share: filling an empty image through the kernel, and describing it. */
import { addForms } from '../support/forms.js';
import { kernelListing } from '../support/kernel-listing.js';
import { withLoopMount } from '../support/loop-mount.js';
import type { FileSystemRecord } from '../support/manifest.js';
import { run } from '../support/shell.js';
import { TreeWriter } from '../support/tree-writer.js';
import { superblockFacts } from '../support/xfs-db.js';
import { blankDeadLog } from './dead-log.js';

export interface Recipe {
  /** Of the fixture: fixtures/NAME.img.gz and NAME.json. */
  name: string;
  about: string;
  /** Makes the image at `path`; `directory` is there for scratch files. */
  make(path: string, directory: string): Promise<Made> | Made;
}

export interface Made {
  /** What a reader would type to make such an image. */
  commands: string[];
  fileSystems: FileSystemRecord[];
}

/** Mounts for writing; gives freed blocks back as zeros before the unmount, and the dead log after. */
export async function fill(
  path: string,
  write: (tree: TreeWriter) => Promise<void> | void,
): Promise<void> {
  await withLoopMount(path, {}, async (mountPoint) => {
    await write(new TreeWriter(mountPoint));
    run('sync', ['-f', mountPoint]);
    run('fstrim', [mountPoint]);
  });
  blankDeadLog(path);
}

/** The manifest's record of an image that is one file system with a clean log. */
export async function describe(
  path: string,
  options: { parents?: boolean } = {},
): Promise<FileSystemRecord> {
  const entries = await withLoopMount(path, { readOnly: true }, (mountPoint) =>
    kernelListing(mountPoint, options),
  );
  const superblock = superblockFacts(path);
  addForms(entries, path, superblock);
  return { log: 'clean', source: 'kernel', superblock, entries };
}

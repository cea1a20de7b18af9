/** The heart of the oracle tests: fill an image through the kernel, and let daxkit and the kernel list it. */
import { strictEqual } from 'node:assert/strict';
import { join } from 'node:path';
import { open } from '#src/index.js';
import { firstDifference } from './compare.js';
import type { Entry } from './entry.js';
import { addForms } from './forms.js';
import { kernelListing, type KernelListingOptions } from './kernel-listing.js';
import { withLoopMount } from './loop-mount.js';
import { mkfs, type MkfsOptions } from './mkfs.js';
import { ourListing } from './our-listing.js';
import { withTemporaryDirectory } from './temporary.js';
import { TreeWriter } from './tree-writer.js';
import { superblockFacts } from './xfs-db.js';

export interface KernelCase extends MkfsOptions {
  /** Changes the empty image. */
  patch?: (path: string) => void;
  fill: (tree: TreeWriter) => void;
  /** Forms that the tree is there to reach, by path: 'extents node/1' (forms.ts). */
  forms?: Readonly<Record<string, { data?: string; attr?: string }>>;
}

export async function againstKernel({
  patch,
  fill,
  forms = {},
  ...how
}: KernelCase): Promise<void> {
  await withTemporaryDirectory(async (directory) => {
    const path = join(directory, 'case.img');
    mkfs(path, how);
    patch?.(path);
    await fillByKernel(path, fill);
    const entries = await listByKernel(path);
    const named = entries.filter((entry) => entry.path !== undefined && entry.path in forms);
    addForms(named, path, superblockFacts(path));
    for (const { path: name, xfs } of named) {
      for (const [fork, form] of Object.entries(forms[name!]!)) {
        strictEqual(xfs?.[fork as 'data' | 'attr'], form, `${name}: form of ${fork}`);
      }
    }
    await compareWithOurs(path, entries);
  });
}

export async function fillByKernel(path: string, fill: (tree: TreeWriter) => void): Promise<void> {
  await withLoopMount(path, {}, (mountPoint) => fill(new TreeWriter(mountPoint)));
}

export async function listByKernel(
  path: string,
  options: KernelListingOptions = {},
): Promise<Entry[]> {
  return withLoopMount(path, { readOnly: true }, (mountPoint) =>
    kernelListing(mountPoint, options),
  );
}

export async function compareWithOurs(path: string, expected: readonly Entry[]): Promise<void> {
  const fs = await open(path);
  try {
    strictEqual(firstDifference(expected, await ourListing(fs), { ignore: ['xfs'] }), undefined);
  } finally {
    await fs.close();
  }
}

/**
 * Does the kernel itself use an image: mounted, or attached to a loop device?
 *
 * Two writers destroy a file system, and the kernel asks nobody's flock. Only what this process can
 * see is found: a mount in another mount namespace shows by its loop device, or by O_EXCL.
 */
import { readFileSync, readdirSync, statSync, type BigIntStats } from 'node:fs';
import { formatDeviceNumber, splitDeviceNumber } from './device-number.js';
import { parseMounts } from './proc-tables.js';

/** @returns how the kernel uses it, to end a sentence with; `undefined` where it does not. */
export function findKernelUse(image: BigIntStats): string | undefined {
  if (image.isBlockDevice()) return findDiskMount(image);
  for (const loop of list('/sys/block').filter((name) => name.startsWith('loop'))) {
    if (!isBackedBy(loop, image)) continue;
    const mounted = findMount(`/sys/block/${loop}`);
    return mounted === undefined
      ? `attached to /dev/${loop} (losetup -d /dev/${loop} detaches it)`
      : `${mounted} through /dev/${loop}`;
  }
  return undefined;
}

/** Mounted itself, or one of its partitions, or what is built on one of them. */
function findDiskMount(disk: BigIntStats): string | undefined {
  const number = formatDeviceNumber(splitDeviceNumber(disk.rdev));
  return findMount(`/sys/dev/block/${number}`);
}

/**
 * @param folder of a block device in /sys. Its partitions are subfolders, and what is built on it
 * (a volume group, a mapping that decrypts) is in `holders`.
 */
function findMount(folder: string, depth = 0): string | undefined {
  const number = readText(`${folder}/dev`)?.trim();
  const mount = parseMounts(readText('/proc/self/mountinfo') ?? '').find(
    ({ device }) => device === number,
  );
  if (mount !== undefined) return `mounted at ${mount.mountPoint}`;
  if (depth === 8) return undefined; // no stack of devices is as high
  const inside = [
    ...list(folder).filter((name) => readText(`${folder}/${name}/partition`) !== undefined),
    ...list(`${folder}/holders`).map((name) => `holders/${name}`),
  ];
  for (const name of inside) {
    const mounted = findMount(`${folder}/${name}`, depth + 1);
    if (mounted !== undefined) return mounted;
  }
  return undefined;
}

function isBackedBy(loop: string, image: BigIntStats): boolean {
  const path = readText(`/sys/block/${loop}/loop/backing_file`)?.replace(/\n$/, '');
  if (path === undefined) return false; // not attached
  try {
    const backing = statSync(path, { bigint: true });
    return backing.dev === image.dev && backing.ino === image.ino;
  } catch {
    return false; // deleted, or not to be seen from here
  }
}

function list(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

function readText(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}

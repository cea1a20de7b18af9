/** `daxkit cp`: files and trees out of images, by the rules of cp(1). */
import { statSync } from 'node:fs';
import { FileSystem, open } from '../index.js';
import type { Volume } from '../api/index.js';
import { FsError } from '../core/index.js';
import { libcProblem } from '../device/index.node.js';
import { treeSize } from '../transfer/index.js';
import { CopyOut, findDestination, pathFor, type Destination } from '../transfer/index.node.js';
import { isDirectory, type Inode } from '../vfs/index.js';
import { complain } from './complain.node.js';
import { CopyReport } from './copy-report.node.js';
import { Failure, UsageError } from './failure.js';
import { findInode, type ImageOptions } from './open-place.node.js';
import { parsePlace, type Place } from './place.node.js';
import { rawArgument } from './raw-arguments.node.js';

/** One source, and the path that it goes to. */
interface Job {
  readonly image: OpenImage;
  readonly inode: Inode;
  readonly path: Buffer;
}

interface OpenImage {
  readonly fs: FileSystem;
  readonly volume: Volume;
  readonly copier: CopyOut;
}

export async function cp(
  sources: readonly string[],
  target: string,
  { r: recursive = false, ...options }: ImageOptions & { readonly r?: boolean },
): Promise<number> {
  const destination = checkTarget(rawArgument(target), sources.length);
  const report = new CopyReport();
  const images = new Map<string, OpenImage>();
  try {
    const jobs: Job[] = [];
    for (const place of sources.map(parsePlace)) {
      try {
        const image = images.get(place.image) ?? (await openImage(place.image, options, report));
        images.set(place.image, image);
        jobs.push(planJob(image, place, destination, recursive, jobs));
      } catch (error) {
        report.failed(error);
      }
    }
    const inexact = libcProblem();
    if (inexact !== undefined) complain(`cp: times are kept to the microsecond only: ${inexact}`);
    await report.begin(() => totalSize(jobs));
    for (const { image, inode, path } of jobs) image.copier.copy(inode, path);
  } finally {
    report.end();
    for (const { fs } of images.values()) await fs.close();
  }
  return report.problems === 0 ? 0 : 1;
}

function checkTarget(target: Buffer, sourceCount: number): Destination {
  try {
    const { image, path } = parsePlace(target.toString());
    if (path.length > 1 && statSync(image, { throwIfNoEntry: false })?.isFile() === true)
      throw new UsageError('cp: copying into an image is not in this version');
    return findDestination(target, sourceCount);
  } catch (error) {
    throw error instanceof UsageError ? error : new Failure(target, error);
  }
}

async function openImage(
  image: string,
  { norecovery = false, partition }: ImageOptions,
  report: CopyReport,
): Promise<OpenImage> {
  try {
    const fs = await open(image, { norecovery, ...(partition === undefined ? {} : { partition }) });
    const volume = FileSystem.volume(fs);
    return { fs, volume, copier: new CopyOut(volume, statSync(image, { bigint: true }), report) };
  } catch (error) {
    throw new Failure(image, error);
  }
}

/** @throws Failure when cp(1) would leave this source out */
function planJob(
  image: OpenImage,
  place: Place,
  destination: Destination,
  recursive: boolean,
  jobs: readonly Job[],
): Job {
  const { inode } = findInode(image.volume, place, !recursive);
  const refuse = (detail: string): Failure =>
    new Failure(place.text, new FsError('EINVAL', { detail }));
  if (isDirectory(inode) && !recursive) throw refuse('a directory is left out without -r');
  const path = pathFor(destination, baseName(place.path));
  if (!isDirectory(inode) && destination.folder === undefined && destination.mustBeDirectory)
    throw refuse('a file does not go to a name with a slash at its end');
  const isMet = (job: Job): boolean =>
    job.path.equals(path) && !(isDirectory(job.inode) && isDirectory(inode));
  if (jobs.some(isMet)) throw refuse('would overwrite what this command has just made');
  return { image, inode, path };
}

/** The last component: "" for the root, and "." or ".." where it ends so. */
function baseName(path: Buffer): Buffer {
  let end = path.length;
  while (end > 0 && path[end - 1] === SLASH) end--;
  return path.subarray(path.subarray(0, end).lastIndexOf(SLASH) + 1, end);
}

const SLASH = 0x2f;

function totalSize(jobs: readonly Job[]): { bytes: number; entries: number } {
  const total = { bytes: 0, entries: 0 };
  for (const { image, inode } of jobs) {
    const { bytes, entries } = treeSize(image.volume.driver, inode);
    total.bytes += bytes;
    total.entries += entries;
  }
  return total;
}

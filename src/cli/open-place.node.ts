/** From a place to an open image, and to an inode in it. */
import { FileSystem, open } from '../index.js';
import type { Volume } from '../api/index.js';
import type { Place as TreePlace } from '../vfs/index.js';
import { isBrokenPipe } from './complain.node.js';
import { Failure } from './failure.js';
import type { Place } from './place.node.js';

/** Of every command that opens an image. */
export interface ImageOptions {
  readonly partition?: number;
  readonly norecovery?: boolean;
}

/** Opens the image for as long as `use` runs. @throws Failure that names the image */
export async function withImage<T>(
  image: string,
  { partition, norecovery = false }: ImageOptions,
  use: (fs: FileSystem, volume: Volume) => Promise<T> | T,
): Promise<T> {
  const fs = await openImage(image, {
    norecovery,
    ...(partition === undefined ? {} : { partition }),
  });
  try {
    return await use(fs, FileSystem.volume(fs));
  } finally {
    await fs.close();
  }
}

async function openImage(image: string, options: ImageOptions): Promise<FileSystem> {
  try {
    return await open(image, options);
  } catch (error) {
    throw new Failure(image, error);
  }
}

/** @throws Failure that names the place */
export function findInode(volume: Volume, place: Place, follow: boolean): TreePlace {
  return about(place, () => volume.tree.walk(place.path, follow));
}

/** Runs code whose errors are about this place. */
export function about<T>(place: Place, code: () => T): T {
  try {
    return code();
  } catch (error) {
    throw isBrokenPipe(error) || error instanceof Failure ? error : new Failure(place.text, error);
  }
}

/**
 * Making things exclusively: what is at a path afterwards was made by this call, or was a directory.
 */
import { lstatSync, mkdirSync, unlinkSync } from 'node:fs';
import { FsError } from '../core/index.js';

/** The image itself, which must not be overwritten by what is in it. */
export interface ImageIdentity {
  readonly dev: bigint;
  readonly ino: bigint;
}

/**
 * @param create fails with EEXIST when there is something at the path, be it a symbolic link
 * @param inNew the directory was empty when this copy began: so the image has the name twice
 * @throws FsError EEXIST where what is in the way must not go
 */
export function makeNew<T>(path: Buffer, inNew: boolean, image: ImageIdentity, create: () => T): T {
  try {
    return create();
  } catch (error) {
    if (!isExisting(error)) throw error;
  }
  if (inNew) throw nameMet();
  const stat = lstatSync(path, { bigint: true });
  if (stat.isDirectory())
    throw new FsError('EEXIST', { detail: 'cannot overwrite a directory with a non-directory' });
  if (stat.dev === image.dev && stat.ino === image.ino)
    throw new FsError('EEXIST', { detail: 'cannot overwrite the image with a file in it' });
  unlinkSync(path);
  return create();
}

/**
 * A directory at the path, of its owner alone where it is new.
 *
 * @returns whether it was made here
 */
export function makeDirectory(path: Buffer, inNew: boolean): boolean {
  try {
    mkdirSync(path, 0o700);
    return true;
  } catch (error) {
    if (!isExisting(error)) throw error;
  }
  if (inNew) throw nameMet();
  if (lstatSync(path).isDirectory()) return false;
  throw new FsError('EEXIST', { detail: 'cannot overwrite a non-directory with a directory' });
}

function isExisting(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'EEXIST';
}

function nameMet(): FsError {
  return new FsError('EEXIST', { detail: 'two names of the image are one on this host' });
}

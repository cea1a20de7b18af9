/**
 * Where a source goes: the rules of cp(1) for the name of the target.
 *
 *   target            source       becomes
 *   a directory       /a/name      target/name
 *   a directory       /a/., /      target itself: the contents are put into it
 *   anything else     any          target, which must not be missing with a slash at its end
 */
import { realpathSync, statSync } from 'node:fs';
import { FsError } from '../core/index.js';
import { joinPaths } from './host-path.node.js';

const SLASH = 0x2f;

export interface Destination {
  /** The target is a directory: here without links in its path. */
  readonly folder: Buffer | undefined;
  /** What to make where it is none. */
  readonly name: Buffer;
  /** The target can only be a directory: it ends in a slash. */
  readonly mustBeDirectory: boolean;
}

/** @throws FsError ENOTDIR when there are several sources and no directory for them */
export function findDestination(target: Buffer, sourceCount: number): Destination {
  const mustBeDirectory = target.at(-1) === SLASH;
  const stat = statSync(target, { throwIfNoEntry: false });
  const folder = stat?.isDirectory() === true ? realpathSync.native(target, 'buffer') : undefined;
  if (folder === undefined && (sourceCount > 1 || (stat !== undefined && mustBeDirectory)))
    throw new FsError('ENOTDIR', { detail: 'the target is no directory' });
  return { folder, name: withoutSlashes(target), mustBeDirectory };
}

/**
 * The path to make for one source.
 *
 * @param baseName last component of the source; "", "." and ".." stand for the contents of a directory
 */
export function pathFor({ folder, name }: Destination, baseName: Uint8Array): Buffer {
  if (folder === undefined) return name;
  const text = Buffer.from(baseName).toString('latin1');
  return text === '' || text === '.' || text === '..' ? folder : joinPaths(folder, baseName);
}

function withoutSlashes(path: Buffer): Buffer {
  let end = path.length;
  while (end > 1 && path[end - 1] === SLASH) end--;
  return path.subarray(0, end);
}

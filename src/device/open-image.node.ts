/** Opens the file behind a device: which files, with which flags, under which lock, and how large. */
import { closeSync, constants, fstatSync, openSync, readSync, statSync } from 'node:fs';
import type { BigIntStats } from 'node:fs';
import { FsError } from '../core/index.js';
import { readBlockGeometry } from './block-geometry.node.js';
import { explainExclusive, lockImage, unlockImage } from './image-lock.node.js';
import { isSystemError, openError } from './system-error.node.js';

export interface OpenImage {
  readonly path: string;
  readonly descriptor: number;
  readonly size: number;
  readonly sectorSize: number;
  /** A regular file can be shortened by somebody else; a block device cannot. */
  readonly isFile: boolean;
}

/** @throws FsError that names the path, and the reason where the code alone does not say it. */
export function openImage(path: string, readOnly: boolean, directIo: boolean): OpenImage {
  const descriptor = openDescriptor(path, readOnly, directIo);
  try {
    const stat = fstatSync(descriptor, { bigint: true });
    lockImage(descriptor, stat, path, readOnly);
    const isFile = stat.isFile();
    const geometry = isFile
      ? { size: Number(stat.size), sectorSize: 512 }
      : readBlockGeometry(descriptor, stat);
    return { path, descriptor, isFile, ...geometry };
  } catch (error) {
    closeSync(descriptor);
    throw openError(error, path);
  }
}

export function closeImage({ descriptor }: OpenImage): void {
  unlockImage(descriptor);
  closeSync(descriptor);
}

function openDescriptor(path: string, readOnly: boolean, directIo: boolean): number {
  const stat = statImage(path);
  let flags = readOnly ? constants.O_RDONLY : constants.O_RDWR;
  if (directIo) flags |= directFlag(path);
  // On a block device, and without O_CREAT: nobody else has it exclusively, nor do mounts, till close.
  if (!readOnly && stat.isBlockDevice()) flags |= constants.O_EXCL;
  try {
    return openSync(path, flags);
  } catch (error) {
    const code = isSystemError(error) ? error.code : '';
    if (code === 'EBUSY' && stat.isBlockDevice()) throw explainExclusive(stat, path);
    if (code === 'EINVAL' && directIo) throw refusesDirect(path);
    throw openError(error, path);
  }
}

/** Looks before it opens: to open a fifo would wait for a writer. */
function statImage(path: string): BigIntStats {
  let stat;
  try {
    stat = statSync(path, { bigint: true });
  } catch (error) {
    throw openError(error, path);
  }
  if (stat.isFile() || stat.isBlockDevice()) return stat;
  if (stat.isDirectory()) throw new FsError('EISDIR', { syscall: 'open', path });
  throw new FsError('EINVAL', {
    detail: 'an image is a regular file or a block device',
    syscall: 'open',
    path,
  });
}

function directFlag(path: string): number {
  if (constants.O_DIRECT !== undefined) return constants.O_DIRECT;
  throw refusesDirect(path);
}

function refusesDirect(path: string): FsError {
  return new FsError('ENOTSUP', {
    detail: 'its file system refuses direct I/O (O_DIRECT): open it without',
    syscall: 'open',
    path,
  });
}

/**
 * What direct I/O must be aligned to: the sector of a block device; what a file's system demands is
 * found by asking for less.
 * @param memory page-aligned, at least 4096 bytes
 */
export function findDirectUnit(image: OpenImage, memory: Uint8Array): number {
  if (!image.isFile) return image.sectorSize;
  for (const unit of [512, 4096]) {
    try {
      readSync(image.descriptor, memory, 0, unit, 0);
      return unit;
    } catch (error) {
      if (!isSystemError(error) || error.code !== 'EINVAL') throw openError(error, image.path);
    }
  }
  throw refusesDirect(image.path);
}

/** `daxkit cat`: contents of files, from the pages of the image straight into standard output. */
import type { Volume } from '../api/index.js';
import { FsError } from '../core/index.js';
import { fileParts } from '../transfer/index.js';
import { isDirectory, isRegular, type Inode } from '../vfs/index.js';
import { complain, isBrokenPipe } from './complain.node.js';
import { DeviceBytes } from './device-bytes.js';
import { describeFailure } from './failure.js';
import { about, findInode, withImage, type ImageOptions } from './open-place.node.js';
import { Output } from './output.node.js';
import { parsePlace } from './place.node.js';

const ZEROS = new Uint8Array(1024 * 1024);

/** What cannot be read is reported; the rest is written. */
export async function cat(places: readonly string[], options: ImageOptions): Promise<number> {
  const output = new Output();
  let status = 0;
  for (const place of places.map(parsePlace)) {
    try {
      await withImage(place.image, options, (_fs, volume) => {
        const { inode } = findInode(volume, place, true);
        about(place, () => writeContents(output, volume, inode));
      });
    } catch (error) {
      if (isBrokenPipe(error)) throw error;
      complain(describeFailure(error));
      status = 1;
    }
  }
  return status;
}

function writeContents(output: Output, volume: Volume, inode: Inode): void {
  if (isDirectory(inode)) throw new FsError('EISDIR', { detail: 'is a directory' });
  if (!isRegular(inode)) throw new FsError('EINVAL', { detail: 'not a regular file' });
  const bytes = new DeviceBytes(volume.driver.device);
  for (const { length, address } of fileParts(volume.source, inode)) {
    for (let at = 0; at < length;) {
      const left = length - at;
      const piece =
        address === undefined
          ? ZEROS.subarray(0, Math.min(left, ZEROS.length))
          : bytes.at(address + at, left);
      output.write(piece);
      at += piece.length;
    }
  }
}

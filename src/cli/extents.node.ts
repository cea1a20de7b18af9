/** `daxkit extents`: where the blocks of a file are, as `filefrag -v` tells it, in bytes. */
import type { Extent } from '../api/index.js';
import { FsError } from '../core/index.js';
import { isRegular } from '../vfs/index.js';
import { Failure } from './failure.js';
import { findInode, withImage, type ImageOptions } from './open-place.node.js';
import { Output } from './output.node.js';
import { parsePlace } from './place.node.js';
import { alignColumns } from './columns.js';

export async function extents(
  argument: string,
  { json = false, ...options }: ImageOptions & { readonly json?: boolean },
): Promise<number> {
  const place = parsePlace(argument);
  const list = await withImage(place.image, options, async (fs, volume) => {
    if (!isRegular(findInode(volume, place, true).inode))
      throw new Failure(place.text, new FsError('EINVAL', { detail: 'not a regular file' }));
    try {
      return await (await fs.open(place.path)).extents();
    } catch (error) {
      throw new Failure(place.text, error);
    }
  });
  const output = new Output();
  if (json) output.json(list);
  else for (const line of table(list)) output.line(line);
  output.flush();
  return 0;
}

function table(list: readonly Extent[]): string[] {
  const rows = list.map((extent, index) => [
    String(index),
    String(extent.offset),
    String(extent.physical),
    String(extent.length),
    flagsOf(extent, index === list.length - 1),
  ]);
  return alignColumns([['', 'logical', 'physical', 'length', 'flags'], ...rows], [0, 1, 2, 3]);
}

/** Names of FIEMAP's flags. */
function flagsOf({ unwritten, shared }: Extent, isLast: boolean): string {
  const flags = [isLast && 'last', unwritten && 'unwritten', shared && 'shared'];
  return flags.filter((flag) => flag !== false).join(',');
}

/** XFS behind the iomap seam: where the blocks of a file are. */
import { FsError } from '../core/index.js';
import type { IomapMapping, IomapOps } from '../iomap/index.js';
import type { Inode } from '../vfs/index.js';
import { sharedRun } from './ag/reference-counts.js';
import { FILE_BLOCKS_MAX, lookupRun } from './bmap/lookup.js';
import type { XfsInode } from './inode/inode.js';
import type { Mount } from './mount.js';

export function xfsIomapOps(mount: Mount): IomapOps {
  const { geometry } = mount;
  return {
    blockBytes: geometry.blockBytes,
    begin(vfsInode: Inode, block: number, length: number, report: boolean): IomapMapping {
      const inode = vfsInode as XfsInode;
      if (block >= FILE_BLOCKS_MAX)
        throw new FsError('EFBIG', { detail: 'beyond 2^62 on 512-byte blocks' });
      const run = lookupRun(mount, inode, inode.data, block);
      const blocks = Math.min(run.length, length);
      if (run.start === undefined)
        return { type: 'hole', block, length: blocks, address: 0, shared: false };
      const type = run.unwritten ? 'unwritten' : 'mapped';
      const address = geometry.blockAddress(run.start);
      if (!report || !inode.isReflinked)
        return { type, block, length: blocks, address, shared: false };
      const agno = geometry.agno(run.start);
      const part = sharedRun(mount, agno, geometry.agblock(run.start), blocks);
      return { type, block, length: part.length, address, shared: part.shared };
    },
  };
}

/**
 * Images that want to keep their reader busy, fill its memory, or have it believe them. Each is made of a
 * fixture, with checksums in order; the rule that finds it out is named, and the work until then bounded.
 */
import { equal, ok, rejects, strictEqual } from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import type { FileSystem } from '#src/api/index.js';
import { DaHeader, DaMagic, daMagic } from '#src/xfs/format/da-block.js';
import { BMAP_ROOT_HEADER_BYTES, Dinode, dataFork } from '#src/xfs/format/dinode.js';
import { LEAF_SPACE } from '#src/xfs/format/dir-data.js';
import { readShortEntry, shortHeaderBytes } from '#src/xfs/format/dir-short.js';
import { readExtent, writeExtent } from '#src/xfs/format/extent.js';
import { hashName } from '#src/xfs/format/hash.js';
import { Forgery } from './forgery.js';
import { mutatedDevice } from './edits.js';
import { ImageModel, openImage } from './model.js';
import { errorText } from './probe.js';
import type { Site } from './site.js';

const models = new Map<string, ImageModel>();

before(async () => {
  for (const name of ['forms', 'forms-deep', 'nrext64', 'v4-block-512'])
    models.set(name, await ImageModel.load(name));
});

const forge = (image: string): Forgery => new Forgery(models.get(image)!);

const isCorrupt = (rule: string): { name: string; rule: string } => ({
  name: 'CorruptError',
  rule,
});

/** Where the literal area of a v5 inode begins. */
const FORK_AT = Dinode.bytes;

const setSize = (view: DataView, bytes: bigint): void =>
  view.setBigUint64(Dinode.offsets.size, bytes);

/** Of the entry with this index in a short directory: where it lies in its inode, and what it says. */
function shortEntry(view: DataView, index: number): ReturnType<typeof readShortEntry> {
  let entry = readShortEntry(view, FORK_AT, FORK_AT + shortHeaderBytes(view, FORK_AT), true);
  for (let i = 0; i < index; i++) entry = readShortEntry(view, FORK_AT, entry.next, true);
  return entry;
}

const inoOf = async (fs: FileSystem, path: string): Promise<number> => (await fs.lstat(path)).ino;

describe('directories that lead back', () => {
  it('end a recursive listing: one that is its own descendant', async () => {
    const forgery = forge('forms');
    const { rootIno } = forgery.model.geometry;
    forgery.changeInode('/dirs/short', (view) => {
      for (let i = 0; i < view.getUint8(FORK_AT); i++)
        view.setUint32(shortEntry(view, i).next - 4, rootIno);
    });
    const { fs, effort } = await forgery.open();
    await rejects(fs.readdir('/', { recursive: true }), isCorrupt('a directory has one parent'));
    ok(effort.steps < 2000, `${effort.steps} steps`);
    strictEqual((await fs.readFile('/readme.txt')).length > 0, true, 'the rest can be read');
  });

  it('end a recursive listing: one under two names', async () => {
    const forgery = forge('forms');
    const pristine = await openImage(mutatedDevice(forgery.model, { edits: [], repaired: false }));
    const attrs = await inoOf(pristine, '/attrs');
    forgery.changeInode('/', (view) => {
      for (let i = 0; i < view.getUint8(FORK_AT); i++) {
        const entry = shortEntry(view, i);
        if (entry.type === 2) view.setUint32(entry.next - 4, attrs);
      }
    });
    const { fs } = await forgery.open();
    await rejects(fs.readdir('/', { recursive: true }), isCorrupt('a directory has one parent'));
  });
});

describe('names that are none', () => {
  const SHORT = 'short directory: names are not empty, "." or "..", and have no NUL and no slash';
  const BLOCK = 'directory entry: the name is not empty and has no NUL and no slash';

  for (const [what, bytes] of [
    ['a slash', [0x2f]],
    ['a NUL', [0]],
  ] as const) {
    it(`${what} in a short directory`, async () => {
      const forgery = forge('forms').changeInode('/dirs/short', (view) => {
        view.setUint8(shortEntry(view, 0).nameAt, bytes[0]);
      });
      const { fs } = await forgery.open();
      await rejects(fs.readdir('/dirs/short'), isCorrupt(SHORT));
      await rejects(fs.lstat('/dirs/short/file'), isCorrupt(SHORT));
    });

    it(`${what} in a directory block`, async () => {
      const forgery = forge('forms');
      const [block] = forgery.sites('directory data block', '/dirs/block');
      forgery.change(block!, (view) => {
        const third = 64 + 16 + 16; // behind the header, "." and ".."
        view.setUint8(third + 9, bytes[0]);
      });
      const { fs } = await forgery.open();
      await rejects(fs.readdir('/dirs/block'), isCorrupt(BLOCK));
    });
  }

  it('".." in a short directory', async () => {
    const forgery = forge('nrext64').changeInode('/', (view) => {
      const entry = [0, 1, 2, 3]
        .map((i) => shortEntry(view, i))
        .find(({ nameLength }) => nameLength > 2)!;
      const spare = entry.nameLength - 2;
      // The name shrinks to "..", the entries behind it move up.
      view.setUint8(entry.at, 2);
      new Uint8Array(view.buffer, entry.nameAt, 2).fill(0x2e);
      new Uint8Array(view.buffer).copyWithin(entry.nameAt + 2, entry.nameAt + entry.nameLength);
      setSize(view, view.getBigUint64(Dinode.offsets.size) - BigInt(spare));
    });
    const { fs } = await forgery.open();
    await rejects(fs.readdir('/'), isCorrupt(SHORT));
  });

  it('a NUL in the target of a symbolic link', async () => {
    const forgery = forge('forms').changeInode('/symlinks/dangling', (view) =>
      view.setUint8(FORK_AT, 0),
    );
    const { fs } = await forgery.open();
    const rule = isCorrupt('the target of a symbolic link has no NUL');
    await rejects(fs.readlink('/symlinks/dangling'), rule);
    await rejects(fs.stat('/symlinks/dangling'), rule);
  });

  it('a NUL in the name of an attribute', async () => {
    const forgery = forge('forms');
    const [leaf] = forgery.sites('attribute block', '/attrs/leaf');
    forgery.change(leaf!, (view) => view.setUint8(view.getUint16(80 + 4) + 3, 0));
    forgery.changeInode('/attrs/short', (view) => {
      const at = FORK_AT + view.getUint8(Dinode.offsets.forkOffset) * 8;
      view.setUint8(at + 4 + 3, 0);
    });
    const { fs } = await forgery.open();
    await rejects(
      fs.listxattr('/attrs/leaf'),
      isCorrupt('attribute leaf: names are not empty and have no NUL'),
    );
    await rejects(
      fs.listxattr('/attrs/short'),
      isCorrupt('short attributes: names are not empty and have no NUL'),
    );
  });
});

describe('chains of leaves that are rings', () => {
  const { forward, back } = DaHeader.offsets;
  const RING = isCorrupt('leaves form a chain, not a loop');

  it('of attributes, with pointers that agree', async () => {
    for (const image of ['forms', 'v4-block-512']) {
      const forgery = forge(image);
      const [, first, second] = forgery.sites('attribute block', '/attrs/node');
      const firstAt = forgery.view(second!).getUint32(back);
      const secondAt = forgery.view(first!).getUint32(forward);
      forgery.change(first!, (view) => view.setUint32(back, secondAt));
      forgery.change(second!, (view) => view.setUint32(forward, firstAt));
      const { fs, effort } = await forgery.open();
      await rejects(fs.listxattr('/attrs/node'), RING);
      ok(effort.steps < 60, `${image}: ${effort.steps} steps`);
    }
  });

  it('of attributes, leading into the middle', async () => {
    const forgery = forge('forms-deep');
    const leaves = forgery.sites('attribute block', '/many-attributes').slice(3, 20);
    const intoAt = forgery.view(leaves[4]!).getUint32(forward);
    forgery.change(leaves[12]!, (view) => view.setUint32(forward, intoAt));
    const { fs, effort } = await forgery.open();
    await rejects(fs.listxattr('/many-attributes'), RING);
    ok(effort.steps < 1000, `${effort.steps} steps`);
  });

  it('of a directory, met by a lookup of a hash that all leaves have', async () => {
    const forgery = forge('forms');
    const { blockBytes } = forgery.model.geometry;
    const name = 'nobody has this name';
    const hash = hashName(Buffer.from(name));
    const blocks = forgery.sites('directory index block', '/dirs/node');
    const isRoot = (site: Site): boolean => daMagic(forgery.view(site)) === DaMagic.nodeV3;
    const root = blocks.find(isRoot)!;
    const leaves = blocks.filter((site) => !isRoot(site));
    const base = LEAF_SPACE / blockBytes;
    const START = 64;
    const COUNT_AT = 56;
    forgery.change(root, (view) => {
      equal(view.getUint16(COUNT_AT + 2), 1, 'the root is right above the leaves');
      view.setUint16(COUNT_AT, 1);
      view.setUint32(START, 0xffff_ffff);
    });
    // The first leaf, by the pointer of the root's first entry; it becomes a ring of its own with its next.
    const places = new Map(leaves.map((leaf) => [forgery.view(leaf).getUint32(back), leaf]));
    const first = places.get(0)!;
    const firstAt = forgery.view(root).getUint32(START + 4);
    const second = places.get(firstAt)!;
    const secondAt = forgery.view(first).getUint32(forward);
    ok(firstAt >= base && secondAt >= base);
    for (const [leaf, next] of [
      [first, secondAt],
      [second, firstAt],
    ] as const)
      forgery.change(leaf, (view) => {
        view.setUint32(forward, next);
        view.setUint32(back, next);
        for (let i = 0; i < view.getUint16(COUNT_AT); i++) {
          view.setUint32(START + i * 8, hash);
          view.setUint32(START + i * 8 + 4, 0); // stale: nothing to compare with
        }
      });
    const { fs, effort } = await forgery.open();
    await rejects(fs.lstat(`/dirs/node/${name}`), RING);
    ok(effort.steps < 60, `${effort.steps} steps`);
  });
});

describe('block maps', () => {
  it('whose pointers all lead to one child', async () => {
    const forgery = forge('forms-deep').changeInode('/many-extents', (view) => {
      const { at, length } = dataFork(new Dinode(view), models.get('forms-deep')!.geometry);
      const entriesMax = Math.floor((length - BMAP_ROOT_HEADER_BYTES) / 16);
      const keysAt = at + BMAP_ROOT_HEADER_BYTES;
      const pointersAt = keysAt + entriesMax * 8;
      view.setUint16(at + 2, entriesMax);
      for (let i = 1; i < entriesMax; i++) {
        view.setBigUint64(keysAt + i * 8, view.getBigUint64(keysAt) + BigInt(i));
        view.setBigUint64(pointersAt + i * 8, view.getBigUint64(pointersAt));
      }
    });
    const { fs, effort } = await forgery.open();
    const handle = await fs.open('/many-extents');
    await rejects(handle.extents(), isCorrupt('a block begins with the key above it'));
    ok(effort.steps < 2000, `${effort.steps} steps`);
  });

  it('in which a node leads to itself', async () => {
    const forgery = forge('forms-deep');
    const [node] = forgery.sites('block map block', '/many-extents');
    forgery.change(node!, (view) => {
      equal(view.getUint16(4), 1, 'a node above leaves');
      const { blockBytes } = forgery.model.geometry;
      const pointersAt = 72 + Math.floor((blockBytes - 72) / 16) * 8;
      view.setBigUint64(pointersAt, BigInt(node!.pieces[0]!.address / blockBytes));
    });
    const { fs } = await forgery.open();
    const handle = await fs.open('/many-extents');
    await rejects(handle.extents(), { name: 'CorruptError' });
  });

  it('with extents that overlap', async () => {
    const forgery = forge('forms').changeInode('/data/sparse', (view) => {
      const extent = readExtent(view, FORK_AT);
      const next = readExtent(view, FORK_AT + 16);
      writeExtent(view, FORK_AT, { ...extent, length: next.block - extent.block + 1 });
    });
    const { fs } = await forgery.open();
    await rejects(fs.open('/data/sparse'), isCorrupt('extents ascend and do not overlap'));
  });

  it('with more extents than blocks, up to 2^48', async () => {
    const classic = forge('forms').changeInode('/data/dense', (view) => {
      view.setUint32(Dinode.offsets.extents, 0xffff_ffff);
    });
    const { fs } = await classic.open();
    await rejects(fs.stat('/data/dense'), isCorrupt('extents fit the fork'));
    const large = forge('nrext64').changeInode('/data/btree', (view) => {
      view.setBigUint64(Dinode.offsets.bigExtents, 2n ** 48n - 1n);
    });
    await rejects(
      (await large.open()).fs.stat('/data/btree'),
      isCorrupt('inode.extents: each has a block'),
    );
  });
});

describe('sizes', () => {
  it('of a directory: no more than the volume', async () => {
    const forgery = forge('forms').changeInode('/dirs/leaf', (view) =>
      setSize(view, 2n ** 63n - 1n),
    );
    const { fs } = await forgery.open();
    await rejects(fs.readdir('/dirs/leaf'), isCorrupt('a directory is smaller than the volume'));
  });

  it('of a file: 2^63 - 1 bytes of nothing cost nothing', async () => {
    const forgery = forge('forms').changeInode('/data/hole-only', (view) =>
      setSize(view, 2n ** 63n - 1n),
    );
    const { fs, effort } = await forgery.open();
    const handle = await fs.open('/data/hole-only');
    const buffer = new Uint8Array(16);
    equal((await handle.read(buffer, 0, 16, 2n ** 63n - 2n)).bytesRead, 1);
    equal(await handle.seekHole(2n ** 62n), 2n ** 62n);
    await rejects(handle.seekData(0), { code: 'ENXIO' });
    await rejects(handle.mmap(), { code: 'EOVERFLOW' });
    await rejects(handle.readFile(), { code: 'EFBIG' });
    ok(effort.steps < 100, `${effort.steps} steps`);
  });

  it('on blocks of 512 bytes: exact below 2^62, refused from there on', async () => {
    const path = '/data/dense';
    const open = async (size: bigint): Promise<FileSystem> =>
      (
        await forge('v4-block-512')
          .changeInode(path, (view) => setSize(view, size))
          .open()
      ).fs;
    equal((await (await open(2n ** 62n - 1n)).stat(path, { bigint: true })).size, 2n ** 62n - 1n);
    await rejects((await open(2n ** 63n - 1n)).stat(path), { code: 'EOVERFLOW' });
  });

  it('of a remote attribute value: 65,536 bytes at most', async () => {
    const forgery = forge('forms');
    const [leaf] = forgery.sites('attribute block', '/attrs/remote');
    forgery.change(leaf!, (view) => {
      const nameAt = view.getUint16(80 + 4);
      view.setUint32(nameAt + 4, 0xffff_ffff);
    });
    const { fs } = await forgery.open();
    const names = await fs.listxattr('/attrs/remote');
    const errors = await Promise.all(
      names.map((name) =>
        fs.getxattr('/attrs/remote', name).then(
          () => '',
          (error: unknown) => errorText('', error),
        ),
      ),
    );
    equal(
      errors.filter((text) => text.includes('attribute values are at most 65536 bytes')).length,
      1,
    );
  });
});

describe('the superblock', () => {
  it('has no bit whose change goes unnoticed', async () => {
    const { model } = forge('nrext64');
    const site = model.site('superblock of the volume');
    const bytes = model.bytesOf(site);
    for (let bit = 0; bit < bytes.length * 8; bit++) {
      const at = bit >>> 3;
      const hex = (bytes[at]! ^ (1 << (bit & 7))).toString(16).padStart(2, '0');
      const device = mutatedDevice(model, {
        edits: [{ site: site.name, at, hex }],
        repaired: false,
      });
      const opened = await openImage(device).then(
        () => true,
        (error: unknown) => errorText('open', error) === '',
      );
      ok(!opened, `bit ${bit & 7} of byte ${at}`);
    }
  });
});

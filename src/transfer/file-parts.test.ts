import { deepEqual } from 'node:assert/strict';
import { test } from 'node:test';
import type { FileSource, IomapMapping } from '../iomap/index.js';
import type { Inode } from '../vfs/index.js';
import { fileParts, type FilePart } from './file-parts.js';

const BLOCK = 4096;

/** A file of runs of [type, blocks, address], and its parts. */
function partsOf(
  runs: readonly (readonly [type: IomapMapping['type'], blocks: number, address: number])[],
  size: { block: number; byte: number },
): FilePart[] {
  const begin = (_inode: Inode, block: number, length: number): IomapMapping => {
    let start = 0;
    for (const [type, blocks, address] of runs) {
      if (block < start + blocks) {
        const into = block - start;
        const part = { block, length: Math.min(blocks - into, length), shared: false };
        return { ...part, type, address: type === 'hole' ? 0 : address + into * BLOCK };
      }
      start += blocks;
    }
    return { type: 'hole', block, length, address: 0, shared: false };
  };
  const source = { iomap: { blockBytes: BLOCK, begin } } as unknown as FileSource;
  return [...fileParts(source, { size } as Inode)];
}

test('data lies where it lies, holes and unwritten blocks are zeros, the end is exact', () => {
  const runs = [
    ['mapped', 2, 81920],
    ['hole', 1, 0],
    ['unwritten', 1, 40960],
    ['mapped', 9, 409600],
  ] as const;
  deepEqual(partsOf(runs, { block: 5, byte: 7 }), [
    { position: 0, length: 8192, address: 81920 },
    { position: 8192, length: 4096, address: undefined },
    { position: 12288, length: 4096, address: undefined },
    { position: 16384, length: 4103, address: 409600 },
  ]);
});

test('an empty file has no parts', () => {
  deepEqual(partsOf([['mapped', 4, 4096]], { block: 0, byte: 0 }), []);
});

test('a hole of exabytes comes in parts whose ends are exact', () => {
  const source = partsOf([], { block: 2 ** 28 + 1, byte: 1 });
  deepEqual(source, [
    { position: 0, length: 2 ** 40, address: undefined },
    { position: 2 ** 40, length: 4097, address: undefined },
  ]);
});

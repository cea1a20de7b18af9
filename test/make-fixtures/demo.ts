/**
 * The image of `daxkit demo`: a tree to look at, and three files of more than 64 MiB to map: one extent,
 * a thousand and more extents in disorder, and mostly holes.
 */
import { Allocate, type TreeWriter } from '../support/tree-writer.js';
import { mkfs, MIB } from '../support/mkfs.js';
import { describe, fill, type Recipe } from './image.js';

const PAGE = 4096;
const PIECE_BYTES = 8 * PAGE;

/** Not a whole number of blocks: the rest of the last one reads as zeros. */
const DENSE_BYTES = 64 * MIB + 1000;
const FRAGMENTED_BYTES = 64 * MIB;
/** Its first double; the other file begins at 0. */
const FRAGMENTED_FIRST = 1_000_000;
const SPARSE_BYTES = 96 * MIB;
const SPARSE_RUNS = 12;
const SPARSE_RUN_BYTES = 16 * PAGE;

export const demoRecipe: Recipe = {
  name: 'demo',
  about: 'the image of `daxkit demo`: a readable tree and three large files to map',
  async make(path) {
    const options = ['-L', 'daxkit demo', '-d', 'agcount=2'];
    const commands = [mkfs(path, { bytes: 152 * MIB, options })];
    await fill(path, fillDemo);
    const record = await describe(path);
    const extentsOf = (name: string): number =>
      record.entries.find((entry) => entry.path === name)?.extents?.length ?? 0;
    if (extentsOf('/data/ramp.f64') !== 1) throw new Error('the dense file is not in one piece');
    if (extentsOf('/data/fragmented.f64') < 1000) throw new Error('too few fragments');
    return { commands, fileSystems: [record] };
  },
};

function fillDemo(tree: TreeWriter): void {
  // The large files first, while free space is in one piece.
  tree.directory('/data');
  fillDense(tree);
  fillFragmented(tree);
  fillSparse(tree);
  fillSmallFiles(tree);
}

/**
 * Page `page` of a table of doubles that climbs by one with every page: each page is different, so that
 * one in the wrong place shows, and the sum over a file is known exactly.
 */
function rampPages(first: number, from: number, count: number): Buffer {
  const perPage = PAGE / 8;
  const values = new Float64Array(count * perPage);
  for (let page = 0; page < count; page++) {
    values.fill(first + from + page, page * perPage, (page + 1) * perPage);
  }
  return Buffer.from(values.buffer);
}

function fillDense(tree: TreeWriter): void {
  const path = '/data/ramp.f64';
  tree.file(path);
  tree.allocate(path, Allocate.grow, 0, DENSE_BYTES);
  const pages = rampPages(0, 0, Math.ceil(DENSE_BYTES / PAGE));
  tree.writeAt(path, 0, pages.subarray(0, DENSE_BYTES));
}

/**
 * Written in the order of the disk to a first file, piece by piece; the real file then takes the pieces
 * over in the right order by reflink, and the first one goes. 389 is odd, so that every piece of
 * 2048 is met once.
 */
function fillFragmented(tree: TreeWriter): void {
  const pieces = FRAGMENTED_BYTES / PIECE_BYTES;
  const pieceAt = (place: number): number => (place * 389 + 7) % pieces;
  const places = Array.from({ length: pieces }, (_, place) => place);
  const pagesPerPiece = PIECE_BYTES / PAGE;
  tree.file('/data/shuffled');
  tree.allocate('/data/shuffled', Allocate.grow, 0, FRAGMENTED_BYTES);
  tree.writeEach(
    '/data/shuffled',
    places.map((place) => [
      place * PIECE_BYTES,
      rampPages(FRAGMENTED_FIRST, pieceAt(place) * pagesPerPiece, pagesPerPiece),
    ]),
  );
  tree.file('/data/fragmented.f64');
  for (const place of places) {
    const to = pieceAt(place) * PIECE_BYTES;
    tree.clone('/data/shuffled', '/data/fragmented.f64', place * PIECE_BYTES, to, PIECE_BYTES);
  }
  tree.remove('/data/shuffled');
}

function fillSparse(tree: TreeWriter): void {
  const path = '/data/sparse.log';
  tree.file(path);
  tree.truncate(path, SPARSE_BYTES);
  const runs = Array.from({ length: SPARSE_RUNS }, (_, run) => run);
  tree.writeEach(
    path,
    runs.map((run) => [run * 8 * MIB, sparseRun(run)]),
  );
}

/** Lines of 64 bytes. */
function sparseRun(run: number): Buffer {
  const lines = Array.from({ length: SPARSE_RUN_BYTES / 64 }, (_, line) =>
    `run ${run}, line ${line}: a hole of megabytes lies behind us`.padEnd(63, '.').concat('\n'),
  );
  return Buffer.from(lines.join(''));
}

const README = `This file system was made by mkfs.xfs and written by the Linux kernel.

  bin/   a program, and a second name of it
  data/  ramp.f64        doubles in one extent; on page p of 4 KiB each of them is p
         fragmented.f64  such a table from 1,000,000 on, in two thousand extents in disorder
         sparse.log      lines of text, and holes between them
         reserved.bin    blocks that were allocated and never written: they read as zeros
         report.txt      and its snapshot, which shares its blocks
  docs/  what you are reading; notes with extended attributes and an access control list
  run/   a fifo
`;

function fillSmallFiles(tree: TreeWriter): void {
  tree.directory('/bin');
  tree.file('/bin/hello', '#!/bin/sh\necho "hello from inside an XFS image"\n', 0o755);
  tree.link('/bin/hello-again', '/bin/hello');
  tree.directory('/docs');
  tree.file('/docs/README.txt', README);
  tree.directory('/docs/guide');
  for (const [number, title] of ['open', 'browse', 'copy', 'map'].entries()) {
    tree.file(
      `/docs/guide/${number + 1}-${title}.md`,
      `# How to ${title}\n\nSee \`daxkit help\`.\n`,
    );
  }
  tree.file('/docs/notes.txt', 'Notes that others may read, and one may write.\n', 0o640);
  tree.owner('/docs/notes.txt', 1000, 1000);
  tree.xattr('/docs/notes.txt', 'user.author', 'daxkit');
  tree.xattr('/docs/notes.txt', 'user.mime_type', 'text/plain');
  tree.xattr('/docs/notes.txt', 'trusted.origin', 'fixtures/README.md');
  tree.acl('/docs/notes.txt', 'u:1001:rw,g:2000:r');
  tree.symlink('/docs/data', '../data');
  tree.symlink('/README', 'docs/README.txt');
  tree.file('/data/reserved.bin');
  tree.allocate('/data/reserved.bin', Allocate.grow, 0, MIB);
  tree.file('/data/report.txt', 'All is well.\n'.repeat(2000));
  tree.file('/data/report-snapshot.txt');
  tree.clone('/data/report.txt', '/data/report-snapshot.txt');
  tree.directory('/run', 0o1777);
  tree.fifo('/run/queue', 0o600);
}

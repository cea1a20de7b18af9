/**
 * `daxkit demo`: opens the image that comes with daxkit, shows what is in it, maps its large files, and
 * checks every mapped byte against what is known of them.
 */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { FileSystem, open, type Mapping } from '../index.js';
import type { Volume } from '../api/index.js';
import { libcProblem } from '../device/index.node.js';
import { alignColumns } from './columns.js';
import { withDemoImage } from './demo-image.node.js';
import { writeInfo } from './info.node.js';
import { Output } from './output.node.js';
import { SortedWalk, drawTree } from './tree.node.js';
import { countText, sizeText } from './units.js';

/** What fixtures/demo.json says of a file. */
interface KnownFile {
  readonly path: string;
  readonly size: number;
  readonly sha256: string;
  readonly extents: readonly unknown[];
}

const LARGE_BYTES = 64 * 1024 * 1024;

export async function demo(): Promise<number> {
  return withDemoImage(async (image) => {
    const fs = await open(image);
    try {
      return await show(fs, new Output());
    } finally {
      await fs.close();
    }
  });
}

async function show(fs: FileSystem, output: Output): Promise<number> {
  const volume = FileSystem.volume(fs);
  const access = volume.driver.device.direct === undefined ? 'read' : 'mapped';
  output.line('demo.img: made by mkfs.xfs, written by the Linux kernel; here nothing is mounted.');
  output.line();
  output.line('$ daxkit info demo.img');
  writeInfo(output, {
    image: 'demo.img',
    info: await fs.info(),
    access,
    offset: 0,
    partitions: [],
  });
  output.line();
  output.line('$ daxkit tree demo.img');
  showTree(output, volume);
  output.line();
  output.flush();
  const rows = [];
  for (const file of largeFiles()) rows.push(await mapFile(fs, file));
  output.line('Files inside the image as memory, each as one ArrayBuffer (await file.mmap()):');
  output.line();
  showRows(output, rows);
  output.line();
  const isGood = rows.every((row) => row.isGood);
  output.line(conclusion(rows, isGood));
  output.flush();
  return isGood ? 0 : 1;
}

function showTree(output: Output, { driver, tree }: Volume): void {
  drawTree(output, new SortedWalk(driver).steps(tree.inode(driver.rootIno)));
}

function largeFiles(): KnownFile[] {
  const text = readFileSync(new URL('../../fixtures/demo.json', import.meta.url), 'utf8');
  const { fileSystems } = JSON.parse(text) as { fileSystems: { entries: KnownFile[] }[] };
  return fileSystems.flatMap(({ entries }) => entries.filter(({ size }) => size >= LARGE_BYTES));
}

interface Row {
  readonly file: KnownFile;
  readonly mode: Mapping['mode'];
  readonly extentCount: number;
  readonly copiedBytes: number;
  /** Milliseconds; of mapping, the quickest of some. */
  readonly mapTime: number;
  readonly firstSumTime: number;
  readonly nextSumTime: number;
  readonly isGood: boolean;
}

const MAPPINGS = 5;

async function mapFile(fs: FileSystem, file: KnownFile): Promise<Row> {
  const handle = await fs.open(file.path);
  let mapTime = Infinity;
  for (let i = 1; i < MAPPINGS; i++) {
    const start = performance.now();
    (await handle.mmap()).close();
    mapTime = Math.min(mapTime, performance.now() - start);
  }
  const mapping = await handle.mmap();
  const { buffer, bytes, mode, extents, copiedBytes } = mapping;
  const firstSumTime = time(() => sum(buffer));
  const nextSumTime = time(() => sum(buffer));
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  mapping.close();
  const isGood = sha256 === file.sha256 && extents.length === file.extents.length;
  const extentCount = extents.length;
  return { file, mode, extentCount, copiedBytes, mapTime, firstSumTime, nextSumTime, isGood };
}

function time(code: () => void): number {
  const start = performance.now();
  code();
  return performance.now() - start;
}

/** Touches every page of the mapping, as a program that computes with it would. */
function sum(buffer: ArrayBuffer): number {
  const numbers = new Float64Array(buffer, 0, Math.floor(buffer.byteLength / 8));
  let total = 0;
  for (let i = 0; i < numbers.length; i++) total += numbers[i]!;
  return total;
}

/** Fewer extents say nothing of what one costs. */
const EXTENTS_MIN = 100;

const HEAD = [
  'file',
  'size',
  'extents',
  'mapped in',
  'per extent',
  'mode',
  'copied',
  'first sum',
  'next sum',
  'SHA-256',
];

function showRows(output: Output, rows: readonly Row[]): void {
  const cells = rows.map((row) => [
    row.file.path,
    sizeText(row.file.size),
    countText(row.extentCount),
    `${row.mapTime.toFixed(2)} ms`,
    row.extentCount < EXTENTS_MIN
      ? ''
      : `${((row.mapTime * 1000) / row.extentCount).toFixed(1)} us`,
    row.mode,
    sizeText(row.copiedBytes),
    rate(row.file.size, row.firstSumTime),
    rate(row.file.size, row.nextSumTime),
    row.isGood ? 'right' : 'WRONG',
  ]);
  for (const line of alignColumns([HEAD, ...cells], [1, 2, 3, 4, 6, 7, 8])) output.line(line);
}

function rate(bytes: number, milliseconds: number): string {
  return `${countText(Math.round(bytes / milliseconds / 1000))} MB/s`;
}

function conclusion(rows: readonly Row[], isGood: boolean): string {
  if (!isGood)
    return 'These are not the bytes that the Linux kernel wrote: this is a bug of daxkit.';
  const copied = rows.reduce((total, row) => total + row.copiedBytes, 0);
  if (copied === 0)
    return (
      'Every byte is what the Linux kernel wrote, and 0 bytes were copied: what the program read are\n' +
      'pages of demo.img itself, put together from its extents, with zeros for the holes.'
    );
  const reason = libcProblem() ?? 'the image cannot be mapped where it lies';
  return (
    `Every byte is what the Linux kernel wrote. ${sizeText(copied)} were copied, since here\n` +
    `${reason} (see daxkit doctor).`
  );
}

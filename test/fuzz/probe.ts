/**
 * What is asked of an image, and its answers as text: one for each question, so that two readings can be
 * compared question by question.
 *
 * An answer is what was asked for, or '!' and a typed error. Anything else that is thrown escapes.
 */
import { crc32c } from '@node-rs/crc32';
import type { FileHandle, FileSystem } from '#src/index.js';
import { CorruptError, FsError } from '#src/core/index.js';
import { readFreelist } from '#src/xfs/ag/headers.js';
import { freeRuns } from '#src/xfs/ag/free-space.js';
import { inodeChunks } from '#src/xfs/ag/inode-chunks.js';
import { reverseMappings } from '#src/xfs/ag/reverse-map.js';
import type { Mount } from '#src/xfs/mount.js';

/** By question. */
export type Answers = Map<string, string>;

export const CORRUPT = '!CorruptError';

/** Files are read around their ends and the ends of their extents, this much at a time. */
const READ_BYTES = 4096;
const WINDOW_BYTES = 16_384;
const PAGE_BYTES = 4096n;

/** Of each long list only so many are asked after one by one. */
const EACH_MAX = 24;

async function ask(answers: Answers, question: string, code: () => Promise<string>): Promise<void> {
  try {
    answers.set(question, await code());
  } catch (error) {
    answers.set(question, errorText(question, error));
  }
}

/** @throws the error itself unless it is one that a caller of daxkit may meet */
export function errorText(question: string, error: unknown): string {
  if (!(error instanceof CorruptError) && !(error instanceof FsError)) throw error;
  const isWhole = error.errno < 0 && (error.syscall !== undefined || question.startsWith('group'));
  if (!isWhole) throw new Error(`${question}: an error without its call`, { cause: error });
  return `!${error.name} ${error.message}`;
}

function digest(bytes: Uint8Array): string {
  return `${bytes.length} bytes ${crc32c(bytes).toString(16)}`;
}

function json(value: unknown): string {
  return JSON.stringify(value, (_, part: unknown) => (typeof part === 'bigint' ? `${part}` : part));
}

const latin1 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('latin1');

/** Space, geometry, and the headers of all groups. */
export async function probeVolume(fs: FileSystem): Promise<Answers> {
  const answers: Answers = new Map();
  await ask(answers, 'statfs', async () => json(await fs.statfs('/', { bigint: true })));
  await ask(answers, 'info', async () => {
    const { device: _device, ...info } = await fs.info();
    return json(info);
  });
  return answers;
}

/** The trees of a group: no call of the API reads them all. */
export async function probeGroup(mount: Mount, agno: number): Promise<Answers> {
  const answers: Answers = new Map();
  const walk = (tree: string, code: () => unknown[]): Promise<void> =>
    ask(answers, `group ${agno}: ${tree}`, async () => {
      const records = await mount.cache.settle(code);
      return `${records.length} ${digest(Buffer.from(json(records)))}`;
    });
  await walk('free list', () => readFreelist(mount, agno));
  await walk('free by block', () => freeRuns(mount, agno, 'by-block'));
  await walk('free by size', () => freeRuns(mount, agno, 'by-size'));
  await walk('inodes', () => inodeChunks(mount, agno, 'all'));
  await walk('free inodes', () => inodeChunks(mount, agno, 'free'));
  await walk('reverse map', () => reverseMappings(mount, agno));
  return answers;
}

/** @returns for a directory also the names in it, if it could be listed */
export async function probePath(
  fs: FileSystem,
  path: Buffer,
): Promise<{ answers: Answers; names: readonly Buffer[] }> {
  const answers: Answers = new Map();
  let type = '';
  await ask(answers, 'lstat', async () => {
    const stats = await fs.lstat(path, { bigint: true });
    if (stats.isFile()) type = 'file';
    else if (stats.isDirectory()) type = 'directory';
    else if (stats.isSymbolicLink()) type = 'symlink';
    return json(stats);
  });
  await probeAttributes(fs, path, answers);
  const names: Buffer[] = [];
  if (type === 'file') await probeFile(fs, path, answers);
  if (type === 'directory') names.push(...(await probeDirectory(fs, path, answers)));
  if (type === 'symlink') {
    await ask(answers, 'readlink', async () => latin1(await fs.readlink(path, 'buffer')));
    await ask(answers, 'stat', async () => json(await fs.stat(path, { bigint: true })));
    await ask(answers, 'realpath', async () =>
      latin1(await fs.realpath(path, { encoding: 'buffer' })),
    );
  }
  return { answers, names };
}

async function probeAttributes(fs: FileSystem, path: Buffer, answers: Answers): Promise<void> {
  const own = { followSymlinks: false };
  let names: string[] = [];
  await ask(answers, 'listxattr', async () => {
    names = await fs.listxattr(path, own);
    return json(names);
  });
  for (const name of names.slice(0, EACH_MAX)) {
    await ask(answers, `getxattr ${name}`, async () => digest(await fs.getxattr(path, name, own)));
  }
  await ask(answers, 'parents', async () => {
    const parents = await fs.parents(path);
    return json(parents.map(({ ino, generation, name }) => [ino, generation, latin1(name)]));
  });
}

async function probeDirectory(fs: FileSystem, path: Buffer, answers: Answers): Promise<Buffer[]> {
  let names: Buffer[] = [];
  await ask(answers, 'readdir', async () => {
    const entries = await fs.readdir(path, { withFileTypes: true, encoding: 'buffer' });
    names = entries.map(({ name }) => name);
    return json(entries.map((entry) => [latin1(entry.name), entry.isDirectory(), entry.isFile()]));
  });
  await ask(answers, 'opendir', async () => {
    let count = 0;
    for await (const _ of await fs.opendir(path)) count++;
    return `${count} entries`;
  });
  return names;
}

async function probeFile(fs: FileSystem, path: Buffer, answers: Answers): Promise<void> {
  let handle: FileHandle | undefined;
  await ask(answers, 'open', async () => {
    handle = await fs.open(path);
    return '';
  });
  if (handle === undefined) return;
  const { size } = await handle.stat({ bigint: true });
  await probeExtents(handle, size, answers);
  await probeWindow(handle, 0n, answers);
  await probeWindow(handle, (size > WINDOW_BYTES ? size - 8192n : 0n) & -PAGE_BYTES, answers);
  await handle.close();
}

async function probeExtents(handle: FileHandle, size: bigint, answers: Answers): Promise<void> {
  const places = new Set([0n, size - BigInt(READ_BYTES), size / 2n, size - 1n, size]);
  await ask(answers, 'extents', async () => {
    const extents = await handle.extents();
    for (const { offset, length } of [...extents.slice(0, 3), ...extents.slice(-3)]) {
      places.add(BigInt(offset) - 512n);
      places.add(BigInt(offset) + BigInt(length) - 512n);
    }
    return `${extents.length} ${digest(Buffer.from(json(extents)))}`;
  });
  for (const place of places) {
    if (place < 0n || place >= 2n ** 63n) continue;
    await ask(answers, `read ${place}`, async () =>
      digest(await readAt(handle, place, READ_BYTES)),
    );
    await ask(answers, `seekData ${place}`, async () => String(await handle.seekData(place)));
    await ask(answers, `seekHole ${place}`, async () => String(await handle.seekHole(place)));
  }
}

async function readAt(handle: FileHandle, place: bigint, length: number): Promise<Uint8Array> {
  const buffer = new Uint8Array(length).fill(0xa5);
  const { bytesRead } = await handle.read(buffer, 0, length, place);
  return buffer.subarray(0, bytesRead);
}

/** What is mapped must be what is read, whatever the image says. */
async function probeWindow(handle: FileHandle, offset: bigint, answers: Answers): Promise<void> {
  await ask(answers, `mmap ${offset}`, async () => {
    const mapping = await handle.mmap({ offset, length: WINDOW_BYTES });
    const bytes = Buffer.alloc(WINDOW_BYTES);
    await handle.read(bytes, 0, WINDOW_BYTES, offset);
    if (!bytes.equals(mapping.bytes))
      throw new Error(`what is mapped at ${offset} is not what is read there`);
    mapping.close();
    return digest(mapping.bytes);
  });
}

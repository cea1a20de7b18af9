/** Images that want to be written elsewhere, or copied for ever. */
import { deepEqual, equal, match, ok } from 'node:assert/strict';
import {
  linkSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  readlinkSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { FileType, type DirectoryEntry, type DirectoryPart, type Inode } from '../vfs/index.js';
import { ForgedImage, copyAll, scratch } from './support.test.node.js';

const FIXTURE = 'no-sparse';

/** A scratch folder with a folder beside the target, which must stay as it is. */
function arena(folder: string): { target: string; outside: string } {
  const outside = join(folder, 'outside');
  mkdirSync(outside);
  writeFileSync(join(outside, 'precious'), 'precious');
  return { target: join(folder, 'out'), outside };
}

function checkOutside(folder: string): void {
  deepEqual(readdirSync(folder).sort(), ['out', 'outside']);
  deepEqual(readdirSync(join(folder, 'outside')), ['precious']);
  equal(readFileSync(join(folder, 'outside', 'precious'), 'utf8'), 'precious');
}

function entry(name: string, ino: number): DirectoryEntry {
  return { name: Buffer.from(name), ino, type: 0 };
}

/** What an image could say, if the reader of directories let it through. */
const BAD_NAMES = ['', '..', '.', '../x', '/abs', 'a/b', 'nul\0', '../outside/precious'];

test('a directory with names that are paths is broken; the rest is copied', async (t) => {
  for (const name of BAD_NAMES) {
    const folder = scratch(t);
    const { target } = arena(folder);
    const image = await ForgedImage.from(FIXTURE);
    const [directory] = image.inodes(FileType.directory);
    image.forgeDirectory(directory!.ino, [{ name, ino: image.fileIno }]);
    image.forgeDirectory(image.rootIno, [
      { name: 'broken', ino: directory!.ino },
      { name: 'good', ino: image.fileIno },
    ]);
    const { problems } = copyAll(await image.reopened(), target);
    equal(problems.length, 1, problems.join());
    match(problems[0]!, /broken: CorruptError/);
    deepEqual(readdirSync(target, { recursive: true }).map(String).sort(), ['broken', 'good']);
    checkOutside(folder);
  }
});

test('names that are paths are left out even if a driver tells them', async (t) => {
  const folder = scratch(t);
  const { target } = arena(folder);
  const image = await ForgedImage.from(FIXTURE);
  const [directory] = image.inodes(FileType.directory);
  const entries = BAD_NAMES.map((name) => entry(name, image.fileIno));
  entries.push(entry('../directory', directory!.ino), entry('good', image.fileIno));
  const list = ({ ino }: Inode): DirectoryPart => ({
    entries: ino === image.rootIno ? entries : [],
    next: undefined,
  });
  const { volume } = image;
  const driver = Object.assign(Object.create(volume.driver) as typeof volume.driver, { list });
  const { problems } = copyAll({ ...volume, driver }, target);
  equal(problems.length, BAD_NAMES.length + 1, problems.join());
  for (const problem of problems) match(problem, /directory entry breaks "names (are|have) no/);
  deepEqual(readdirSync(target), ['good']);
  checkOutside(folder);
});

test('a link that the copy made is not walked through, whichever comes first', async (t) => {
  for (const order of ['link first', 'directory first']) {
    const folder = scratch(t);
    const { target, outside } = arena(folder);
    const image = await ForgedImage.from(FIXTURE);
    const [link] = image.inodes(FileType.symlink);
    const [directory] = image.inodes(FileType.directory);
    image.forgeLink(link!.ino, outside);
    image.forgeDirectory(directory!.ino, [{ name: 'inside', ino: image.fileIno }]);
    const entries = [
      { name: 'twice', ino: link!.ino },
      { name: 'twice', ino: directory!.ino },
    ];
    image.forgeDirectory(image.rootIno, order === 'link first' ? entries : entries.toReversed());
    const { problems } = copyAll(await image.reopened(), target);
    equal(problems.length, 1, problems.join());
    match(problems[0]!, /twice: .*two names of the image are one/);
    const isLink = lstatSync(join(target, 'twice')).isSymbolicLink();
    equal(isLink, order === 'link first');
    if (!isLink) deepEqual(readdirSync(join(target, 'twice')), ['inside']);
    checkOutside(folder);
  }
});

test('a file is not written through a link of the same name', async (t) => {
  const folder = scratch(t);
  const { target, outside } = arena(folder);
  const image = await ForgedImage.from(FIXTURE);
  const [link] = image.inodes(FileType.symlink);
  image.forgeLink(link!.ino, join(outside, 'precious'));
  image.forgeDirectory(image.rootIno, [
    { name: 'twice', ino: link!.ino },
    { name: 'twice', ino: image.fileIno },
  ]);
  const { problems } = copyAll(await image.reopened(), target);
  equal(problems.length, 1, problems.join());
  equal(readlinkSync(join(target, 'twice')), join(outside, 'precious'));
  checkOutside(folder);
});

test('links that stand in the target are not walked through', async (t) => {
  const folder = scratch(t);
  const { target, outside } = arena(folder);
  const image = await ForgedImage.from(FIXTURE);
  const [directory] = image.inodes(FileType.directory);
  image.forgeDirectory(directory!.ino, [{ name: 'precious', ino: image.fileIno }]);
  image.forgeDirectory(image.rootIno, [
    { name: 'directory', ino: directory!.ino },
    { name: 'file', ino: image.fileIno },
  ]);
  mkdirSync(target);
  symlinkSync(outside, join(target, 'directory'));
  symlinkSync(join(outside, 'precious'), join(target, 'file'));
  const { problems } = copyAll(await image.reopened(), target);
  equal(problems.length, 1, problems.join());
  match(problems[0]!, /directory: .*cannot overwrite a non-directory with a directory/);
  ok(lstatSync(join(target, 'file')).isFile(), 'the link was replaced');
  checkOutside(folder);
});

test('a file that has another name outside is replaced, not written to', async (t) => {
  const folder = scratch(t);
  const { target, outside } = arena(folder);
  const image = await ForgedImage.from(FIXTURE);
  image.forgeDirectory(image.rootIno, [{ name: 'file', ino: image.fileIno }]);
  mkdirSync(target);
  linkSync(join(outside, 'precious'), join(target, 'file'));
  deepEqual(copyAll(await image.reopened(), target).problems, []);
  equal(statSync(join(target, 'file')).nlink, 1);
  checkOutside(folder);
});

test('the image is not overwritten by a file in it', async (t) => {
  const folder = scratch(t);
  const { target } = arena(folder);
  const image = await ForgedImage.from(FIXTURE);
  image.forgeDirectory(image.rootIno, [{ name: 'disk.img', ino: image.fileIno }]);
  mkdirSync(target);
  writeFileSync(join(target, 'disk.img'), 'the image');
  const identity = statSync(join(target, 'disk.img'), { bigint: true });
  const { problems } = copyAll(await image.reopened(), target, identity);
  match(problems.join(), /^[^,]*disk\.img: .*cannot overwrite the image with a file in it/);
  equal(readFileSync(join(target, 'disk.img'), 'utf8'), 'the image');
});

test('a directory that contains itself, or has two names, ends', async (t) => {
  const folder = scratch(t);
  const { target } = arena(folder);
  const image = await ForgedImage.from(FIXTURE);
  const [first, second] = image.inodes(FileType.directory);
  image.forgeDirectory(first!.ino, [
    { name: 'root', ino: image.rootIno },
    { name: 'self', ino: first!.ino },
    { name: 'second', ino: second!.ino },
  ]);
  image.forgeDirectory(second!.ino, [
    { name: 'first', ino: first!.ino },
    { name: 'file', ino: image.fileIno },
  ]);
  image.forgeDirectory(image.rootIno, [
    { name: 'first', ino: first!.ino },
    { name: 'again', ino: second!.ino },
  ]);
  const { problems } = copyAll(await image.reopened(), target);
  equal(problems.length, 4, problems.join('\n'));
  for (const problem of problems) match(problem, /a directory has one name/);
  deepEqual(readdirSync(target, { recursive: true }).map(String).sort(), [
    'first',
    'first/second',
    'first/second/file',
  ]);
});

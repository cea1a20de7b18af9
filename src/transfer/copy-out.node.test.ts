/** Copies of fixtures against what their inodes say. */
import { deepEqual, equal, match, ok } from 'node:assert/strict';
import {
  lstatSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  readlinkSync,
  writeFileSync,
  type BigIntStats,
} from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { BigIntStats as ImageStats, type Volume } from '../api/index.js';
import { libc, libcProblem } from '../device/index.node.js';
import { mappings, readFileRange } from '../iomap/index.js';
import { FileType, fileType, isDirectory, isRegular, isSymlink, type Inode } from '../vfs/index.js';
import { joinPaths } from './host-path.node.js';
import { setPathTimes } from './host-calls.node.js';
import {
  ForgedImage,
  copyAll,
  hasProgram,
  run,
  scratch,
  type Listener,
} from './support.test.node.js';
import { treeSize } from './tree-size.js';
import { walkTree } from './walk.js';

const isRoot = process.geteuid?.() === 0;
const skip = libc() === undefined ? `no native calls: ${libcProblem()}` : false;

interface Entry {
  readonly path: Buffer;
  readonly inode: Inode;
}

/** All that lies in the image, with the path that its copy has. */
function expectedEntries({ driver }: Volume, target: string): Entry[] {
  const root = driver.inode(driver.rootIno);
  const paths: Buffer[] = [Buffer.from(target)];
  const entries: Entry[] = [{ path: paths[0]!, inode: root }];
  const add = (name: Uint8Array, inode: Inode): Buffer => {
    const path = joinPaths(paths.at(-1)!, name);
    entries.push({ path, inode });
    return path;
  };
  walkTree(driver, root, {
    enter: (name, inode) => paths.push(add(name, inode)) > 0,
    leave: () => paths.pop(),
    file: (name, inode) => add(name, inode),
    broken(_name, error) {
      throw error;
    },
  });
  return entries;
}

/** Larger than a number: node:fs makes no such file. */
function isTooLarge({ size }: Inode): boolean {
  return size.block >= 2 ** 40;
}

function isDevice(inode: Inode): boolean {
  return fileType(inode) === FileType.block || fileType(inode) === FileType.character;
}

async function copyFixture(
  t: Parameters<typeof scratch>[0],
  fixture: string,
): Promise<{
  volume: Volume;
  target: string;
  listener: Listener;
  /** What could be copied, each with the stat of its copy, taken before anything touched its times. */
  copies: (Entry & { stat: BigIntStats })[];
}> {
  const { volume } = await ForgedImage.from(fixture);
  const target = join(scratch(t), 'out');
  const listener = copyAll(volume, target);
  const copies = expectedEntries(volume, target)
    .filter(({ inode }) => !isTooLarge(inode) && (isRoot || !isDevice(inode)))
    .map(({ path, inode }) => ({ path, inode, stat: lstatSync(path, { bigint: true }) }));
  return { volume, target, listener, copies };
}

test('modes, owners, sizes, devices, link counts', { skip }, async (t) => {
  const { volume, copies } = await copyFixture(t, 'forms');
  const [user, group] = [BigInt(process.geteuid!()), BigInt(process.getegid!())];
  for (const { path, inode, stat } of copies) {
    const image = new ImageStats(inode, volume.driver.blockBytes);
    const isMine = isRoot || (image.uid === user && image.gid === group);
    const name = path.toString('latin1');
    equal(
      stat.mode,
      isSymlink(inode) ? stat.mode : isMine ? image.mode : image.mode & ~0o6000n,
      name,
    );
    equal(stat.uid, isRoot ? image.uid : user, name);
    equal(stat.gid, isRoot ? image.gid : group, name);
    if (isDirectory(inode)) continue;
    equal(stat.size, image.size, name);
    equal(stat.nlink, image.nlink, name);
    if (isDevice(inode)) equal(stat.rdev, image.rdev, name);
  }
});

test('times to the nanosecond, of links and directories too', { skip }, async (t) => {
  const { target, copies } = await copyFixture(t, 'forms');
  const probe = Buffer.from(`${target}.probe`);
  writeFileSync(probe, '');
  for (const { path, inode, stat } of copies) {
    setPathTimes(probe, inode); // a host may know fewer years than XFS
    const { atimeNs, mtimeNs } = lstatSync(probe, { bigint: true });
    deepEqual([stat.atimeNs, stat.mtimeNs], [atimeNs, mtimeNs], path.toString('latin1'));
  }
  ok(copies.some(({ stat }) => stat.mtimeNs % 1000n !== 0n));
});

test('contents, targets of links, hard links, names that are not UTF-8', { skip }, async (t) => {
  const { volume, copies } = await copyFixture(t, 'forms');
  const copyOf = new Map<number, bigint>();
  for (const { path, inode, stat } of copies) {
    const name = path.toString('latin1');
    if (!isDirectory(inode)) equal(copyOf.get(inode.ino) ?? stat.ino, stat.ino, name);
    copyOf.set(inode.ino, stat.ino);
    if (isSymlink(inode))
      deepEqual(readlinkSync(path, 'buffer'), Buffer.from(volume.driver.readlink(inode)), name);
    if (!isRegular(inode) || stat.size > 2n ** 28n) continue;
    const bytes = new Uint8Array(Number(stat.size));
    await readFileRange(volume.source, inode, { block: 0, byte: 0 }, bytes);
    if (isRoot || (inode.mode & 0o400) !== 0) ok(readFileSync(path).equals(bytes), name);
  }
  const strange = copies.filter(({ path }) => path.toString().includes('\ufffd'));
  ok(strange.length > 0, 'the fixture has such a name');
  equal(new Set(copyOf.values()).size, copyOf.size);
});

test('holes and unwritten blocks take no room', { skip }, async (t) => {
  const { volume, copies } = await copyFixture(t, 'demo');
  const { iomap, blockBytes } = volume.driver;
  let sparseCount = 0;
  for (const { path, inode, stat } of copies) {
    if (!isRegular(inode) || stat.size < 2n ** 20n) continue;
    let dataBytes = 0;
    for (const { type, length } of mappings(iomap, inode, 0, inode.size.block, false))
      if (type === 'mapped') dataBytes += length * blockBytes;
    if (BigInt(dataBytes) > stat.size / 2n) continue;
    sparseCount++;
    // A host may round each of a dozen extents up to its own block, and needs some for its map.
    ok(stat.blocks * 512n <= dataBytes + 2 ** 20, `${path.toString()}: ${stat.blocks} sectors`);
  }
  equal(sparseCount, 2, 'sparse.log and reserved.bin');
});

test('what cannot be copied is told, and counted', { skip }, async (t) => {
  const { listener, volume, target } = await copyFixture(t, 'forms');
  const entries = expectedEntries(volume, target);
  const failed = entries.filter(({ inode }) => isTooLarge(inode) || (!isRoot && isDevice(inode)));
  ok(failed.length > 0);
  equal(listener.problems.length, failed.length, listener.problems.join('\n'));
  for (const { path } of failed)
    ok(listener.problems.some((text) => text.startsWith(`${path.toString('latin1')}: `)));
  equal(listener.entries, entries.length);
  const { driver } = volume;
  deepEqual(
    { bytes: listener.bytes, entries: listener.entries },
    treeSize(driver, driver.inode(driver.rootIno)),
  );
});

/** Names and values, in hexadecimal, of what a file of the host has. */
function hostAttributes(path: Buffer): Map<string, string> {
  const args = ['-h', '-d', '-m', '-', '-e', 'hex', '--', path.toString()];
  const listing = run('getfattr', ...args);
  const lines = listing.split('\n').filter((line) => line.includes('='));
  return new Map(
    lines.map((line) => {
      const at = line.indexOf('=');
      return [line.slice(0, at), line.slice(at + 3)] as const;
    }),
  );
}

test('extended attributes, all that the host takes; ACLs once', { skip }, async (t) => {
  const { volume, copies, listener } = await copyFixture(t, 'forms');
  const { driver } = volume;
  if (!hasProgram('getfattr')) return t.skip('no getfattr here');
  let compared = 0;
  for (const { path, inode } of copies) {
    const text = path.toString('latin1');
    const names = driver.listAttributes(inode).map((name) => Buffer.from(name).toString());
    const kept = names
      .filter((name) => !name.startsWith('trusted.SGI_ACL_') && /^[\w.-]+$/.test(name))
      .filter((name) => !listener.lostAttributes.includes(`${text}: ${name}`));
    if (kept.length === 0) continue;
    const held = hostAttributes(path);
    for (const name of kept) {
      const value = Buffer.from(driver.getAttribute(inode, Buffer.from(name))!).toString('hex');
      equal(held.get(name) ?? '', value, `${text}: ${name}`);
      compared++;
    }
    equal(
      [...held.keys()].find((name) => name.includes('SGI_ACL')),
      undefined,
    );
  }
  const lost = listener.lostAttributes.join('\n');
  if (/: (user|system)\./.test(lost) && compared === 0) return t.skip('this host takes none');
  ok(compared > 20, `${compared} compared; lost are ${lost}`);
});

test('into a directory that is there: its files are replaced, others stay', { skip }, async (t) => {
  const image = await ForgedImage.from('no-sparse');
  const [directory] = image.inodes(FileType.directory);
  image.forgeDirectory(directory!.ino, [{ name: 'file', ino: image.fileIno }]);
  image.forgeDirectory(image.rootIno, [
    { name: 'directory', ino: directory!.ino },
    { name: 'file', ino: image.fileIno },
    { name: 'in-the-way', ino: image.fileIno },
    { name: 'blocked', ino: directory!.ino },
  ]);
  const target = join(scratch(t), 'out');
  mkdirSync(join(target, 'directory'), { recursive: true });
  mkdirSync(join(target, 'in-the-way'));
  writeFileSync(join(target, 'file'), 'old');
  writeFileSync(join(target, 'other'), 'mine');
  writeFileSync(join(target, 'directory', 'other'), 'mine');
  const { problems } = copyAll(await image.reopened(), target);
  equal(problems.length, 2, problems.join('\n'));
  match(problems[0]!, /in-the-way: .*cannot overwrite a directory with a non-directory/);
  match(problems[1]!, /blocked: .*a directory has one name/);
  ok(readFileSync(join(target, 'file'), 'latin1') !== 'old');
  equal(readFileSync(join(target, 'other'), 'latin1'), 'mine');
  deepEqual(readdirSync(join(target, 'directory')).sort(), ['file', 'other']);
});

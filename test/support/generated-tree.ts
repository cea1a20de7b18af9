/**
 * A tree that a seed decides: what people do to files, in no sensible order. The same seed and geometry make
 * the same calls; the kernel's answers are the truth, so nothing is remembered here but names.
 */
import type { Random } from '#src/core/index.js';
import type { Geometry } from './geometry.js';
import { collidingNames } from './names.js';
import { Allocate, type TreeWriter } from './tree-writer.js';

interface Names {
  directories: Buffer[];
  files: Buffer[];
}

type Act = (tree: TreeWriter, random: Random, geometry: Geometry, names: Names) => void;

export function fillGenerated(
  tree: TreeWriter,
  random: Random,
  geometry: Geometry,
  acts: number,
): void {
  const names: Names = { directories: [Buffer.from('')], files: [] };
  for (const act of [makeDirectory, makeFile, makeFile]) act(tree, random, geometry, names);
  for (let count = 0; count < acts; count++) {
    const act = random.pick(ACTS);
    try {
      act(tree, random, geometry, names);
    } catch (error) {
      if (!EXPECTED.has((error as { code?: string }).code ?? '')) throw error;
    }
  }
}

/** A name taken already; a symlink too long; attributes that are too many; an insert beyond the end. */
const EXPECTED = new Set(['EEXIST', 'ENAMETOOLONG', 'ENOSPC', 'EINVAL', 'EFBIG', 'ENODATA']);

/** How often each of them is picked. */
const WEIGHTS: readonly (readonly [number, Act])[] = [
  [4, makeDirectory],
  [10, makeFile],
  [1, makeCrowd],
  [1, makeNode],
  [2, makeSymlink],
  [2, makeLink],
  [1, remove],
  [1, rename],
  [14, writeSome],
  [2, allocate],
  [1, punch],
  [1, shift],
  [1, truncate],
  [2, share],
  [8, setAttribute],
  [1, removeAttribute],
  [2, setTimes],
  [1, setMode],
];

const ACTS = WEIGHTS.flatMap(([weight, act]) => Array<Act>(weight).fill(act));

/** 1 to 255 bytes, any but the two that no name has; half of them short and plain. */
function anyName(random: Random): Buffer {
  if (random.below(2) === 0) return Buffer.from(`n${random.below(1_000_000)}`);
  const name = Buffer.alloc(1 + random.below(random.pick([20, 80, 255])));
  for (let at = 0; at < name.length; at++) name[at] = random.below(256);
  for (let at = 0; at < name.length; at++) if (name[at] === 0 || name[at] === 0x2f) name[at] = 0x78;
  return name.equals(Buffer.from('.')) || name.equals(Buffer.from('..')) ? Buffer.from('x') : name;
}

function newPath(random: Random, { directories }: Names): Buffer {
  return Buffer.concat([random.pick(directories), Buffer.from('/'), anyName(random)]);
}

function makeDirectory(tree: TreeWriter, random: Random, _geometry: Geometry, names: Names): void {
  const path = newPath(random, names);
  tree.directory(path, random.below(0o10000));
  names.directories.push(path);
}

function makeFile(tree: TreeWriter, random: Random, { block }: Geometry, names: Names): void {
  const path = newPath(random, names);
  tree.file(path, someBytes(random, random.pick([0, 1, 100, block - 1, block, 3 * block + 7])));
  names.files.push(path);
}

/** Many entries at once, of one kind, in a directory of their own; some go again. */
function makeCrowd(tree: TreeWriter, random: Random, _geometry: Geometry, names: Names): void {
  const directory = newPath(random, names);
  tree.directory(directory);
  const count = 1 + random.below(random.pick([8, 80, 700]));
  const list =
    random.below(3) === 0
      ? collidingNames(Math.min(count, 200)).map((name) => Buffer.from(name))
      : Array.from({ length: count }, (_, index) =>
          Buffer.from(`${index}`.padEnd(1 + (index % 60), 'z')),
        );
  const pathOf = (name: Buffer): Buffer => Buffer.concat([directory, Buffer.from('/'), name]);
  const target = random.pick(names.files);
  for (const name of list) tree.link(pathOf(name), target);
  const keepOneIn = 1 + random.below(4);
  list.forEach((name, index) => {
    if (index % keepOneIn !== 0) tree.remove(pathOf(name));
  });
}

/** What the kernel's XFS makes nodes of; the format has room for 2^14 and 2^18. */
const MAJOR_NUMBERS = 512;
const MINOR_NUMBERS = 2 ** 18;

function makeNode(tree: TreeWriter, random: Random, _geometry: Geometry, names: Names): void {
  const path = newPath(random, names);
  const kind = random.below(4);
  if (kind === 0) tree.fifo(path);
  else if (kind === 1) tree.socket(path);
  else
    tree.device(
      path,
      kind === 2 ? 'character' : 'block',
      random.below(MAJOR_NUMBERS),
      random.below(MINOR_NUMBERS),
    );
}

function makeSymlink(tree: TreeWriter, random: Random, _geometry: Geometry, names: Names): void {
  const target = Buffer.alloc(1 + random.below(random.pick([40, 300, 1023])), 't');
  tree.symlink(newPath(random, names), target);
}

function makeLink(tree: TreeWriter, random: Random, _geometry: Geometry, names: Names): void {
  const path = newPath(random, names);
  tree.link(path, random.pick(names.files));
  names.files.push(path);
}

function remove(tree: TreeWriter, random: Random, _geometry: Geometry, names: Names): void {
  if (names.files.length < 5) return;
  const index = random.below(names.files.length);
  tree.remove(names.files[index]!);
  names.files.splice(index, 1);
}

function rename(tree: TreeWriter, random: Random, _geometry: Geometry, names: Names): void {
  const index = random.below(names.files.length);
  const path = newPath(random, names);
  if (names.files.some((known) => known.equals(path))) return;
  tree.rename(names.files[index]!, path);
  names.files[index] = path;
}

function someBytes(random: Random, length: number): Buffer {
  const bytes = Buffer.alloc(length);
  for (let at = 0; at + 4 <= length; at += 4) bytes.writeUInt32LE(random.next(), at);
  return bytes;
}

const POSITION_MAX = 8 * 1024 * 1024;

/** Near the start most of the time, far away now and then. */
function somePosition(random: Random, block: number): number {
  return random.below(Math.min(random.pick([4, 40, 400, 2000]) * block, POSITION_MAX));
}

function writeSome(tree: TreeWriter, random: Random, { block }: Geometry, names: Names): void {
  const length = 1 + random.below(random.pick([10, block, 5 * block]));
  const pieces = 1 + random.below(random.pick([1, 4, 40]));
  const writes = Array.from({ length: pieces }, (): [number, Buffer] => [
    somePosition(random, block),
    someBytes(random, length),
  ]);
  tree.writeEach(random.pick(names.files), writes);
}

function allocate(tree: TreeWriter, random: Random, { block }: Geometry, names: Names): void {
  const mode = random.pick([Allocate.grow, Allocate.keepSize, Allocate.zero]);
  const length = 1 + random.below(20 * block);
  tree.allocate(random.pick(names.files), mode, somePosition(random, block), length);
}

function punch(tree: TreeWriter, random: Random, { block }: Geometry, names: Names): void {
  const length = 1 + random.below(10 * block);
  tree.allocate(random.pick(names.files), Allocate.punchHole, somePosition(random, block), length);
}

function shift(tree: TreeWriter, random: Random, { block }: Geometry, names: Names): void {
  const mode = random.pick([Allocate.collapse, Allocate.insert]);
  const offset = random.below(10) * block;
  tree.allocate(random.pick(names.files), mode, offset, (1 + random.below(4)) * block);
}

function truncate(tree: TreeWriter, random: Random, { block }: Geometry, names: Names): void {
  tree.truncate(random.pick(names.files), somePosition(random, block));
}

function setAttribute(tree: TreeWriter, random: Random, { block }: Geometry, names: Names): void {
  const path = random.below(4) === 0 ? random.pick(names.directories) : random.pick(names.files);
  const lengths = [0, 10, 100, block / 2, block, 3 * block].map((length) =>
    Math.min(length, 65_536),
  );
  for (let count = random.pick([1, 1, 3, 30]); count > 0; count--) {
    const space = random.pick(['user', 'user', 'trusted', 'security']);
    const name = `${space}.a${random.below(50)}${'-'.repeat(random.below(random.pick([2, 240])))}`;
    if (path.length > 0) tree.xattr(path, name, someBytes(random, random.pick(lengths)));
  }
}

function removeAttribute(
  tree: TreeWriter,
  random: Random,
  _geometry: Geometry,
  names: Names,
): void {
  tree.removeXattr(random.pick(names.files), `user.a${random.below(50)}`);
}

function setTimes(tree: TreeWriter, random: Random, geometry: Geometry, names: Names): void {
  const span = geometry.bigtime ? 18_000_000_000 : 4_000_000_000; // seconds from 1901 on
  const time = (): bigint =>
    (BigInt(Math.floor((random.next() / 2 ** 32) * span)) - 2n ** 31n) * 1_000_000_000n +
    BigInt(random.below(1_000_000_000));
  tree.times(random.pick(names.files), time(), time());
}

function setMode(tree: TreeWriter, random: Random, _geometry: Geometry, names: Names): void {
  const path = random.pick(names.files);
  tree.owner(path, random.next() >>> 1, random.next() >>> 1);
  tree.mode(path, random.below(0o10000));
}

function share(tree: TreeWriter, random: Random, { block, reflink }: Geometry, names: Names): void {
  if (!reflink) return;
  const [from, to] = [random.pick(names.files), random.pick(names.files)];
  if (from.equals(to)) return;
  const whole = random.below(2) === 0;
  if (whole) tree.clone(from, to);
  else tree.clone(from, to, 0, random.below(30) * block, (1 + random.below(5)) * block);
}

/**
 * Path walk against a plain model: random trees of directories, files and symbolic links, random paths.
 *
 * The model follows links by recursion where `Tree` keeps a stack, keeps names as Latin-1 text of their
 * bytes where `Tree` has components, and remembers nothing. FC_SEED replays a run.
 */
import { deepEqual, equal, ok, throws } from 'node:assert/strict';
import { isUtf8 } from 'node:buffer';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { FsError } from '#src/core/index.js';
import { MemoryDevice } from '#src/device/index.js';
import {
  FileType,
  Tree,
  joinPath,
  type DirectoryEntry,
  type Driver,
  type Inode,
} from '#src/vfs/index.js';

if (process.env['FC_SEED']) fc.configureGlobal({ seed: Number(process.env['FC_SEED']) });

/** One character a byte. */
type Latin1 = string;

type Node =
  | { readonly kind: 'file' }
  | { readonly kind: 'link'; readonly target: Latin1 }
  | { readonly kind: 'directory'; readonly entries: ReadonlyMap<Latin1, number> };

/** Nodes by inode number; 0 is the root. */
type World = readonly Node[];

const toBytes = (text: Latin1): Buffer => Buffer.from(text, 'latin1');
const toLatin1 = (bytes: Uint8Array): Latin1 => Buffer.from(bytes).toString('latin1');
const utf8 = (text: string): Latin1 => toLatin1(Buffer.from(text));

const TYPES = { file: FileType.regular, link: FileType.symlink, directory: FileType.directory };
const NOW = { seconds: 0, nanoseconds: 0 };

class WorldDriver implements Driver {
  readonly device = new MemoryDevice(new Uint8Array(0));
  readonly rootIno = 0;
  readonly blockBytes = 1024;

  /** @param partLength entries that `list` tells at once */
  constructor(
    readonly world: World,
    readonly partLength = 2,
  ) {}

  settle<T>(code: () => T): T {
    return code();
  }

  inode(ino: number): Inode {
    const mode = TYPES[this.world[ino]!.kind] | 0o755;
    const times = { accessed: NOW, modified: NOW, changed: NOW, born: NOW };
    const size = { block: 0, byte: 0 };
    return {
      ino,
      mode,
      nlink: 1,
      uid: 0,
      gid: 0,
      rdev: { major: 0, minor: 0 },
      size,
      sectors: 0,
      ...times,
    };
  }

  lookup({ ino }: Inode, name: Uint8Array): number | undefined {
    return this.#entries(ino).get(toLatin1(name));
  }

  list({ ino }: Inode, from: number): { entries: DirectoryEntry[]; next: number | undefined } {
    const all = [...this.#entries(ino)];
    const end = from + this.partLength;
    const part = all.slice(from, end);
    const entries = part.map(([name, child]) => ({ name: toBytes(name), ino: child, type: 0 }));
    return { entries, next: end < all.length ? end : undefined };
  }

  readlink({ ino }: Inode): Uint8Array {
    const node = this.world[ino]!;
    ok(node.kind === 'link');
    return toBytes(node.target);
  }

  listAttributes(): Uint8Array[] {
    return [];
  }

  getAttribute(): undefined {
    return undefined;
  }

  usage(): never {
    throw new Error('not asked here');
  }

  #entries(ino: number): ReadonlyMap<Latin1, number> {
    const node = this.world[ino]!;
    ok(node.kind === 'directory', 'the driver is asked about directories only');
    return node.entries;
  }
}

/** The way to a node: names and numbers from the root on. */
type Way = readonly { readonly name: Latin1; readonly ino: number }[];

/** Linux's path walk, link by link. */
class Model {
  #links = 0;

  constructor(readonly world: World) {}

  walk(path: Latin1, follow: boolean): Way {
    if (path === '') throw new FsError('ENOENT');
    return this.#walkFrom([], path, follow);
  }

  #walkFrom(start: Way, path: Latin1, follow: boolean): Way {
    const parts = path.split('/').filter((part) => part !== '');
    if (path.endsWith('/')) parts.push('.'); // what a slash at the end means
    let way = path.startsWith('/') ? [] : start;
    parts.forEach((part, index) => {
      const directory = this.#nodeAt(way);
      if (directory.kind !== 'directory') throw new FsError('ENOTDIR');
      if (part === '.') return;
      if (part === '..') {
        way = way.slice(0, -1);
        return;
      }
      if (part.length > 255) throw new FsError('ENAMETOOLONG');
      const ino = directory.entries.get(part);
      if (ino === undefined) throw new FsError('ENOENT');
      const node = this.world[ino]!;
      if (node.kind === 'link' && (follow || index < parts.length - 1)) {
        if (++this.#links > 40) throw new FsError('ELOOP');
        way = this.#walkFrom(way, node.target, true);
      } else way = [...way, { name: part, ino }];
    });
    return way;
  }

  #nodeAt(way: Way): Node {
    return this.world[way.at(-1)?.ino ?? 0]!;
  }
}

const NAMES: readonly Latin1[] = [
  'a',
  'b',
  'c',
  utf8('é'),
  utf8('日本'),
  '\xff\xfe',
  '\xef\xbb\xbfa', // a mark that decoders of UTF-8 like to drop
  '...',
  '-',
  'x'.repeat(255),
];
const names = fc.constantFrom(...NAMES);
const absent = fc.constantFrom('nobody', utf8('ñ'), '\xe9', 'x'.repeat(256), utf8('日'.repeat(86)));

/** Paths with all that a path may have: double slashes, dots, slashes at both ends. */
function pathsOf(parts: fc.Arbitrary<Latin1>, max: number): fc.Arbitrary<Latin1> {
  return fc
    .record({
      isAbsolute: fc.boolean(),
      parts: fc.array(parts, { maxLength: max }),
      end: fc.constantFrom('', '', '', '/', '//', '/.', '/..'),
    })
    .map((path) => `${path.isAbsolute ? '/' : ''}${path.parts.join('/')}${path.end}`);
}

const dots = fc.constantFrom('.', '..', '..', '');
const components = fc.oneof(
  { weight: 12, arbitrary: names },
  { weight: 3, arbitrary: dots },
  { weight: 1, arbitrary: absent },
);
const paths = pathsOf(components, 6);
const targets = pathsOf(fc.oneof({ weight: 4, arbitrary: names }, dots), 3).filter(
  (path) => path !== '',
);

const NODES_MAX = 9;

/** Entries lead anywhere, so that links to links, loops of links and hard links come by themselves. */
const worlds: fc.Arbitrary<World> = fc
  .array(
    fc.record({
      kind: fc.constantFrom('file', 'link', 'link', 'directory', 'directory'),
      target: targets,
      entries: fc.uniqueArray(fc.tuple(names, fc.nat({ max: NODES_MAX })), {
        selector: ([name]) => name,
        maxLength: 7,
      }),
    }),
    { minLength: 3, maxLength: NODES_MAX },
  )
  .map((seeds) =>
    seeds.map(({ kind, target, entries }, ino): Node => {
      if (ino > 0 && kind === 'file') return { kind };
      if (ino > 0 && kind === 'link') return { kind, target };
      return {
        kind: 'directory',
        entries: new Map(entries.map(([name, child]) => [name, child % seeds.length])),
      };
    }),
  );

/** A path as text where it can be one: `Tree` has a shorter way for those. */
const asCallerHasIt = (path: Latin1, isText: boolean): string | Uint8Array => {
  const bytes = toBytes(path);
  return isText && isUtf8(bytes) ? bytes.toString() : bytes;
};

/** Where a walk ends, or the code that it fails with. */
function outcome(code: () => { ino: number; path: Latin1 }): unknown {
  try {
    return code();
  } catch (error) {
    if (error instanceof FsError) return error.code;
    throw error;
  }
}

const askTree = (tree: Tree, path: string | Uint8Array, follow: boolean): unknown =>
  outcome(() => {
    const { inode, dentry } = tree.walk(path, follow);
    equal(inode.ino, dentry.ino);
    return { ino: inode.ino, path: toLatin1(joinPath(dentry.components())) };
  });

const askModel = (world: World, path: Latin1, follow: boolean): unknown =>
  outcome(() => {
    const way = new Model(world).walk(path, follow);
    return { ino: way.at(-1)?.ino ?? 0, path: `/${way.map(({ name }) => name).join('/')}` };
  });

describe('path walk', () => {
  it('arrives where the model arrives, or fails as it does', () => {
    const asked = fc.array(fc.record({ path: paths, follow: fc.boolean(), isText: fc.boolean() }), {
      maxLength: 12,
    });
    fc.assert(
      fc.property(worlds, asked, fc.boolean(), (world, questions, isListed) => {
        const tree = new Tree(new WorldDriver(world));
        if (isListed) listAll(tree);
        for (const { path, follow, isText } of questions)
          deepEqual(
            askTree(tree, asCallerHasIt(path, isText), follow),
            askModel(world, path, follow),
            path,
          );
      }),
      { numRuns: 3000 },
    );
  });

  it('follows forty links and no more', () => {
    const chain = (links: number): World => [
      {
        kind: 'directory',
        entries: new Map(Array.from({ length: links + 1 }, (_, i) => [`l${i}`, i + 1])),
      },
      ...Array.from({ length: links }, (_, i): Node => ({ kind: 'link', target: `l${i + 1}` })),
      { kind: 'file' },
    ];
    equal(new Tree(new WorldDriver(chain(40))).walk('/l0', true).inode.ino, 41);
    throws(() => new Tree(new WorldDriver(chain(41))).walk('/l0', true), { code: 'ELOOP' });
  });

  it('refuses a path with a NUL, also one that spells a name as `Tree` keeps it', () => {
    const world: World = [{ kind: 'directory', entries: new Map([['\xff', 1]]) }, { kind: 'file' }];
    const tree = new Tree(new WorldDriver(world));
    listAll(tree);
    for (const path of ['/\0\xff', '/\0', 'a\0b', toBytes('/\0\xff')])
      throws(() => tree.walk(path, true), { code: 'EINVAL' });
  });

  it('asks for a directory where the target of a link ends in a slash', () => {
    const entries = new Map([
      ['file', 1],
      ['link', 2],
      ['further', 3],
    ]);
    const world: World = [
      { kind: 'directory', entries },
      { kind: 'file' },
      { kind: 'link', target: 'file/' },
      { kind: 'link', target: 'link' },
    ];
    const tree = new Tree(new WorldDriver(world));
    for (const path of ['/link', '/further'])
      throws(() => tree.walk(path, true), { code: 'ENOTDIR' });
    equal(tree.walk('/link', false).inode.ino, 2);
  });

  it('remembers so many names at most, also of one directory', () => {
    const entries = new Map(Array.from({ length: 150_000 }, (_, i) => [`name ${i}`, 1]));
    const tree = new Tree(
      new WorldDriver([{ kind: 'directory', entries }, { kind: 'file' }], 1000),
    );
    const { dentry } = tree.walk('/', true);
    for (let from: number | undefined = 0; from !== undefined;) from = tree.part(dentry, from).next;
    ok(dentry.children.size <= 65_536, `${dentry.children.size} names`);
    equal(tree.walk('/name 7', true).inode.ino, 1);
  });
});

/** Makes `tree` remember what its root's listing tells. */
function listAll(tree: Tree): void {
  const { dentry } = tree.walk('/', true);
  for (let from: number | undefined = 0; from !== undefined;) from = tree.part(dentry, from).next;
}

/** The same idea for a protofile: names, modes, owners, contents and devices that a seed decides. */
import type { Random } from '#src/core/index.js';
import type { ProtoNode } from './protofile.js';

const KINDS = ['file', 'file', 'file', 'symlink', 'fifo', 'character', 'block'] as const;

export function generatedProto(random: Random, block: number): ProtoNode {
  const crowd = (count: number): ProtoNode =>
    directory(
      random,
      `crowd-${count}`,
      list(count, (index) => leafNode(random, block, index)),
    );
  return directory(random, '', [
    ...list(20, (index) => leafNode(random, block, index)),
    directory(random, 'empty', []),
    directory(random, 'deep', [directory(random, 'deeper', [directory(random, 'deepest', [])])]),
    ...[3, 20, 150, 700].map(crowd),
  ]);
}

function list<T>(count: number, make: (index: number) => T): T[] {
  return Array.from({ length: count }, (_, index) => make(index));
}

function directory(random: Random, name: string, children: readonly ProtoNode[]): ProtoNode {
  return { name, type: 'directory', children, ...ownership(random) };
}

/** A protofile cannot say the sticky bit. */
function ownership(random: Random): { mode: number; uid: number; gid: number } {
  const mode = random.below(0o10000) & ~0o1000;
  return { mode, uid: random.next() >>> 1, gid: random.next() >>> 1 };
}

function leafNode(random: Random, block: number, index: number): ProtoNode {
  const type = random.pick(KINDS);
  const node = { name: anyName(random, index), type, ...ownership(random) };
  switch (type) {
    case 'file':
      return { ...node, contents: contents(random, block) };
    case 'symlink':
      return { ...node, target: 't'.repeat(1 + random.below(random.pick([30, 200, 1023]))) };
    case 'fifo':
      return node;
    case 'character':
    case 'block':
      return { ...node, device: [random.below(4096), random.below(2 ** 18)] };
  }
}

/** Any bytes but white space, the colon and the rest that a protofile's scanner takes for itself. */
function anyName(random: Random, index: number): Buffer {
  const tail = Buffer.alloc(random.below(random.pick([10, 60, 240])));
  for (let at = 0; at < tail.length; at++) {
    const byte = random.below(256);
    tail[at] = byte <= 0x40 || byte === 0x7f || byte === 0xa0 ? 0x78 : byte;
  }
  return Buffer.concat([Buffer.from(`n${index}-`), tail]);
}

function contents(random: Random, block: number): Buffer {
  const bytes = Buffer.alloc(random.pick([0, 1, 100, block, block + 1, random.below(9 * block)]));
  for (let at = 0; at + 4 <= bytes.length; at += 4) bytes.writeUInt32LE(random.next(), at);
  return bytes;
}

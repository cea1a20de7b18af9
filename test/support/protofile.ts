/**
 * Trees that mkfs.xfs itself writes into an image, from a protofile: for formats that this kernel does not
 * mount. xfs_db adds what a protofile cannot say: attributes, holes, unwritten extents.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { EntryType } from './entry.js';
import { mkfs, type MkfsOptions } from './mkfs.js';
import { xfsDb, xfsDbEdit } from './xfs-db.js';

export interface ProtoNode {
  name: string | Buffer;
  type: Exclude<EntryType, 'socket'>;
  mode: number;
  uid?: number;
  gid?: number;
  /** Of a file, as it reads. */
  contents?: Buffer;
  /** What mkfs.xfs writes, where `edits` make something else of it. */
  stored?: Buffer;
  /** Of a symlink: no white space. */
  target?: string | Buffer;
  /** Of a device: major and minor number. */
  device?: readonly [number, number];
  children?: readonly ProtoNode[];
  /** Values are so many letters 'v': all that xfs_db can write. */
  xattrs?: readonly ProtoXattr[];
  /** Commands of xfs_db at this inode. */
  edits?: readonly string[];
}

interface ProtoXattr {
  /** With its namespace: 'user.x', 'trusted.x', 'security.x'. */
  name: string;
  bytes: number;
}

const TYPE_LETTERS = {
  file: '-',
  directory: 'd',
  symlink: 'l',
  fifo: 'p',
  character: 'c',
  block: 'b',
} as const;

const XATTR_OPTIONS: Readonly<Record<string, string>> = {
  user: '-u',
  trusted: '-r',
  security: '-s',
};

export function bytesOf(text: string | Buffer): Buffer {
  return typeof text === 'string' ? Buffer.from(text) : text;
}

/** @returns the commands, for the record. `scratch` is a directory for the contents of files. */
export function mkfsFromProtofile(
  path: string,
  { bytes, options }: MkfsOptions,
  root: ProtoNode,
  scratch: string,
): string[] {
  const protofile = join(scratch, 'protofile');
  writeFileSync(
    protofile,
    Buffer.concat([Buffer.from('boot 0 0\n'), ...nodeText(root, scratch, true)]),
  );
  const command = mkfs(path, { bytes, options: [...options, '-p', protofile] });
  const edits = editCommands(path, root);
  for (const [ino, edit] of edits) xfsDbEdit(path, ino, edit);
  const commands = edits.map(([ino, edit]) => `xfs_db -x -c 'inode ${ino}' -c '${edit}'`);
  return [command.replace(protofile, 'PROTOFILE'), ...commands];
}

let contentFiles = 0;

/** Pieces of text: names are bytes. */
function nodeText(node: ProtoNode, scratch: string, isRoot = false): Buffer[] {
  const { type, mode, uid = 0, gid = 0 } = node;
  const flags = `${mode & 0o4000 ? 'u' : '-'}${mode & 0o2000 ? 'g' : '-'}`;
  const permissions = (mode & 0o777).toString(8).padStart(3, '0');
  const head = Buffer.from(` ${TYPE_LETTERS[type]}${flags}${permissions} ${uid} ${gid}`);
  const line = isRoot ? [head] : [bytesOf(node.name), head];
  const end = Buffer.from('\n');
  const space = Buffer.from(' ');
  switch (type) {
    case 'directory': {
      const children = (node.children ?? []).flatMap((child) => nodeText(child, scratch));
      return [...line, end, ...children, Buffer.from('$\n')];
    }
    case 'file': {
      const contents = join(scratch, `contents-${contentFiles++}`);
      writeFileSync(contents, node.stored ?? node.contents ?? '');
      return [...line, space, Buffer.from(contents), end];
    }
    case 'symlink':
      return [...line, space, bytesOf(node.target ?? ''), end];
    case 'character':
    case 'block':
      return [...line, Buffer.from(` ${node.device?.join(' ')}`), end];
    case 'fifo':
      return [...line, end];
  }
}

/** [inode number, command of xfs_db]. */
function editCommands(path: string, root: ProtoNode): [string, string][] {
  return [...inodeNumbers(path, root)].flatMap(([node, ino]) => {
    const attributes = (node.xattrs ?? []).map(({ name, bytes }) => {
      const dot = name.indexOf('.');
      return `attr_set ${XATTR_OPTIONS[name.slice(0, dot)]} -v ${bytes} ${name.slice(dot + 1)}`;
    });
    return [...attributes, ...(node.edits ?? [])].map((command): [string, string] => [
      ino,
      command,
    ]);
  });
}

/** Of every node, from xfs_db's listings; which must be the protofile's names and no others. */
export function inodeNumbers(path: string, root: ProtoNode): Map<ProtoNode, string> {
  const [superblock = ''] = xfsDb(path, ['sb 0', 'print rootino']).slice(1);
  const inos = new Map([[root, superblock.replace(/^.*= /, '').trim()]]);
  for (let level = [root]; level.length > 0; level = level.flatMap((node) => node.children ?? [])) {
    const directories = level.filter((node) => node.type === 'directory');
    const commands = directories.flatMap((node) => [`inode ${inos.get(node)}`, 'ls']);
    const output = xfsDb(path, commands);
    for (const [index, directory] of directories.entries()) {
      const listed = parseListing(output[2 * index + 1] ?? '');
      for (const child of directory.children ?? []) {
        const name = bytesOf(child.name).toString('latin1');
        const ino = listed.get(name);
        if (ino === undefined) throw new Error(`${path}: xfs_db lists no ${name}`);
        inos.set(child, ino);
        listed.delete(name);
      }
      if (listed.size > 0) throw new Error(`${path}: unexpected ${[...listed.keys()].join(', ')}`);
    }
  }
  return inos;
}

/** 'cookie inode type hash length name (good)': names to inode numbers, without the dots. */
function parseListing(output: string): Map<string, string> {
  const line = /^\d+\s+(\d+)\s+\w+\s+0x[0-9a-f]+\s+\d+ (.*) \(good\)$/gm;
  const names = new Map([...output.matchAll(line)].map(([, ino, name]) => [name!, ino!]));
  names.delete('.');
  names.delete('..');
  return names;
}

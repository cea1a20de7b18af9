/** `daxkit ls`: the entries of a directory, in the order of their bytes. */
import type { Volume } from '../api/index.js';
import { joinPosition } from '../core/index.js';
import {
  FileType,
  fileType,
  isDirectory,
  isSymlink,
  type DirectoryEntry,
  type Inode,
} from '../vfs/index.js';
import { alignColumns } from './columns.js';
import { complain } from './complain.node.js';
import { explain } from './failure.js';
import { minuteText, modeText, permissionDigits, typeName, utcText } from './inode-text.js';
import { nameFields } from './name-json.js';
import { about, findInode, withImage, type ImageOptions } from './open-place.node.js';
import { Output } from './output.node.js';
import { parsePlace, type Place } from './place.node.js';
import { quote } from './quote.js';
import { sortedEntries } from './sorted-entries.js';

interface LsOptions extends ImageOptions {
  /** The long form. */
  readonly l?: boolean;
  readonly json?: boolean;
}

interface Row {
  readonly name: Uint8Array;
  readonly inode: Inode;
  /** Of a symbolic link. */
  readonly target: Uint8Array | undefined;
  readonly hasAcl: boolean;
}

export async function ls(
  argument: string,
  { l = false, json = false, ...options }: LsOptions,
): Promise<number> {
  const place = parsePlace(argument);
  return withImage(place.image, options, (_fs, volume) => {
    const output = new Output();
    const entries = listPlace(volume, place, !l && !json);
    const rows = l || json ? readRows(volume, place, entries) : [];
    if (json) output.json(rows.map((row) => toJson(row, volume.driver.blockBytes)));
    else if (l) writeLong(output, rows, volume.driver.blockBytes);
    else for (const { name } of entries) output.line(output.name(name));
    output.flush();
    return rows.length < entries.length && (l || json) ? 1 : 0;
  });
}

/** Of a directory its entries; of anything else itself, under the name that was asked for. */
function listPlace(volume: Volume, place: Place, follow: boolean): DirectoryEntry[] {
  const { inode } = findInode(volume, place, follow);
  if (!isDirectory(inode)) return [{ name: place.path, ino: inode.ino, type: fileType(inode) }];
  return about(place, () => sortedEntries(volume.driver, inode));
}

/** What cannot be read is reported and left out. */
function readRows(volume: Volume, place: Place, entries: readonly DirectoryEntry[]): Row[] {
  const { driver } = volume;
  const rows: Row[] = [];
  for (const { name, ino } of entries) {
    try {
      const inode = driver.inode(ino);
      const target = isSymlink(inode) ? driver.readlink(inode) : undefined;
      rows.push({ name, inode, target, hasAcl: hasAcl(driver.listAttributes(inode)) });
    } catch (error) {
      complain(`${quote(place.text)}: ${quote(name)}: ${explain(error)}`);
    }
  }
  return rows;
}

function hasAcl(attributes: readonly Uint8Array[]): boolean {
  return attributes.some((name) => Buffer.from(name).toString().startsWith('system.posix_acl_'));
}

function writeLong(output: Output, rows: readonly Row[], blockBytes: number): void {
  const anyAcl = rows.some((row) => row.hasAcl);
  const columns = rows.map(({ inode, hasAcl: own }) => [
    modeText(inode) + (own ? '+' : anyAcl ? ' ' : ''),
    String(inode.nlink),
    String(inode.uid),
    String(inode.gid),
    sizeOrDevice(inode, blockBytes),
    minuteText(inode.modified),
  ]);
  for (const [index, line] of alignColumns(columns, [1, 2, 3, 4]).entries()) {
    const { name, target } = rows[index]!;
    const link = target === undefined ? [] : [' -> ', output.name(target)];
    output.line(line, '  ', output.name(name), ...link);
  }
}

function isDevice(inode: Inode): boolean {
  return fileType(inode) === FileType.character || fileType(inode) === FileType.block;
}

function sizeOrDevice(inode: Inode, blockBytes: number): string {
  const { major, minor } = inode.rdev;
  return isDevice(inode) ? `${major}, ${minor}` : String(joinPosition(inode.size, blockBytes));
}

function toJson({ name, inode, target }: Row, blockBytes: number): Record<string, unknown> {
  return {
    ...nameFields(name),
    type: typeName(inode),
    ino: inode.ino,
    mode: permissionDigits(inode),
    links: inode.nlink,
    uid: inode.uid,
    gid: inode.gid,
    size: joinPosition(inode.size, blockBytes),
    ...(isDevice(inode) ? { device: inode.rdev } : {}),
    modified: utcText(inode.modified),
    ...(target === undefined ? {} : nameFields(target, 'target')),
  };
}

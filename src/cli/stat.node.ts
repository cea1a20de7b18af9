/** `daxkit stat`: what the inode of a file says, as stat(1) does and beyond. */
import type { Volume } from '../api/index.js';
import { joinPosition } from '../core/index.js';
import { FileType, fileType, isSymlink, nameToText, type Inode } from '../vfs/index.js';
import { exactTimeText, modeText, permissionDigits, typeName, utcText } from './inode-text.js';
import { nameFields } from './name-json.js';
import { about, findInode, withImage, type ImageOptions } from './open-place.node.js';
import { Output } from './output.node.js';
import { parsePlace, type Place } from './place.node.js';
import { quote } from './quote.js';

interface Facts {
  readonly place: Place;
  readonly inode: Inode;
  readonly details: ReturnType<Volume['driver']['details']>;
  readonly size: bigint;
  readonly blockBytes: number;
  readonly target: Uint8Array | undefined;
  readonly attributes: readonly Uint8Array[];
  readonly parents: readonly { readonly ino: number; readonly name: Uint8Array }[];
}

export async function stat(
  argument: string,
  { json = false, ...options }: ImageOptions & { readonly json?: boolean },
): Promise<number> {
  const place = parsePlace(argument);
  const facts = await withImage(place.image, options, (_fs, volume) => readFacts(volume, place));
  const output = new Output();
  if (json) output.json(toJson(facts));
  else writeText(output, facts);
  output.flush();
  return 0;
}

function readFacts(volume: Volume, place: Place): Facts {
  const { driver } = volume;
  const { inode } = findInode(volume, place, false);
  return about(place, () => ({
    place,
    inode,
    details: driver.details(inode),
    size: joinPosition(inode.size, driver.blockBytes),
    blockBytes: driver.blockBytes,
    target: isSymlink(inode) ? driver.readlink(inode) : undefined,
    attributes: driver.listAttributes(inode),
    parents: driver.parents(inode),
  }));
}

function isDevice(inode: Inode): boolean {
  return fileType(inode) === FileType.character || fileType(inode) === FileType.block;
}

function writeText(output: Output, facts: Facts): void {
  const { place, inode, details, size, blockBytes, target, attributes, parents } = facts;
  const link = target === undefined ? [] : [' -> ', output.name(target)];
  const device = isDevice(inode) ? `  device ${inode.rdev.major}, ${inode.rdev.minor}` : '';
  output.line('File:     ', output.name(place.text), ...link);
  output.line(`Type:     ${typeName(inode)}${device}`);
  output.line(`Size:     ${size} bytes, ${inode.sectors} sectors of 512, blocks of ${blockBytes}`);
  output.line(`Inode:    ${inode.ino}  generation ${details.generation}  links ${inode.nlink}`);
  output.line(`Mode:     ${permissionDigits(inode)}/${modeText(inode)}`);
  output.line(`Owner:    uid ${inode.uid}  gid ${inode.gid}  project ${details.projectId}`);
  output.line(`Accessed: ${exactTimeText(inode.accessed)}`);
  output.line(`Modified: ${exactTimeText(inode.modified)}`);
  output.line(`Changed:  ${exactTimeText(inode.changed)}`);
  output.line(`Born:     ${exactTimeText(inode.born)}`);
  if (details.flags.length > 0) output.line(`Flags:    ${details.flags.join(', ')}`);
  for (const name of attributes) output.line('Xattr:    ', quote(name));
  for (const { ino, name } of parents)
    output.line(`Parent:   inode ${ino}, as `, output.name(name));
}

function toJson({
  place,
  inode,
  details,
  size,
  blockBytes,
  target,
  attributes,
  parents,
}: Facts): unknown {
  return {
    ...nameFields(place.path, 'path'),
    type: typeName(inode),
    ino: inode.ino,
    generation: details.generation,
    mode: permissionDigits(inode),
    links: inode.nlink,
    uid: inode.uid,
    gid: inode.gid,
    projectId: details.projectId,
    ...(isDevice(inode) ? { device: inode.rdev } : {}),
    size,
    blockSize: blockBytes,
    sectors: inode.sectors,
    accessed: utcText(inode.accessed),
    modified: utcText(inode.modified),
    changed: utcText(inode.changed),
    born: utcText(inode.born),
    flags: details.flags,
    ...(target === undefined ? {} : nameFields(target, 'target')),
    xattrs: attributes.map(nameToText),
    parents: parents.map(({ ino, name }) => ({ ino, ...nameFields(name) })),
  };
}

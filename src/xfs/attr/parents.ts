/** Parent pointers: attributes of a namespace of their own, one for each link to the inode. */
import { AttrFlag } from '../format/attr.js';
import type { XfsInode } from '../inode/inode.js';
import type { Mount } from '../mount.js';
import { attributeValue, visitAttributes, type RawAttribute } from './attributes.js';

export interface ParentPointer {
  /** The directory that holds the entry. */
  readonly ino: number;
  readonly generation: number;
  /** Name of the entry. */
  readonly name: Uint8Array;
}

/** Value: | inode number 8 | generation 4 |. */
const VALUE_BYTES = 12;

export function parentPointers(mount: Mount, inode: XfsInode): ParentPointer[] {
  const raw: RawAttribute[] = [];
  visitAttributes(mount, inode, (attribute) => {
    if ((attribute.namespace & AttrFlag.parent) !== 0) raw.push(attribute);
    return false;
  });
  return raw.map((attribute) => {
    const value = attributeValue(mount, inode, attribute);
    if (value.length !== VALUE_BYTES) throw inode.corrupt('a parent pointer has 12 bytes');
    const view = new DataView(value.buffer);
    const ino = view.getUint32(0) * 0x1_0000_0000 + view.getUint32(4);
    if (!mount.geometry.isIno(ino)) throw inode.corrupt('a parent pointer names an inode');
    return { ino, generation: view.getUint32(8), name: attribute.name.slice() };
  });
}

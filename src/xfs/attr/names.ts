/**
 * Attribute names as system calls spell them: a namespace, a dot, the name.
 *
 * ACLs lie in the trusted namespace under names of SGI's, in a big-endian form of their own; system calls
 * know them as system.posix_acl_*, little-endian. The kernel shows root both, and so do we.
 */
import { AttrFlag } from '../format/attr.js';
import type { XfsInode } from '../inode/inode.js';
import type { Mount } from '../mount.js';
import { attributeValue, findAttribute, sameBytes, visitAttributes } from './attributes.js';

const encoder = new TextEncoder();

interface Namespace {
  readonly prefix: Uint8Array;
  readonly flags: number;
}

const NAMESPACES: readonly Namespace[] = [
  { prefix: encoder.encode('user.'), flags: 0 },
  { prefix: encoder.encode('trusted.'), flags: AttrFlag.root },
  { prefix: encoder.encode('security.'), flags: AttrFlag.secure },
];

const ACLS = [
  { call: encoder.encode('system.posix_acl_access'), disk: encoder.encode('SGI_ACL_FILE') },
  { call: encoder.encode('system.posix_acl_default'), disk: encoder.encode('SGI_ACL_DEFAULT') },
] as const;

function startsWith(name: Uint8Array, prefix: Uint8Array): boolean {
  return name.length > prefix.length && prefix.every((byte, i) => byte === name[i]);
}

function join(prefix: Uint8Array, name: Uint8Array): Uint8Array {
  const whole = new Uint8Array(prefix.length + name.length);
  whole.set(prefix);
  whole.set(name, prefix.length);
  return whole;
}

/** Names of all attributes; parent pointers are not among them, as in the kernel. */
export function listNames(mount: Mount, inode: XfsInode): Uint8Array[] {
  const names: Uint8Array[] = [];
  visitAttributes(mount, inode, ({ name, namespace }) => {
    const space = NAMESPACES.find(({ flags }) => flags === namespace);
    if (space === undefined) return false;
    const acl = ACLS.find(({ disk }) => namespace === AttrFlag.root && sameBytes(disk, name));
    if (acl !== undefined) names.push(acl.call);
    names.push(join(space.prefix, name));
    return false;
  });
  return names;
}

/** The value under the name that system calls use, or `undefined`. */
export function getByName(mount: Mount, inode: XfsInode, name: Uint8Array): Uint8Array | undefined {
  const acl = ACLS.find(({ call }) => sameBytes(call, name));
  if (acl !== undefined) {
    const raw = findAttribute(mount, inode, acl.disk, AttrFlag.root);
    if (raw === undefined) return undefined;
    const value = posixAcl(attributeValue(mount, inode, raw));
    if (value === undefined) throw inode.corrupt('an ACL is as long as its count says');
    return value;
  }
  const space = NAMESPACES.find(({ prefix }) => startsWith(name, prefix));
  if (space === undefined) return undefined;
  const raw = findAttribute(mount, inode, name.subarray(space.prefix.length), space.flags);
  return raw === undefined ? undefined : attributeValue(mount, inode, raw);
}

/** Version of the form that system calls use. */
const POSIX_ACL_VERSION = 2;

/**
 *   disk   | count 4 | { tag 4 | id 4 | perm 2 | pad 2 } ... |   big-endian
 *   call   | version 4 | { tag 2 | perm 2 | id 4 } ... |         little-endian
 *
 * An id is all ones for tags that have none, in the call's form; the disk may say 0 there.
 */
function posixAcl(disk: Uint8Array): Uint8Array | undefined {
  const from = new DataView(disk.buffer, disk.byteOffset, disk.byteLength);
  if (disk.length < 4 || disk.length !== 4 + from.getUint32(0) * 12) return undefined;
  const count = from.getUint32(0);
  const call = new Uint8Array(4 + count * 8);
  const to = new DataView(call.buffer);
  to.setUint32(0, POSIX_ACL_VERSION, true);
  for (let i = 0; i < count; i++) {
    const tag = from.getUint32(4 + i * 12);
    to.setUint16(4 + i * 8, tag, true);
    to.setUint16(6 + i * 8, from.getUint16(12 + i * 12), true);
    to.setUint32(
      8 + i * 8,
      ACL_TAGS_WITH_ID.has(tag) ? from.getUint32(8 + i * 12) : 0xffff_ffff,
      true,
    );
  }
  return call;
}

/** ACL_USER and ACL_GROUP. */
const ACL_TAGS_WITH_ID = new Set([0x02, 0x08]);

/** Attributes of every form and namespace, access control lists, values in blocks of their own. */
import { literalArea, type Geometry } from './geometry.js';
import { collidingNames } from './names.js';
import { patterned } from './patterns.js';
import type { TreeWriter } from './tree-writer.js';

export function fillAttributes(tree: TreeWriter, geometry: Geometry): void {
  const { block } = geometry;
  const set = (path: string, name: string, bytes: number): void => {
    tree.xattr(path, name, patterned(`${name} `, bytes));
  };
  tree.directory('/attrs');
  tree.file('/attrs/short');
  set('/attrs/short', 'user.small', 10);
  set('/attrs/short', 'user.empty', 0);
  tree.file('/attrs/namespaces');
  for (const space of ['user', 'trusted', 'security'])
    set('/attrs/namespaces', `${space}.same`, 12);
  tree.file('/attrs/leaf', 'an attribute leaf\n');
  for (let index = 0; index * 60 < literalArea(geometry); index++) {
    set('/attrs/leaf', `user.attribute-${index}`, 40);
  }
  // Each more than an eighth of a block: fourteen never fit one leaf, and none becomes remote.
  tree.file('/attrs/node', 'an attribute tree\n');
  for (let index = 0; index < 14; index++) set('/attrs/node', `user.node-${index}`, block / 8);
  tree.file('/attrs/colliding');
  for (const name of collidingNames(16)) set('/attrs/colliding', `user.${name}`, 20);
  tree.file('/attrs/long-name');
  set('/attrs/long-name', `user.${'n'.repeat(250)}`, 5);
  tree.file('/attrs/deleted');
  for (let index = 0; index < 12; index++) set('/attrs/deleted', `user.gone-${index}`, block / 8);
  for (let index = 1; index < 12; index++) tree.removeXattr('/attrs/deleted', `user.gone-${index}`);
  tree.file('/attrs/remote', 'values in blocks of their own\n');
  const remoteHeader = 56;
  for (const bytes of [block - remoteHeader, block - remoteHeader + 1, block * 2, 65_536]) {
    if (bytes <= 65_536) set('/attrs/remote', `user.remote-${bytes}`, bytes);
  }
  tree.file('/attrs/acl', 'for user 1000 and group 2000\n', 0o640);
  tree.acl('/attrs/acl', 'u:1000:rw,g:2000:r,m::rw');
  tree.directory('/attrs/acl-directory');
  tree.acl('/attrs/acl-directory', 'u:1001:rwx,d:u:1001:rwx,d:g:2001:rx');
  tree.file('/attrs/acl-directory/inherits');
  tree.file('/attrs/capable', '', 0o755);
  tree.xattr('/attrs/capable', 'security.capability', CAP_NET_RAW);
  tree.symlink('/attrs/symlink', 'short');
  set('/attrs/symlink', 'trusted.on-symlink', 20);
  set('/attrs', 'user.on-directory', 20);
}

/** struct vfs_cap_data, revision 2: effective, CAP_NET_RAW permitted. */
const CAP_NET_RAW = Buffer.from('0100000200200000000000000000000000000000', 'hex');

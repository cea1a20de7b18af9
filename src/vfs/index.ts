export { componentText, joinPath, nameToText } from './name.js';
export { Dentry, Tree, type NamedEntry, type NamedPart, type Place } from './tree.js';
export type { DirectoryEntry, DirectoryPart, Driver, Usage } from './driver.js';
export {
  FileType,
  fileType,
  isDirectory,
  isRegular,
  isSymlink,
  type Device,
  type Inode,
  type Timespec,
} from './inode.js';

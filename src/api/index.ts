export { Dirent } from './dirent.js';
export { Directory } from './directory.js';
export { FileHandle, type ReadOptions } from './file-handle.js';
export { FileSystem, accessModes } from './file-system.js';
export { Mapping } from './mapping.js';
export { openOn } from './open.js';
export type { ReaddirOptions } from './readdir.js';
export { BigIntStats, Stats, type StatFs } from './stats.js';
export type {
  Extent,
  FileSystemInfo,
  MapOptions,
  MappingMode,
  OpenOptions,
  Parent,
  Path,
  Platform,
  ReadStreamOptions,
} from './types.js';
export type { Volume } from './volume.js';

/** What every entry of the package gives. */
export {
  BigIntStats,
  Directory,
  Dirent,
  FileHandle,
  FileSystem,
  Mapping,
  Stats,
  accessModes,
  type Extent,
  type FileSystemInfo,
  type MapOptions,
  type MappingMode,
  type OpenOptions,
  type Parent,
  type Path,
  type ReadOptions,
  type ReadStreamOptions,
  type ReaddirOptions,
  type StatFs,
} from './api/index.js';
export { CorruptError, FsError } from './core/index.js';
export {
  BlobDevice,
  MemoryDevice,
  PartitionDevice,
  readPartitions,
  type BlockDevice,
  type Partition,
} from './device/index.js';
export {
  MKFS_TARGETS,
  mkfs,
  type MkfsFeatures,
  type MkfsOptions,
  type MkfsResult,
  type MkfsTarget,
} from './xfs/index.js';

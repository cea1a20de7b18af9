export {
  MKFS_TARGETS,
  mkfs,
  type MkfsFeatures,
  type MkfsOptions,
  type MkfsResult,
  type MkfsTarget,
} from './mkfs/index.js';
export { openXfs, type XfsDriver, type XfsOptions } from './super.js';
export type { XfsInfo } from './volume-info.js';

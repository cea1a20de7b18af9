export { mkfs, type MkfsResult } from './mkfs.js';
export { MKFS_TARGETS, type MkfsFeatures, type MkfsOptions, type MkfsTarget } from './options.js';

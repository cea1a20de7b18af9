export { BlobDevice, type BlobLike } from './blob-device.js';
export type { BlockDevice, DirectAccess } from './block-device.js';
export type { DeviceNumber } from './device-number.js';
export { MemoryDevice, type MemoryDeviceOptions } from './memory-device.js';
export { OverlayDevice } from './overlay-device.js';
export { PartitionDevice } from './partition-device.js';
export type { Partition } from './partition.js';
export { choosePartition, readPartitions } from './partitions.js';

export { fileBlocksMax, mappings, seek } from './extents.js';
export { iomapBegin, type IomapMapping, type IomapOps, type MappingType } from './mapping.js';
export { bytesToEnd, readFileRange, type FileSource } from './read.js';

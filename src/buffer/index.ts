export { Block, type BlockOps, type Piece } from './block.js';
export { BlockCache } from './cache.js';

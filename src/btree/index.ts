export { BtreeCursor, type BtreeNode, type BtreeOps, type BtreeSource } from './cursor.js';

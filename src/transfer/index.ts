export type { CopyListener } from './copy-listener.js';
export { fileParts } from './file-parts.js';
export { treeSize, type TreeSize } from './tree-size.js';

export type { CopyListener } from './copy-listener.js';
export { fileParts, type FilePart } from './file-parts.js';
export { treeSize, type TreeSize } from './tree-size.js';
export { walkTree, type Visitor } from './walk.js';

export { CopyOut } from './copy-out.node.js';
export { findDestination, pathFor, type Destination } from './destination.node.js';
export type { ImageIdentity } from './make-new.node.js';

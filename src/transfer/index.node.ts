export { CopyOut } from './copy-out.node.js';
export { findDestination, pathFor, type Destination } from './destination.node.js';

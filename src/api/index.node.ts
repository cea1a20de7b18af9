export { nodePlatform } from './platform.node.js';

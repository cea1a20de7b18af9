export { hardwareMemory } from './hardware.node.js';

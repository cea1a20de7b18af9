export type { Memory, MemoryRange } from './memory.js';

export { assert } from './assert.js';
export { CorruptError, FsError, inCall, type ErrorCode, type ErrorContext } from './errors.js';
export {
  SIZE_MAX,
  comparePositions,
  joinPosition,
  positionToNumeric,
  splitPosition,
  type Position,
} from './position.js';
export { Random } from './random.js';
export { divideUp, isWithin, roundDown, roundUp } from './range.js';

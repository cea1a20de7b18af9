/** What every reader of a volume is handed: its geometry, and its verified blocks. */
import type { BlockCache } from '../buffer/index.js';
import type { Geometry } from './format/geometry.js';

export interface Mount {
  readonly geometry: Geometry;
  readonly cache: BlockCache<Geometry>;
}

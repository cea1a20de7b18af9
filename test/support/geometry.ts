/** What of an image's format decides which forms its files take. */
export interface Geometry {
  /** Bytes. */
  block: number;
  directoryBlock: number;
  inode: number;
  reflink: boolean;
  bigtime: boolean;
}

/** Bytes of an inode that its forks share, v5. */
export function literalArea(geometry: Geometry): number {
  return geometry.inode - 176;
}

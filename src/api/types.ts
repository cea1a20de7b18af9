/** The shapes that callers of daxkit meet, where node:fs has none; and the options of its calls. */
import type { Readable } from 'node:stream';
import type { Interface } from 'node:readline';
import type { XfsInfo } from '../xfs/index.js';

/** A string is UTF-8; bytes reach names that are not. Relative paths begin at the root. */
export type Path = string | Uint8Array;

export interface OpenOptions {
  /** Default, and all there is in this version: true. False takes the exclusive lock of a writer. */
  readonly readOnly?: boolean;
  /** Number of the partition, from 1; by default the only one that holds XFS. */
  readonly partition?: number;
  /** Open in spite of a dirty log, without replay: what only the log holds is not seen. */
  readonly norecovery?: boolean;
}

/**
 * One run of a file, as FIEMAP reports it. Bytes; all are multiples of the block size, so that numbers
 * hold them exactly.
 */
export interface Extent {
  /** Position in the file. */
  readonly offset: number;
  /** Position in the file system, so counted from the start of its partition. */
  readonly physical: number;
  readonly length: number;
  /** Allocated but never written: reads as zeros. */
  readonly unwritten: boolean;
  /** Some other file, or offset, owns these blocks too: reflink. */
  readonly shared: boolean;
}

export interface MapOptions {
  /** Bytes; a multiple of the page size. Default 0. */
  readonly offset?: number | bigint;
  /** Bytes; may reach past the end of the file, where there are zeros. Default: to the end of the file. */
  readonly length?: number;
}

/**
 * How the bytes of a mapping came to be in memory. 'eager': every page is the image's own, or zeros for a
 * hole; 'copy': all are copies; 'mixed': some had to be copied.
 */
export type MappingMode = 'eager' | 'mixed' | 'copy';

/** What `info()` tells. */
export interface FileSystemInfo extends XfsInfo {
  /** The device that holds it, or its part of the device. */
  readonly device: { readonly name: string; readonly size: number };
}

export interface ReadStreamOptions {
  readonly start?: number | bigint;
  /** Inclusive, as in node:fs. */
  readonly end?: number | bigint;
  /** Bytes in a chunk. Default 64 KiB. */
  readonly highWaterMark?: number;
  readonly encoding?: BufferEncoding;
}

/** One parent pointer of an inode: a directory, and the name it has there. */
export interface Parent {
  readonly ino: number;
  readonly generation: number;
  readonly name: Uint8Array;
}

/** What the Node entry adds to the portable part. */
export interface Platform {
  createReadStream(chunks: AsyncIterable<Uint8Array>, options: ReadStreamOptions): Readable;
  readLines(stream: Readable): Interface;
}

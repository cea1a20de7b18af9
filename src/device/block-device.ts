/**
 * What a file system needs of storage: bytes at positions, whole or not at all.
 *
 * Units: bytes. Every call reads or writes exactly `target.length` bytes, or fails with an `FsError`
 * (EIO, EINVAL for a range outside the device); a short transfer is an EIO, never a short answer.
 * `readSync` serves metadata: a transaction is synchronous code (ARCHITECTURE.md, decision 1). A
 * device that cannot offer it (a Blob) leaves it out, and the buffer cache reads ahead of a retry.
 */
export interface BlockDevice {
  /** What error messages and `doctor` call it. */
  readonly name: string;
  readonly size: number;
  /** The smallest unit that the storage writes as one. */
  readonly sectorSize: number;
  readonly readOnly: boolean;
  /** Present where the device's bytes can be mapped into memory: direct access. */
  readonly direct?: DirectAccess;
  readSync?(position: number, target: Uint8Array): void;
  read(position: number, target: Uint8Array): Promise<void>;
  writeSync?(position: number, source: Uint8Array): void;
  /** @throws FsError EROFS on a read-only device. */
  write(position: number, source: Uint8Array): Promise<void>;
  /** Resolves when every write that has completed is durable. */
  flush(): Promise<void>;
  close(): Promise<void>;
}

/** How to reach a device's own pages. */
export interface DirectAccess {
  /** Pages of the device are pages of this file (a regular file or a block device). */
  readonly descriptor: number;
  /** Where the device begins in that file, bytes; a partition's start, so not always page-aligned. */
  readonly offset: number;
  /**
   * A live view of the device's own pages, no copy. Valid until the next `view` or `close`: to be
   * handed to a system call, or copied from, at once. Not to be written to.
   *
   * A file that somebody shortens under a view answers a system call with EFAULT, and kills a process
   * that touches the view itself. Pages handed out before are dropped from time to time, so that
   * gigabytes can be streamed with some tens of MiB resident.
   * @returns up to `length` bytes at `position`: fewer where the device's window ends.
   * @throws FsError EIO where the file has become shorter than that.
   */
  view(position: number, length: number): Uint8Array;
}

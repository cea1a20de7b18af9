/** What a copy tells while it runs. Paths are those of the host. */
export interface CopyListener {
  /** Something was not copied, or not whole; the rest goes on. */
  problem(path: Uint8Array, error: unknown): void;
  /** An extended attribute that the target cannot hold, or that this user may not set: no problem. */
  lost(path: Uint8Array, attribute: string, error: unknown): void;
  /** So many bytes and entries more are done. */
  progress(bytes: number, entries: number): void;
}

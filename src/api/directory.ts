/** A directory that is listed a part at a time, as node:fs' Dir: memory does not grow with its size. */
import { nameToText, type DirectoryPart } from '../vfs/index.js';
import { FsError } from '../core/index.js';
import { Dirent } from './dirent.js';

export class Directory {
  readonly #list: (from: number) => Promise<DirectoryPart>;
  #ready: Dirent[] = [];
  #next: number | undefined = 0;
  #isClosed = false;

  constructor(
    readonly path: string,
    list: (from: number) => Promise<DirectoryPart>,
  ) {
    this.#list = list;
  }

  /** The next entry, or null at the end. */
  async read(): Promise<Dirent | null> {
    if (this.#isClosed) throw new FsError('EBADF', { syscall: 'readdir', path: this.path });
    while (this.#ready.length === 0) {
      if (this.#next === undefined) return null;
      const part = await this.#list(this.#next);
      this.#next = part.next;
      this.#ready = part.entries
        .map(({ name, type }) => new Dirent(nameToText(name), this.path, type))
        .reverse();
    }
    return this.#ready.pop() ?? null;
  }

  async close(): Promise<void> {
    this.#isClosed = true;
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Dirent> {
    for (let entry = await this.read(); entry !== null; entry = await this.read()) yield entry;
    await this.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }
}

/** An entry of a directory with its type, as node:fs' Dirent. */
import { FileType } from '../vfs/index.js';

export class Dirent<Name extends string | Uint8Array = string> {
  readonly #type: number;

  /**
   * @param parentPath the directory, as it was asked for
   * @param type type bits of st_mode
   */
  constructor(
    readonly name: Name,
    readonly parentPath: string,
    type: number,
  ) {
    this.#type = type;
  }

  isFile(): boolean {
    return this.#type === FileType.regular;
  }
  isDirectory(): boolean {
    return this.#type === FileType.directory;
  }
  isSymbolicLink(): boolean {
    return this.#type === FileType.symlink;
  }
  isBlockDevice(): boolean {
    return this.#type === FileType.block;
  }
  isCharacterDevice(): boolean {
    return this.#type === FileType.character;
  }
  isFIFO(): boolean {
    return this.#type === FileType.fifo;
  }
  isSocket(): boolean {
    return this.#type === FileType.socket;
  }
}

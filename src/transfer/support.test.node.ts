/** What the tests of copying share: scratch folders, images of the fixtures, and hostile ones. */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { FileSystem, openOn, type Volume } from '../api/index.js';
import { MemoryDevice } from '../device/index.js';
import { crc32cAround } from '../ondisk/index.js';
import { FileType, fileType, type Inode } from '../vfs/index.js';
import type { CopyListener } from './copy-listener.js';
import { CopyOut } from './copy-out.node.js';
import { walkTree } from './walk.js';

/** A folder of this test's own, which goes with it. */
export function scratch(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'daxkit-transfer-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

export function run(command: string, ...args: string[]): string {
  return execFileSync(command, args, { encoding: 'utf8', stdio: 'pipe' });
}

/** Does the shell find this program? */
export function hasProgram(name: string): boolean {
  return spawnSync('sh', ['-c', `command -v ${name}`]).status === 0;
}

/** A listener that keeps what it is told. */
export class Listener implements CopyListener {
  readonly problems: string[] = [];
  /** 'path: name' */
  readonly lostAttributes: string[] = [];
  bytes = 0;
  entries = 0;

  problem(path: Uint8Array, error: unknown): void {
    this.problems.push(`${Buffer.from(path).toString('latin1')}: ${String(error)}`);
  }

  lost(path: Uint8Array, attribute: string): void {
    this.lostAttributes.push(`${Buffer.from(path).toString('latin1')}: ${attribute}`);
  }

  progress(bytes: number, entries: number): void {
    this.bytes += bytes;
    this.entries += entries;
  }
}

/** An identity that no file has. */
const NO_IMAGE = { dev: 0n, ino: 0n };

/** Copies the whole image to `target`. */
export function copyAll(volume: Volume, target: string, image = NO_IMAGE): Listener {
  const listener = new Listener();
  const root = volume.driver.inode(volume.driver.rootIno);
  new CopyOut(volume, image, listener).copy(root, Buffer.from(target));
  return listener;
}

/** An entry to put into a directory. */
interface ForgedEntry {
  readonly name: string | Uint8Array;
  readonly ino: number;
}

/** Places in an inode, as docs/format/xfs.md has them. */
const FORMAT_AT = 5;
const SIZE_AT = 56;
const BLOCKS_AT = 64;
const EXTENTS_AT = 76;
const CRC_AT = 100;
const FORK_AT = 176;

const LOCAL_FORMAT = 1;

/** A fixture in memory, whose inodes can be rewritten with good checksums. */
export class ForgedImage {
  readonly #bytes: Uint8Array;
  readonly volume: Volume;

  private constructor(bytes: Uint8Array, volume: Volume) {
    this.#bytes = bytes;
    this.volume = volume;
  }

  static async from(fixture: string): Promise<ForgedImage> {
    const url = new URL(`../../fixtures/${fixture}.img.gz`, import.meta.url);
    const bytes = new Uint8Array(gunzipSync(readFileSync(url)));
    const fs = await openOn(new MemoryDevice(bytes));
    return new ForgedImage(bytes, FileSystem.volume(fs));
  }

  /** As it is now: what was read before is forgotten. */
  async reopened(): Promise<Volume> {
    return FileSystem.volume(await openOn(new MemoryDevice(this.#bytes)));
  }

  get rootIno(): number {
    return this.volume.driver.rootIno;
  }

  /** Inodes of one type, in the order of a walk, the root left out. */
  inodes(type: number): Inode[] {
    const { driver } = this.volume;
    const found: Inode[] = [];
    const take = (inode: Inode): void => {
      if (fileType(inode) === type) found.push(inode);
    };
    walkTree(driver, driver.inode(driver.rootIno), {
      enter(_name, inode) {
        take(inode);
        return true;
      },
      leave() {},
      file: (_name, inode) => take(inode),
      broken(_name, error) {
        throw error;
      },
    });
    return found;
  }

  /** A regular file with something in it. */
  get fileIno(): number {
    return this.inodes(FileType.regular).find(({ size, nlink }) => size.byte > 0 && nlink === 1)!
      .ino;
  }

  /** Makes a directory lie in its inode, and hold exactly these entries. */
  forgeDirectory(ino: number, entries: readonly ForgedEntry[]): void {
    const fork = [entries.length, 0, ...be32(this.rootIno)];
    entries.forEach(({ name, ino: child }, index) => {
      const bytes = typeof name === 'string' ? Buffer.from(name) : name;
      const offset = 0x60 + index * 0x110;
      fork.push(bytes.length, offset >> 8, offset & 0xff, ...bytes, 1, ...be32(child));
    });
    this.#forgeFork(ino, Uint8Array.from(fork));
  }

  /** Gives a symbolic link another target. */
  forgeLink(ino: number, target: string): void {
    this.#forgeFork(ino, Buffer.from(target));
  }

  #forgeFork(ino: number, fork: Uint8Array): void {
    const { geometry } = this.volume.driver.mount;
    const { agno, agblock, index } = geometry.inodePlace(ino);
    const start = geometry.agAddress(agno, agblock) + index * geometry.inodeBytes;
    const inode = this.#bytes.subarray(start, start + geometry.inodeBytes);
    const view = new DataView(inode.buffer, inode.byteOffset, inode.length);
    view.setUint8(FORMAT_AT, LOCAL_FORMAT);
    view.setBigUint64(SIZE_AT, BigInt(fork.length));
    view.setBigUint64(BLOCKS_AT, 0n);
    view.setUint32(EXTENTS_AT, 0);
    inode.set(fork, FORK_AT);
    view.setUint32(CRC_AT, crc32cAround(inode, CRC_AT), true);
  }
}

function be32(number: number): number[] {
  return [number >>> 24, (number >>> 16) & 0xff, (number >>> 8) & 0xff, number & 0xff];
}

/**
 * Gives a copy what its original has: owner, extended attributes, mode, times; in that order, since
 * each undoes some of those after it (a change of owner clears setuid and capabilities, for one).
 *
 * Owners are for root. Whoever else copies owns the copies, and then setuid and setgid are kept only
 * for the owner and group that they were meant for: they must not lend out other rights than before.
 */
import { chmodSync, fchmodSync, fchownSync, lchownSync } from 'node:fs';
import type { Driver, Inode } from '../vfs/index.js';
import type { CopyListener } from './copy-listener.js';
import { setAttribute, setPathTimes, setTimes } from './host-calls.node.js';

const SETUID = 0o4000;
const SETGID = 0o2000;
const PERMISSIONS = 0o7777;

/** ACLs as the disk has them; the same ACLs are listed as system.posix_acl_*, too. */
const ACLS_ON_DISK = new Set(['trusted.SGI_ACL_FILE', 'trusted.SGI_ACL_DEFAULT']);

/** Why a target does not take an attribute: it has none, not from this user, not of this length. */
const REFUSALS = new Set(['ENOTSUP', 'EPERM', 'EACCES', 'ENOSPC', 'E2BIG', 'ERANGE']);

export class AttributeKeeper {
  readonly #driver: Driver;
  readonly #listener: CopyListener;
  readonly #user = process.geteuid?.();
  readonly #group = process.getegid?.();

  constructor(driver: Driver, listener: CopyListener) {
    this.#driver = driver;
    this.#listener = listener;
  }

  /** Of a regular file or a directory, which is open. */
  keepOpen(descriptor: number, path: Buffer, inode: Inode): void {
    const owned = this.#keepOwner(path, inode, () => fchownSync(descriptor, inode.uid, inode.gid));
    this.#keepAttributes(path, inode);
    this.#attempt(path, () => fchmodSync(descriptor, this.#modeFor(inode, owned)));
    this.#attempt(path, () => setTimes(descriptor, inode));
  }

  /** Of a symbolic link, which has no mode. */
  keepLink(path: Buffer, inode: Inode): void {
    this.#keepOwner(path, inode, () => lchownSync(path, inode.uid, inode.gid));
    this.#keepAttributes(path, inode);
    this.#attempt(path, () => setPathTimes(path, inode));
  }

  /** Of a device, fifo or socket: made a moment ago, and not to be opened. */
  keepSpecial(path: Buffer, inode: Inode): void {
    const owned = this.#keepOwner(path, inode, () => lchownSync(path, inode.uid, inode.gid));
    this.#keepAttributes(path, inode);
    this.#attempt(path, () => chmodSync(path, this.#modeFor(inode, owned)));
    this.#attempt(path, () => setPathTimes(path, inode));
  }

  /** @returns whether the copy has the original's owner now */
  #keepOwner(path: Buffer, { uid, gid }: Inode, change: () => void): boolean {
    if (this.#user !== 0) return uid === this.#user && gid === this.#group;
    return this.#attempt(path, change);
  }

  #modeFor(inode: Inode, owned: boolean): number {
    return inode.mode & (owned ? PERMISSIONS : PERMISSIONS & ~(SETUID | SETGID));
  }

  #keepAttributes(path: Buffer, inode: Inode): void {
    this.#attempt(path, () => {
      for (const name of this.#driver.listAttributes(inode)) this.#keepAttribute(path, inode, name);
    });
  }

  #keepAttribute(path: Buffer, inode: Inode, name: Uint8Array): void {
    const text = Buffer.from(name).toString();
    if (ACLS_ON_DISK.has(text)) return;
    try {
      const value = this.#driver.getAttribute(inode, name);
      if (value !== undefined) setAttribute(path, name, value);
    } catch (error) {
      const code = error instanceof Error && 'code' in error ? String(error.code) : '';
      if (REFUSALS.has(code)) this.#listener.lost(path, text, error);
      else this.#listener.problem(path, error);
    }
  }

  #attempt(path: Buffer, step: () => void): boolean {
    try {
      step();
      return true;
    } catch (error) {
      this.#listener.problem(path, error);
      return false;
    }
  }
}

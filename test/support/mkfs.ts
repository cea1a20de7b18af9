/** Empty images by mkfs.xfs, and such as it fills from a protofile. */
import { createHash } from 'node:crypto';
import { closeSync, openSync, truncateSync } from 'node:fs';
import { run } from './shell.js';

export const MIB = 1024 * 1024;

export interface MkfsOptions {
  bytes: number;
  options: readonly string[];
}

/** @returns the command, for the record. */
export function mkfs(path: string, { bytes, options }: MkfsOptions): string {
  emptyFile(path, bytes);
  const unsupported = ['--unsupported', ...options]; // it makes nothing below 300 MiB otherwise
  run('mkfs.xfs', ['-q', ...unsupported, '-m', `uuid=${uuidOf(options.join(' '))}`, path]);
  return `mkfs.xfs ${unsupported.join(' ')} (an image of ${bytes / MIB} MiB)`;
}

export function emptyFile(path: string, bytes: number): void {
  closeSync(openSync(path, 'w'));
  truncateSync(path, bytes);
}

/** The same seed gives the same UUID, so that images differ no more than they must. */
function uuidOf(seed: string): string {
  const hex = createHash('sha256').update(seed).digest('hex');
  const parts = [
    hex.slice(0, 8),
    hex.slice(8, 12),
    `4${hex.slice(13, 16)}`,
    `a${hex.slice(17, 20)}`,
  ];
  return [...parts, hex.slice(20, 32)].join('-');
}

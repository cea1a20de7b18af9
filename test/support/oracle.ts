/**
 * Is the oracle here? Root, xfsprogs, and a kernel that mounts XFS through a loop device.
 *
 * Where something is missing a test is skipped and says what; with DAXKIT_ORACLES=required (in CI) that is
 * a failure.
 */
import { existsSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { withLoopMount } from './loop-mount.js';
import { run } from './shell.js';
import { withTemporaryDirectory } from './temporary.js';

const TOOLS = ['mkfs.xfs', 'xfs_db', 'xfs_io', 'xfs_repair', 'losetup', 'mount', 'setfacl'];
const PROBE_BYTES = 32 * 1024 * 1024;

let answer: Promise<string | undefined> | undefined;

/** @returns false when the test has been skipped: return at once. @throws Error when it is required. */
export async function requireOracle(t: TestContext): Promise<boolean> {
  answer ??= whatIsMissing();
  const missing = await answer;
  if (missing === undefined) return true;
  if (process.env['DAXKIT_ORACLES'] === 'required') throw new Error(`oracle: ${missing}`);
  t.diagnostic(`skipped: ${missing}`);
  t.skip(missing);
  return false;
}

async function whatIsMissing(): Promise<string | undefined> {
  if (process.platform !== 'linux') return 'the oracle is the Linux kernel';
  if (process.getuid?.() !== 0) return 'loop mounts need root';
  const paths = `${process.env['PATH']}:/usr/sbin:/sbin`.split(':');
  const absent = TOOLS.filter((tool) => !paths.some((path) => existsSync(join(path, tool))));
  if (absent.length > 0) return `no ${absent.join(', ')} here`;
  return withTemporaryDirectory(async (directory) => {
    const image = join(directory, 'probe.img');
    writeFileSync(image, '');
    truncateSync(image, PROBE_BYTES);
    try {
      run('mkfs.xfs', ['--unsupported', '-q', image]);
      await withLoopMount(image, {}, () => undefined);
    } catch (error) {
      return `no loop mount of XFS: ${(error as Error).message}`;
    }
    return undefined;
  });
}

/** Places that go away by themselves. */
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Images are big and short-lived: in memory where there is a place for that. */
const ROOMY = existsSync('/dev/shm') ? '/dev/shm' : tmpdir();

export async function withTemporaryDirectory<T>(
  use: (directory: string) => Promise<T> | T,
  parent = ROOMY,
): Promise<T> {
  const directory = mkdtempSync(join(parent, 'daxkit-test-'));
  try {
    return await use(directory);
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

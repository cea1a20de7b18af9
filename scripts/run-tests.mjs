/** Runs every compiled test, one process a file; arguments are parts of paths that choose among them. */
import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';

const chosen = process.argv.slice(2);
const files = ['dist', 'build/test']
  .flatMap((folder) =>
    readdirSync(folder, { recursive: true }).map((name) => join(folder, `${name}`)),
  )
  .filter((path) => path.endsWith('.test.js'))
  .filter((path) => chosen.length === 0 || chosen.some((part) => path.includes(part)))
  .toSorted((a, b) => (a < b ? -1 : 1));
if (files.length === 0) throw new Error(`no test matches ${chosen.join(' ')}`);
const { status } = spawnSync(process.execPath, ['--test', ...files], { stdio: 'inherit' });
process.exitCode = status ?? 1;

/** Runs every compiled benchmark, one process each; arguments are parts of names that choose among them. */
import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';

const chosen = process.argv.slice(2);
const names = readdirSync('build/bench')
  .filter((name) => name.endsWith('.bench.js'))
  .filter((name) => chosen.length === 0 || chosen.some((part) => name.includes(part)));
for (const name of names) {
  console.log(`\n== ${name}`);
  const { status } = spawnSync(process.execPath, [join('build/bench', name)], { stdio: 'inherit' });
  if (status !== 0) process.exitCode = 1;
}

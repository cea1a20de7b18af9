/** Runs every `check:` script of package.json; goes on after a failure, so that one run shows all. */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

const { scripts } = JSON.parse(readFileSync('package.json', 'utf8'));
const failed = Object.keys(scripts)
  .filter((name) => name.startsWith('check:'))
  .filter((name) => {
    console.log(`\n== ${name}`);
    return spawnSync('npm', ['run', '-s', name], { stdio: 'inherit' }).status !== 0;
  });
for (const name of failed) console.error(`failed: ${name}`);
process.exitCode = failed.length === 0 ? 0 : 1;

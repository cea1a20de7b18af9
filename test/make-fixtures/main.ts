/**
 * Makes the images and manifests under fixtures/ anew: all of them, or those whose names are given.
 * Needs root, xfsprogs, acl, and a kernel that mounts XFS.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { release } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { FIXTURES } from '../support/fixtures.js';
import { sha256 } from '../support/hash.js';
import { manifestText } from '../support/manifest.js';
import { run } from '../support/shell.js';
import { withTemporaryDirectory } from '../support/temporary.js';
import { demoRecipe } from './demo.js';
import { diskRecipes } from './disks.js';
import { formRecipes } from './forms.js';
import { geometryRecipes } from './geometries.js';
import type { Recipe } from './image.js';
import { writeReadme } from './readme.js';
import { stateRecipes } from './states.js';
import { version4Recipes } from './version4.js';

const RECIPES: readonly Recipe[] = [
  demoRecipe,
  ...formRecipes,
  ...geometryRecipes,
  ...version4Recipes,
  ...diskRecipes,
  ...stateRecipes,
];

async function makeFixture(recipe: Recipe): Promise<void> {
  await withTemporaryDirectory(async (directory) => {
    const path = join(directory, `${recipe.name}.img`);
    const { commands, fileSystems } = await recipe.make(path, directory);
    const image = readFileSync(path);
    const packed = gzipSync(image, { level: 9, memLevel: 9 });
    const manifest = manifestText({
      name: recipe.name,
      about: recipe.about,
      made: { mkfs: run('mkfs.xfs', ['-V']).trim(), kernel: release(), commands },
      image: { bytes: image.length, sha256: sha256(image) },
      fileSystems,
    });
    writeFileSync(join(FIXTURES, `${recipe.name}.img.gz`), packed);
    writeFileSync(join(FIXTURES, `${recipe.name}.json`), manifest);
    const entries = fileSystems.map((record) => record.entries.length).join('+');
    console.log(
      `${recipe.name}: ${packed.length} bytes packed, ${manifest.length} of manifest, ${entries} entries`,
    );
  });
}

const wanted = process.argv.slice(2);
for (const recipe of RECIPES) {
  if (wanted.length === 0 || wanted.includes(recipe.name)) await makeFixture(recipe);
}
writeReadme();

/**
 * Makes fixtures/ anew, as root: node scripts/make-fixtures.mjs [NAME...]
 *
 * The recipes are TypeScript beside the tests (test/make-fixtures/), since they share their helpers:
 * build them first with `npx tsc -p test/tsconfig.json`.
 */
await import('../build/test/make-fixtures/main.js');

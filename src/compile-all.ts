/**
 * Loads every module once, so that Node keeps its compiled code where `NODE_COMPILE_CACHE` says: the image brings it
 * along, and jobs in it need not compile anything.
 */
import { globSync } from 'node:fs';
import { join } from 'node:path';

const ENTRIES = [import.meta.filename, join(import.meta.dirname, 'main.ts')];

for (const file of globSync(['**/*.ts', '../sandbox/**/*.ts'], {
  cwd: import.meta.dirname,
  exclude: ['../sandbox/test'],
}))
  if (!ENTRIES.includes(file)) await import(file);

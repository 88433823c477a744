/**
 * Loads every module once, so that Node keeps its compiled code where `NODE_COMPILE_CACHE` says: the image brings it
 * along, and jobs in it need not compile anything of what runs when a file is loaded. In `dist/` as in `src/`.
 */
import { globSync } from 'node:fs';
import { basename, extname, join } from 'node:path';
import { pathToFileURL } from 'node:url';

const kind = extname(import.meta.filename);
/** They would run. */
const ENTRIES = [basename(import.meta.filename), `main${kind}`];

for (const file of globSync(`**/*${kind}`, { cwd: import.meta.dirname }))
  if (!ENTRIES.includes(file)) await import(pathToFileURL(join(import.meta.dirname, file)).href);

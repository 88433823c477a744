/** Procession as it is installed, for tests that run it as a process; `build-once.ts` has compiled it. */
import { join } from 'node:path';
import { inject } from 'vitest';

/** Folder of the package. */
export const PACKAGE = inject('packageFolder');

/** The entry. */
export const MAIN = join(PACKAGE, 'dist/main.js');

/** What a Procession in a process of its own is given at least; code that was loaded once is not compiled again. */
export const BUILT_ENV: Readonly<Record<string, string>> = {
  PATH: process.env['PATH'] ?? '',
  NODE_COMPILE_CACHE: join(PACKAGE, 'cache'),
};

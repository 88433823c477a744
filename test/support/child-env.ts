import { join } from 'node:path';

/** What a Procession in a process of its own is given at least; code that was compiled once is not compiled again. */
export const CHILD_ENV: Readonly<Record<string, string>> = {
  PATH: process.env['PATH'] ?? '',
  NODE_COMPILE_CACHE: join(import.meta.dirname, '../../node_modules/.cache/procession'),
};

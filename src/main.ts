#!/usr/bin/env node
/** The entry: checks the Node version before anything else is loaded, runs the command line, tells what went wrong. */
import module from 'node:module';
import { join } from 'node:path';

const NEEDED_NODE = 24;

if (Number.parseInt(process.versions.node, 10) < NEEDED_NODE) {
  console.error(
    `procession needs Node ${NEEDED_NODE} or newer; this is ${process.versions.node}. Use the one that npm installed: npm run procession -- <command>`,
  );
  process.exitCode = 2;
} else {
  // Importing node:process would cost ten milliseconds: it touches all that the global has.
  // Halves the start: code is compiled once. Where no folder can be written, nothing is kept.
  const { XDG_CACHE_HOME: cache, HOME: home } = process.env;
  const folders = [
    join(import.meta.dirname, '../node_modules/.cache/procession'),
    ...(cache === undefined ? [] : [join(cache, 'procession')]),
    ...(home === undefined ? [] : [join(home, '.cache/procession')]),
  ];
  const { FAILED } = module.constants.compileCacheStatus;
  folders.find((folder) => module.enableCompileCache(folder).status !== FAILED);
  const { startCli } = await import('./cli/start-cli.ts');
  process.exitCode = await startCli(process);
}

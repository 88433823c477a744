/** Whether the SQLite store could be opened, without making or migrating anything. */

import { accessSync, constants, existsSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { DatabaseState } from '#domain/doctor/facts.ts';
import { configError, toConfigError } from './sqlite-failure.ts';
import { unreachable } from './unreachable.ts';

/** Looks at the data folder and at the database in it. */
export function probeSqlite(folder: string): DatabaseState {
  const file = join(folder, 'procession.db');
  try {
    if (existsSync(file)) readVersion(file);
    mustBeWritable(existing(resolve(folder)), file);
    return { kind: 'reachable' };
  } catch (error) {
    return unreachable(error);
  }
}

function readVersion(file: string): void {
  let database: DatabaseSync | undefined;
  try {
    database = new DatabaseSync(file, { readOnly: true });
    database.prepare('PRAGMA user_version').get();
    database.prepare('SELECT count(*) FROM sqlite_master').get();
  } catch (error) {
    throw toConfigError(error, file);
  } finally {
    database?.close();
  }
}

/** The folder itself, or the nearest above it that is there: in it the rest would be made. */
function existing(folder: string): string {
  return existsSync(folder) || dirname(folder) === folder ? folder : existing(dirname(folder));
}

function mustBeWritable(folder: string, file: string): void {
  try {
    accessSync(folder, constants.W_OK);
  } catch (error) {
    const fix = 'Let the user that runs Procession write it';
    throw configError(file, `the folder ${folder} cannot be written`, fix, error);
  }
}

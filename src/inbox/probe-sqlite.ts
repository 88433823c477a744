/** Looks at the SQLite store without making or migrating anything. */

import { accessSync, constants, existsSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { DatabaseState } from '#domain/doctor/facts.ts';
import { FILE } from './sqlite-database.ts';
import { configError, toConfigError } from './sqlite-failure.ts';
import { unreachable } from './unreachable.ts';

/** @throws ConfigError when no service has made its database in the data folder */
export function requireSqliteStore(folder: string): void {
  const file = join(folder, FILE);
  if (existsSync(file)) return;
  throw configError(
    file,
    'there is no such file, so there are no deliveries and no audit log here',
    'Name the data folder of the service; procession serve makes the file when it starts',
  );
}

/** Tells whether the data folder, and the database in that folder, can be used. */
export function probeSqlite(folder: string): DatabaseState {
  const file = join(folder, FILE);
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

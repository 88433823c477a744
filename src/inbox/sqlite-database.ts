/** Opens `procession.db` and brings its tables up to date. */
import { closeSync, mkdirSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { configError, toConfigError } from './sqlite-failure.ts';
import { MIGRATIONS } from './sqlite-schema.ts';

/** Name of the database in the data folder. */
export const FILE = 'procession.db';
/** How long a write waits for another process (a CLI command) to finish its own. */
const BUSY_TIMEOUT_MS = 5000;

/** Open database, with its name for messages. */
export interface SqliteDatabase {
  readonly file: string;
  readonly database: DatabaseSync;
}

/**
 * Opens the database of a data folder; both are created when missing, readable for this user only.
 *
 * @throws {ConfigError} when it cannot be opened or written, is damaged, or belongs to a newer Procession.
 */
export function openSqliteDatabase(folder: string): SqliteDatabase {
  const file = join(folder, FILE);
  let database: DatabaseSync | undefined;
  try {
    ensureFile(folder, file);
    database = new DatabaseSync(file, { timeout: BUSY_TIMEOUT_MS, enableForeignKeyConstraints: true });
    configure(database);
    migrate(database, file);
    return { file, database };
  } catch (error) {
    database?.close();
    throw toConfigError(error, file);
  }
}

/** SQLite gives its `-wal` and `-shm` files the mode of the database file, so the mode must be right from the start. */
function ensureFile(folder: string, file: string): void {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  closeSync(openSync(file, 'a', 0o600));
}

/**
 * FULL: a commit is on disk before it returns, which WAL alone (NORMAL) does not promise. The journal is cut
 * back after a burst; up to the limit its space is used again, which makes syncing cheap. It is carried over into the
 * database every 8,000 pages (32 MB), not every 1,000: deliveries wait while that is done, and pages that many
 * commits changed are written once.
 */
function configure(database: DatabaseSync): void {
  database.exec(`
    PRAGMA journal_mode = WAL;
    PRAGMA synchronous = FULL;
    PRAGMA journal_size_limit = 67108864;
    PRAGMA wal_autocheckpoint = 8000;
    PRAGMA trusted_schema = OFF;
  `);
}

function migrate(database: DatabaseSync, file: string): void {
  if (versionOf(database) === MIGRATIONS.length) return;
  database.exec('BEGIN IMMEDIATE');
  try {
    const version = versionOf(database);
    if (version > MIGRATIONS.length) {
      const message = `the database has version ${version}, this Procession knows up to ${MIGRATIONS.length}`;
      throw configError(file, message, 'Run the newer Procession that wrote it');
    }
    for (const script of MIGRATIONS.slice(version)) database.exec(script);
    database.exec(`PRAGMA user_version = ${MIGRATIONS.length}`);
    database.exec('COMMIT');
  } catch (error) {
    if (database.isTransaction) database.exec('ROLLBACK');
    throw error;
  }
}

function versionOf(database: DatabaseSync): number {
  const row = database.prepare('PRAGMA user_version').get();
  return Number(row?.['user_version'] ?? 0);
}

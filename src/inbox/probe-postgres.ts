/** Looks at the PostgreSQL store without making or migrating anything. */

import { PgBoss } from 'pg-boss';
import type { DatabaseState } from '#domain/doctor/facts.ts';
import { databaseUrlError, toPostgresOpenFailure } from './postgres-failure.ts';
import { SCHEMA } from './postgres-schema.ts';
import { unreachable } from './unreachable.ts';

const CONNECT_TIMEOUT_MS = 5000;

/** Says whether the server can be reached. */
export async function probePostgres(databaseUrl: string): Promise<DatabaseState> {
  try {
    await query(databaseUrl, 'SELECT 1');
    return { kind: 'reachable' };
  } catch (error) {
    return unreachable(error);
  }
}

/** @throws ConfigError when no service has made its tables in the database; InboxUnavailableError when the server does not answer */
export async function requirePostgresStore(databaseUrl: string): Promise<void> {
  const [row] = await query(
    databaseUrl,
    `SELECT to_regclass('${SCHEMA}.inbox_version') IS NOT NULL AS there`,
  );
  if ((row as { readonly there: boolean } | undefined)?.there === true) return;
  throw databaseUrlError(
    'there are no tables of Procession in this database, so there are no deliveries and no audit log',
    'Name the database of the service; procession serve makes the tables when it starts',
  );
}

async function query(databaseUrl: string, text: string): Promise<readonly unknown[]> {
  const boss = new PgBoss({
    connectionString: databaseUrl,
    application_name: 'procession doctor',
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
  });
  boss.on('error', () => {});
  // pg-boss opens its pool when it starts, which would install its schema; its pool can be opened alone.
  const pool = boss.getDb() as unknown as Pool;
  try {
    await pool.open();
    return (await pool.executeSql(text)).rows;
  } catch (error) {
    throw toPostgresOpenFailure(error);
  } finally {
    await pool.close().catch(() => undefined);
  }
}

interface Pool {
  open(): Promise<void>;
  close(): Promise<void>;
  executeSql(text: string): Promise<{ readonly rows: readonly unknown[] }>;
}

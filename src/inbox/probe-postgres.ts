/** Whether the PostgreSQL store could be opened, without making or migrating anything. */

import { PgBoss } from 'pg-boss';
import type { DatabaseState } from '#domain/doctor/facts.ts';
import { toPostgresOpenFailure } from './postgres-failure.ts';
import { unreachable } from './unreachable.ts';

const CONNECT_TIMEOUT_MS = 5000;

/** Connects and asks for nothing. */
export async function probePostgres(databaseUrl: string): Promise<DatabaseState> {
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
    await pool.executeSql('SELECT 1');
    return { kind: 'reachable' };
  } catch (error) {
    return unreachable(toPostgresOpenFailure(error));
  } finally {
    await pool.close().catch(() => undefined);
  }
}

interface Pool {
  open(): Promise<void>;
  close(): Promise<void>;
  executeSql(text: string): Promise<unknown>;
}

/** Opens pg-boss, its queue of wake-ups, and our tables beside it. */
import { setTimeout as sleep } from 'node:timers/promises';
import { type Db, PgBoss } from 'pg-boss';
import { InvariantError } from '#domain/base/errors.ts';
import { InboxUnavailableError } from './inbox-unavailable-error.ts';
import { databaseUrlError, toPostgresFailure, toPostgresOpenFailure } from './postgres-failure.ts';
import { MIGRATIONS } from './postgres-schema.ts';

/** Queue of wake-ups, whose `singletonKey` is the engagement. */
export const WAKE = 'wake';

/** How soon a put gives up on a server that does not answer: senders give up after 10 s. */
const CONNECT_TIMEOUT_MS = 5000;
/** When an answer does not come (a connection died silently), the sender is told before it gives up. */
const TRANSACTION_TIMEOUT_MS = 8000;
/** For what operators ask; nobody else waits for it. */
const QUERY_TIMEOUT_MS = 30_000;
/** How often pg-boss looks for claims whose worker is gone. */
const SUPERVISE_SECONDS = 10;
/** pg-boss allows no shorter heartbeat. */
const SHORTEST_LEASE_SECONDS = 10;
/** pg-boss's longest; the heartbeat returns the work of a crashed worker much sooner. */
const LONGEST_WORK_SECONDS = 24 * 60 * 60;
/** A wake must not be forgotten while its delivery waits, however long the service was off. */
const TWENTY_YEARS_SECONDS = 20 * 365 * 24 * 60 * 60;
/** A crash is no reason to give up; the worker buries what fails too often. */
const RETRY_ALWAYS = 1_000_000;

/** Address and observers of a database. */
export interface PostgresOptions {
  readonly databaseUrl: string;
  readonly schema: string;
  readonly leaseMs: number;
  /** Told what happens to connections between our own calls. */
  readonly onError: (error: Error) => void;
}

/** The open database. */
export interface PostgresDatabase {
  readonly boss: PgBoss;
  readonly schema: string;
  /** Runs one statement outside of transactions. */
  query(text: string, values?: unknown[]): Promise<readonly unknown[]>;
  /** Runs all of the work or nothing. pg-boss joins by its `db` option. */
  transaction<T>(work: (db: Db) => Promise<T>): Promise<T>;
}

/**
 * Connects, and creates or migrates pg-boss's and our tables.
 *
 * @throws {ConfigError} when `DATABASE_URL` is wrong or its user lacks a right.
 * @throws {InboxUnavailableError} when the server does not answer.
 */
export async function openPostgresDatabase(options: PostgresOptions): Promise<PostgresDatabase> {
  const { schema, onError } = options;
  checkOptions(options);
  const boss = new PgBoss({
    connectionString: options.databaseUrl,
    schema,
    application_name: 'procession',
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    schedule: false,
    superviseIntervalSeconds: SUPERVISE_SECONDS,
    monitorIntervalSeconds: SUPERVISE_SECONDS,
    registerInstance: false,
    openTelemetry: { enabled: false },
  });
  boss.on('error', onError);
  try {
    await boss.start();
    await ensureQueue(boss, Math.max(SHORTEST_LEASE_SECONDS, Math.ceil(options.leaseMs / 1000)));
    const database = usable(boss, schema);
    await migrate(database);
    return database;
  } catch (error) {
    await boss.stop({ graceful: false }).catch(() => undefined);
    throw toPostgresOpenFailure(error);
  }
}

function checkOptions({ databaseUrl, schema }: PostgresOptions): void {
  if (!/^postgres(ql)?:\/\//.test(databaseUrl))
    throw databaseUrlError(
      'is not a PostgreSQL address',
      'Write postgres://user:password@host:5432/database',
    );
  if (!/^[a-z_][a-z0-9_]{0,40}$/.test(schema))
    throw new InvariantError(`not a plain schema name: ${JSON.stringify(schema)}`);
}

/** Policy `singleton`: any number of wakes queued, one per key (engagement) active, across all machines. */
async function ensureQueue(boss: PgBoss, heartbeatSeconds: number): Promise<void> {
  const queue = await boss.getQueue(WAKE);
  if (queue === null) {
    await boss.createQueue(WAKE, {
      policy: 'singleton',
      heartbeatSeconds,
      expireInSeconds: LONGEST_WORK_SECONDS,
      retentionSeconds: TWENTY_YEARS_SECONDS,
      retryLimit: RETRY_ALWAYS,
      retryDelay: 0,
    });
  } else if (queue.heartbeatSeconds !== heartbeatSeconds) await boss.updateQueue(WAKE, { heartbeatSeconds });
}

function usable(boss: PgBoss, schema: string): PostgresDatabase {
  const db = boss.getDb();
  return {
    boss,
    schema,
    async query(text, values) {
      try {
        return (await inTime(db.executeSql(text, values), QUERY_TIMEOUT_MS)).rows;
      } catch (error) {
        throw toPostgresFailure(error);
      }
    },
    transaction: (work) => inTime(inTransaction(db, work), TRANSACTION_TIMEOUT_MS),
  };
}

async function inTransaction<T>(db: Db, work: (db: Db) => Promise<T>): Promise<T> {
  const transaction = await db.beginTransaction?.();
  if (transaction === undefined) throw new InvariantError('pg-boss has no transactions on its own pool');
  try {
    const result = await work(transaction.db);
    await transaction.commit();
    return result;
  } catch (error) {
    await transaction.rollback();
    throw error;
  }
}

async function inTime<T>(work: Promise<T>, timeoutMs: number): Promise<T> {
  const done = new AbortController();
  const late = sleep(timeoutMs, undefined, { signal: done.signal }).then(() => {
    throw new InboxUnavailableError('PostgreSQL (DATABASE_URL) did not answer in time.');
  });
  late.catch(() => undefined);
  try {
    return await Promise.race([work, late]);
  } finally {
    done.abort();
  }
}

/** The lock keeps two services that start at once from migrating at once. */
async function migrate(database: PostgresDatabase): Promise<void> {
  const { schema } = database;
  await database.transaction(async (db) => {
    await db.executeSql('SELECT pg_advisory_xact_lock(hashtext($1))', [`${schema} inbox`]);
    await db.executeSql(`CREATE TABLE IF NOT EXISTS ${schema}.inbox_version (version integer NOT NULL)`);
    const { rows } = await db.executeSql(`SELECT version FROM ${schema}.inbox_version`);
    const version = (rows[0] as { readonly version: number } | undefined)?.version ?? 0;
    if (version > MIGRATIONS.length)
      throw databaseUrlError(
        `the tables have version ${version}, this Procession knows up to ${MIGRATIONS.length}`,
        'Run the newer Procession that wrote them',
      );
    if (version === MIGRATIONS.length) return;
    for (const script of MIGRATIONS.slice(version)) await db.executeSql(script(schema));
    await db.executeSql(`DELETE FROM ${schema}.inbox_version`);
    await db.executeSql(`INSERT INTO ${schema}.inbox_version VALUES ($1)`, [MIGRATIONS.length]);
  });
}

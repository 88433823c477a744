/** The store for several machines: PostgreSQL, with pg-boss as the queue. Why so: `postgres-inbox-rationale.md`. */
import { randomUUID } from 'node:crypto';
import type { Claim, NewDelivery, QuarantinedDelivery } from '#ports/inbox.ts';
import type { Store } from '#ports/store.ts';
import { createArrivals } from './arrivals.ts';
import type { ClaimEnding } from './claim-ending.ts';
import { createPostgresAuditLog } from './postgres-audit-log.ts';
import { createPostgresClaims } from './postgres-claims.ts';
import { openPostgresDatabase, type PostgresDatabase } from './postgres-database.ts';
import { createPostgresDeliveries } from './postgres-deliveries.ts';
import { toPostgresFailure } from './postgres-failure.ts';
import { createPostgresLooks } from './postgres-looks.ts';
import { createPostgresPut } from './postgres-put.ts';
import { SCHEMA } from './postgres-schema.ts';
import { PROBE_LENGTH } from './probe-length.ts';

/** A crashed worker's engagement waits this long. */
const LEASE_MS = 60_000;
/** How soon a worker looks again when the server cannot tell it (a pooler between them drops LISTEN). */
const POLL_MS = 200;

/** Address, lease and observers of an inbox in PostgreSQL. */
export interface PostgresInboxOptions {
  readonly databaseUrl: string;
  /** Holds our tables and pg-boss's; created when missing. */
  readonly schema?: string;
  readonly now?: () => string;
  /** Lease of a claim; at least 10 s, because pg-boss allows no less. */
  readonly leaseMs?: number;
  /** Hears of connections that broke; the inbox recovers by itself. */
  readonly onError?: (error: Error) => void;
}

/**
 * Opens the inbox and the audit log in a schema of a PostgreSQL database; any number of machines may have it open.
 * Recovers by itself when the server was away. Closing the inbox closes the audit log too.
 *
 * @throws {ConfigError} when `DATABASE_URL` is wrong or its user lacks a right.
 * @throws {InboxUnavailableError} when the server does not answer.
 */
export async function openPostgresInbox(options: PostgresInboxOptions): Promise<Store> {
  const { now = () => new Date().toISOString(), onError = () => undefined } = options;
  const { databaseUrl, schema = SCHEMA, leaseMs = LEASE_MS } = options;
  const database = await openPostgresDatabase({ databaseUrl, schema, leaseMs, onError });
  const claims = createPostgresClaims(database);
  const deliveries = createPostgresDeliveries(database);
  const self = randomUUID();
  const puts = createPostgresPut(database, self);
  let listening = false;
  const arrivals = createArrivals(() => !listening, POLL_MS);
  const stopListening = await listen(database, self, () => arrivals.announce(), onError);
  listening = stopListening !== null;

  async function store(delivery: NewDelivery | QuarantinedDelivery): Promise<'stored' | 'duplicate'> {
    const result = await puts.put(delivery);
    if (result === 'stored') arrivals.arrived(delivery.engagement);
    return result;
  }

  async function end(claim: Claim, ending: ClaimEnding): Promise<void> {
    try {
      await failing(claims.end(claim, ending));
    } finally {
      arrivals.ended(claim.engagement);
    }
  }

  return {
    audit: createPostgresAuditLog(database),
    looks: createPostgresLooks(database),
    put: store,
    quarantine: store,
    probe: async () => await failing(probe(database)),
    async claim(instant) {
      arrivals.settle();
      const claim = await failing(claims.take(instant));
      if (claim === null) return null;
      arrivals.begun(claim.engagement);
      arrivals.announce();
      return claim;
    },
    renew: (claim) => failing(claims.renew(claim)),
    done: (claim, instant, why = null) => end(claim, { kind: 'done', now: instant, why }),
    retry: (claim, notBefore, reason) => end(claim, { kind: 'retry', notBefore, reason }),
    bury: (claim, reason) => end(claim, { kind: 'bury', reason }),
    endPart: (claim, ids, ending) => failing(claims.endPart(claim, ids, ending)),
    release: (claim) => end(claim, { kind: 'release' }),
    arrival: (timeoutMs, signal) => arrivals.wait(timeoutMs, signal),
    list: (filter) => deliveries.list(filter),
    show: (id) => deliveries.show(id),
    find: (source, dedupeKey) => deliveries.find(source, dedupeKey),
    async replay(id, instant) {
      const replayed = await failing(deliveries.replay(id, instant));
      if (replayed) arrivals.announce();
      return replayed;
    },
    drop: (id) => deliveries.drop(id, now()),
    figures: () => deliveries.figures(),
    prune: (before) => deliveries.prune(before),
    async close() {
      arrivals.close();
      await puts.close();
      await stopListening?.();
      await database.boss.stop({ graceful: true, timeout: 1000 });
    },
  };
}

/** Inserts as much as a delivery, as a dead letter that no reader ever sees, and deletes it in the same transaction. */
async function probe(database: PostgresDatabase): Promise<void> {
  const { schema } = database;
  const digest = randomUUID();
  await database.transaction(async (db) => {
    await db.executeSql(
      `INSERT INTO ${schema}.deliveries (digest, source, dedupe_key, kind, payload, received_at, request_id, state, reason)
        VALUES ($1, 'probe', $1, 'unknown', $2, now(), 'probe', 'dead', 'probe')`,
      [digest, JSON.stringify('x'.repeat(PROBE_LENGTH))],
    );
    await db.executeSql(`DELETE FROM ${schema}.deliveries WHERE digest = $1`, [digest]);
  });
}

/** pg-boss's and pg's errors as ours. */
async function failing<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    throw toPostgresFailure(error);
  }
}

/**
 * Hears what other machines put; of what this one has put the inbox knows already. pg-boss keeps the connection, heals it and calls after each reconnection.
 *
 * @returns how to stop; `null` when the server cannot tell us, as behind a transaction pooler.
 */
async function listen(
  { boss, schema }: PostgresDatabase,
  self: string,
  announce: () => void,
  onError: (error: Error) => void,
): Promise<(() => Promise<void>) | null> {
  try {
    const heard = (from: string): void => {
      if (from !== self) announce();
    };
    const handle = await boss.getDb().listen?.(`${schema}_arrival`, heard, announce);
    return handle === undefined ? null : async () => await handle.close();
  } catch (error) {
    onError(toPostgresFailure(error));
    return null;
  }
}

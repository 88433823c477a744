/** Putting deliveries into PostgreSQL: everything that comes in while a commit is on its way shares the next one. */
import { hash, randomUUID } from 'node:crypto';
import type { NewDelivery, QuarantinedDelivery } from '#ports/inbox.ts';
import { InboxUnavailableError } from './inbox-unavailable-error.ts';
import { toInstant, toMillis } from './instant.ts';
import type { PostgresDatabase } from './postgres-database.ts';
import { blamesData, toPostgresFailure } from './postgres-failure.ts';
import { queueWakes, type Wake } from './postgres-wakes.ts';
import { toStored, toStoredOrNull } from './stored-text.ts';

/** Answer to one delivery that was put. */
export type PutResult = 'stored' | 'duplicate';

/** Writer of deliveries, which puts many in one statement. */
export interface PostgresPut {
  put(delivery: NewDelivery | QuarantinedDelivery): Promise<PutResult>;
  /** Refuses more, and resolves when everything put so far is stored or failed. */
  close(): Promise<void>;
}

/** Keeps one statement's parameter small, and the memory of both sides. */
const LARGEST_BATCH = 500;

interface Pending {
  readonly row: NewRow;
  readonly resolve: (result: PutResult) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Creates the writer on an open database.
 *
 * @param self text that every machine hears when something was put from here
 */
export function createPostgresPut(database: PostgresDatabase, self: string): PostgresPut {
  let queue: Pending[] = [];
  let flushing: Promise<void> | null = null;
  let closed = false;

  async function flush(): Promise<void> {
    while (queue.length > 0) {
      const batch = queue.slice(0, LARGEST_BATCH);
      queue = queue.slice(LARGEST_BATCH);
      await store(batch);
    }
    flushing = null;
  }

  /** What the database blames on the data of one delivery must fail only that one. */
  async function store(batch: readonly Pending[]): Promise<void> {
    const rows = new Map(batch.map(({ row }) => [row.digest, row]));
    try {
      const stored = await insert(database, self, [...rows.values()]);
      for (const { row, resolve } of batch) resolve(stored.delete(row.digest) ? 'stored' : 'duplicate');
    } catch (error) {
      if (batch.length > 1 && blamesData(error)) for (const pending of batch) await store([pending]);
      else for (const { reject } of batch) reject(toPostgresFailure(error));
    }
  }

  return {
    put(delivery) {
      const row = toNewRow(delivery);
      return new Promise((resolve, reject) => {
        if (closed) {
          reject(new InboxUnavailableError('The inbox is closed.'));
          return;
        }
        queue.push({ row, resolve, reject });
        flushing ??= nextTurn().then(flush);
      });
    },
    async close() {
      closed = true;
      await flushing;
    },
  };
}

function nextTurn(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}

interface NewRow {
  readonly digest: string;
  readonly source: string;
  readonly dedupe_key: string;
  readonly kind: string;
  readonly engagement: string | null;
  readonly payload: string;
  readonly received_at: string;
  readonly request_id: string;
  readonly state: 'waiting' | 'dead';
  readonly reason: string | null;
}

function toNewRow(delivery: NewDelivery | QuarantinedDelivery): NewRow {
  const reason = 'reason' in delivery ? toStored(delivery.reason) : null;
  const dedupeKey = toStored(delivery.dedupeKey);
  return {
    digest: keyDigest(delivery.source, dedupeKey),
    source: delivery.source,
    dedupe_key: dedupeKey,
    kind: delivery.kind,
    engagement: toStoredOrNull(delivery.engagement),
    payload: JSON.stringify(delivery.payload ?? null),
    received_at: toInstant(toMillis(delivery.receivedAt)),
    request_id: toStored(delivery.requestId),
    state: reason === null ? 'waiting' : 'dead',
    reason,
  };
}

/**
 * Shortens a key to the first 128 bits of its SHA-256, as a uuid, by which the key is unique.
 *
 * @param dedupeKey as it is stored
 */
export function keyDigest(source: string, dedupeKey: string): string {
  return hash('sha256', `${source}\0${dedupeKey}`).slice(0, 32);
}

/** Rows go in by digest, so that two machines with the same deliveries never wait for each other in a circle; their
 * numbers follow the order of arrival. `pg_notify` is heard at the commit, once. */
const INSERT = (schema: string): string => `
  INSERT INTO ${schema}.deliveries (id, digest, source, dedupe_key, kind, engagement, payload, received_at, request_id,
    state, reason, wake)
  SELECT id, digest, source, dedupe_key, kind, engagement, payload, received_at, request_id, state, reason, wake
  FROM (
    SELECT nextval(pg_get_serial_sequence('${schema}.deliveries', 'id')) AS id, given.*
    FROM json_to_recordset($1::json) AS given (digest uuid, source text, dedupe_key text, kind text, engagement text,
      payload text, received_at timestamptz, request_id text, state text, reason text, wake uuid)
    OFFSET 0
  ) AS numbered
  ORDER BY digest
  ON CONFLICT (digest) DO NOTHING
  RETURNING replace(digest::text, '-', '') AS digest, engagement, wake, pg_notify('${schema}_arrival', $2)`;

/** @returns the digests of those that were not known */
function insert(database: PostgresDatabase, self: string, rows: readonly NewRow[]): Promise<Set<string>> {
  const wakes = new Map<string, string>();
  const withWakes = rows.map((row) => ({ ...row, wake: wakeOf(row, wakes) }));
  return database.transaction(async (db) => {
    const result = await db.executeSql(INSERT(database.schema), [JSON.stringify(withWakes), self]);
    const stored = result.rows as { digest: string; engagement: string | null; wake: string | null }[];
    const queued = new Map<string, Wake>();
    for (const { engagement, wake } of stored)
      if (wake !== null && engagement !== null) queued.set(wake, { id: wake, singletonKey: engagement });
    await queueWakes(database, db, [...queued.values()]);
    return new Set(stored.map(({ digest }) => digest));
  });
}

/** One wake per engagement and batch. A dead letter has none. */
function wakeOf({ state, engagement }: NewRow, wakes: Map<string, string>): string | null {
  if (state === 'dead' || engagement === null) return null;
  const wake = wakes.get(engagement) ?? randomUUID();
  wakes.set(engagement, wake);
  return wake;
}

/** Finding, replaying and forgetting deliveries in PostgreSQL. */
import { randomUUID } from 'node:crypto';
import type { DeliveryFilter, InboxFigures, StoredDelivery } from '#ports/inbox.ts';
import { toDelivery, toRowId } from './delivery-row.ts';
import { type StateCount, toFigures } from './figures.ts';
import { toInstant, toMillis } from './instant.ts';
import type { PostgresDatabase } from './postgres-database.ts';
import { keyDigest } from './postgres-put.ts';
import { deliveryColumns } from './postgres-schema.ts';
import { queueWakes } from './postgres-wakes.ts';
import { toStored } from './stored-text.ts';

/** Few enough that no statement takes long. */
export const PRUNED_AT_ONCE = 2000;

/** Deliveries in PostgreSQL, for lists and for what people do with them. */
export interface PostgresDeliveries {
  list(filter: DeliveryFilter): Promise<readonly StoredDelivery[]>;
  show(id: string): Promise<StoredDelivery | null>;
  find(source: string, dedupeKey: string): Promise<StoredDelivery | null>;
  replay(id: string, now: string): Promise<boolean>;
  drop(id: string, now: string): Promise<boolean>;
  figures(): Promise<InboxFigures>;
  prune(before: string): Promise<number>;
}

/** Creates the lists of deliveries on an open database. */
export function createPostgresDeliveries(database: PostgresDatabase): PostgresDeliveries {
  const table = `${database.schema}.deliveries`;
  const columns = deliveryColumns('delivery');

  async function show(id: string): Promise<StoredDelivery | null> {
    const rowId = toRowId(id);
    if (rowId === null) return null;
    const sql = `SELECT ${columns} FROM ${table} AS delivery WHERE id = $1 AND state <> 'dropped'`;
    const [row] = await database.query(sql, [rowId]);
    return row === undefined ? null : toDelivery(row);
  }

  async function find(source: string, dedupeKey: string): Promise<StoredDelivery | null> {
    const sql = `SELECT ${columns} FROM ${table} AS delivery WHERE digest = $1 AND state <> 'dropped'`;
    const [row] = await database.query(sql, [keyDigest(source, toStored(dedupeKey))]);
    return row === undefined ? null : toDelivery(row);
  }

  async function replay(id: string, now: string): Promise<boolean> {
    const rowId = toRowId(id);
    if (rowId === null) return false;
    const wake = randomUUID();
    const sql = `
      UPDATE ${table} SET state = 'waiting', reason = NULL, attempts = 0, not_before = $2, settled_at = NULL, wake = $3
      WHERE id = $1 AND state IN ('dead', 'done') AND engagement IS NOT NULL
      RETURNING engagement, pg_notify('${database.schema}_arrival', '')`;
    return await database.transaction(async (db) => {
      const { rows } = await db.executeSql(sql, [rowId, toInstant(toMillis(now)), wake]);
      const [replayed] = rows as { readonly engagement: string }[];
      if (replayed === undefined) return false;
      await queueWakes(database, db, [{ id: wake, singletonKey: replayed.engagement }]);
      return true;
    });
  }

  /** A wake that was queued for it finds nothing and goes. */
  async function drop(id: string, now: string): Promise<boolean> {
    const rowId = toRowId(id);
    if (rowId === null) return false;
    const sql = `
      UPDATE ${table} SET state = 'dropped', settled_at = $2, payload = 'null', engagement = NULL, reason = NULL, wake = NULL
      WHERE id = $1 AND state IN ('dead', 'waiting') RETURNING id`;
    return (await database.query(sql, [rowId, toInstant(toMillis(now))])).length === 1;
  }

  return {
    list: (filter) => list(database, filter),
    show,
    find,
    replay,
    drop,
    figures: () => figures(database),
    async prune(before) {
      const sql = `
        DELETE FROM ${table} WHERE id IN (
          SELECT id FROM ${table} WHERE settled_at IS NOT NULL AND settled_at < $1
          LIMIT ${PRUNED_AT_ONCE} FOR UPDATE SKIP LOCKED)
        RETURNING id`;
      let removed = 0;
      for (;;) {
        const some = await database.query(sql, [toInstant(toMillis(before))]);
        removed += some.length;
        if (some.length < PRUNED_AT_ONCE) return removed;
      }
    },
  };
}

async function list(database: PostgresDatabase, filter: DeliveryFilter): Promise<StoredDelivery[]> {
  const { state, engagement, kind, limit } = filter;
  const sql = `
    SELECT ${deliveryColumns('delivery')} FROM ${database.schema}.deliveries AS delivery
    WHERE state <> 'dropped' AND ($1::text IS NULL OR state = $1) AND ($2::text IS NULL OR engagement = $2)
      AND ($1::text IS NULL OR $1 = 'done' OR settled_at IS NULL)
      AND ($3::text IS NULL OR kind = $3)
    ORDER BY id DESC LIMIT $4`;
  const rows = await database.query(sql, [
    state ?? null,
    engagement === undefined ? null : toStored(engagement),
    kind ?? null,
    limit,
  ]);
  return rows.map(toDelivery);
}

async function figures(database: PostgresDatabase): Promise<InboxFigures> {
  const rows = (await database.query(`
    SELECT state, count(*)::float8 AS count, round(extract(epoch FROM min(received_at)) * 1000)::float8 AS oldest
    FROM ${database.schema}.deliveries WHERE settled_at IS NULL GROUP BY state`)) as StateCount[];
  return toFigures(rows);
}

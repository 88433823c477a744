/** Putting, finding and forgetting deliveries in SQLite. Writes run inside a transaction. */
import type { DatabaseSync, SQLInputValue } from 'node:sqlite';
import type {
  DeliveryFilter,
  InboxFigures,
  NewDelivery,
  QuarantinedDelivery,
  StoredDelivery,
} from '#ports/inbox.ts';
import { toDelivery, toRowId } from './delivery-row.ts';
import { type StateCount, toFigures } from './figures.ts';
import { toMillis } from './instant.ts';
import { PROBE_LENGTH } from './probe-length.ts';
import { DELIVERY_COLUMNS } from './sqlite-schema.ts';
import { toStored, toStoredOrNull } from './stored-text.ts';

/** Deliveries in SQLite, for lists and for what people do with them. */
export interface SqliteDeliveries {
  /** `false` for a key that is known. @param row of {@link toNewRow} */
  insert(row: NewRow): boolean;
  /** Inserts as much as a delivery and deletes it again: both are in the transaction. */
  probe(): void;
  list(filter: DeliveryFilter): readonly StoredDelivery[];
  show(id: string): StoredDelivery | null;
  find(source: string, dedupeKey: string): StoredDelivery | null;
  replay(id: string, now: string): boolean;
  drop(id: string, now: string): boolean;
  figures(): InboxFigures;
  /** Removes some of what was settled before the instant: at most {@link PRUNED_AT_ONCE}. */
  prune(before: string): number;
}

/** Deliveries removed in one transaction: few enough that incoming ones do not wait long. */
export const PRUNED_AT_ONCE = 2000;

/** Values of an INSERT, in the order of the columns. */
export type NewRow = readonly SQLInputValue[];

/** Encodes before the transaction begins, so that what cannot be encoded fails alone and early. */
export function toNewRow(delivery: NewDelivery | QuarantinedDelivery): NewRow {
  const receivedAt = toMillis(delivery.receivedAt);
  const reason = 'reason' in delivery ? toStored(delivery.reason) : null;
  return [
    delivery.source,
    toStored(delivery.dedupeKey),
    delivery.kind,
    toStoredOrNull(delivery.engagement),
    JSON.stringify(delivery.payload ?? null),
    receivedAt,
    toStored(delivery.requestId),
    reason === null ? 'waiting' : 'dead',
    receivedAt,
    reason,
  ];
}

/** A dead letter as long as a large SOW, which no reader ever sees. */
const PROBE_ROW: NewRow = [
  'probe',
  'probe',
  'unknown',
  null,
  JSON.stringify('x'.repeat(PROBE_LENGTH)),
  0,
  'probe',
  'dead',
  0,
  'probe',
];

/** Creates the statements about deliveries on an open database. */
export function createSqliteDeliveries(database: DatabaseSync): SqliteDeliveries {
  const statements = prepare(database);

  function changed(statement: keyof typeof statements, id: string, ...values: SQLInputValue[]): boolean {
    const rowId = toRowId(id);
    return rowId !== null && statements[statement].run(...values, rowId).changes === 1;
  }

  return {
    insert: (row) => statements.insert.run(...row).changes === 1,
    probe: () => {
      statements.insert.run(...PROBE_ROW);
      statements.takeBack.run();
    },
    list: (filter) => list(database, filter),
    show(id) {
      const rowId = toRowId(id);
      const row = rowId === null ? undefined : statements.show.get(rowId);
      return row === undefined ? null : toDelivery(row);
    },
    find(source, dedupeKey) {
      const row = statements.find.get(source, toStored(dedupeKey));
      return row === undefined ? null : toDelivery(row);
    },
    replay: (id, now) => changed('replay', id, toMillis(now)),
    drop: (id, now) => changed('drop', id, toMillis(now)),
    figures: () => toFigures(statements.figures.all() as unknown as StateCount[]),
    prune: (before) => Number(statements.prune.run(toMillis(before)).changes),
  };
}

function list(database: DatabaseSync, { state, engagement, kind, limit }: DeliveryFilter): StoredDelivery[] {
  const conditions = [`state <> 'dropped'`];
  const values: SQLInputValue[] = [];
  if (state !== undefined) {
    conditions.push('state = ?');
    values.push(state);
    if (state !== 'done') conditions.push('settled_at IS NULL');
  }
  if (engagement !== undefined) {
    conditions.push('engagement = ?');
    values.push(toStored(engagement));
  }
  if (kind !== undefined) {
    conditions.push('kind = ?');
    values.push(kind);
  }
  const sql = `SELECT ${DELIVERY_COLUMNS} FROM deliveries WHERE ${conditions.join(' AND ')} ORDER BY id DESC LIMIT ?`;
  return database
    .prepare(sql)
    .all(...values, limit)
    .map((row) => toDelivery(row));
}

function prepare(database: DatabaseSync) {
  return {
    insert: database.prepare(`
      INSERT INTO deliveries
        (source, dedupe_key, kind, engagement, payload, received_at, request_id, state, not_before, reason)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
      ON CONFLICT (source, dedupe_key) DO NOTHING`),
    takeBack: database.prepare(`DELETE FROM deliveries WHERE source = 'probe' AND dedupe_key = 'probe'`),
    show: database.prepare(`SELECT ${DELIVERY_COLUMNS} FROM deliveries WHERE id = ? AND state <> 'dropped'`),
    find: database.prepare(
      `SELECT ${DELIVERY_COLUMNS} FROM deliveries WHERE source = ? AND dedupe_key = ? AND state <> 'dropped'`,
    ),
    replay: database.prepare(`
      UPDATE deliveries SET state = 'waiting', reason = NULL, attempts = 0, not_before = ?, settled_at = NULL
      WHERE id = ? AND state IN ('dead', 'done') AND engagement IS NOT NULL`),
    drop: database.prepare(`
      UPDATE deliveries SET state = 'dropped', settled_at = ?, payload = 'null', engagement = NULL, reason = NULL
      WHERE id = ? AND state IN ('dead', 'waiting')`),
    figures: database.prepare(`
      SELECT state, count(*) AS count, min(received_at) AS oldest FROM deliveries
      WHERE settled_at IS NULL GROUP BY state`),
    prune: database.prepare(`
      DELETE FROM deliveries WHERE id IN (
        SELECT id FROM deliveries WHERE settled_at IS NOT NULL AND settled_at < ? LIMIT ${PRUNED_AT_ONCE})`),
  };
}

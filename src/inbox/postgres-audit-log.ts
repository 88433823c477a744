import type { AuditLog } from '#ports/audit-log.ts';
import { toAuditEntry, toAuditRow } from './audit-row.ts';
import { toInstant, toMillis } from './instant.ts';
import type { PostgresDatabase } from './postgres-database.ts';
import { PRUNED_AT_ONCE } from './postgres-deliveries.ts';
import { toStored } from './stored-text.ts';

const COLUMNS = 'at, engagement, event, request_id, rule, action, result, detail';

/** Creates the audit log beside the deliveries; closing the inbox closes the audit log. */
export function createPostgresAuditLog(database: PostgresDatabase): AuditLog {
  const table = `${database.schema}.audit`;
  const insert = `
    INSERT INTO ${table} (${COLUMNS})
    SELECT to_timestamp(at / 1000.0), engagement, event, request_id, rule, action, result, detail
    FROM json_to_recordset($1::json) AS given (at bigint, engagement text, event text, request_id text, rule text,
      action text, result text, detail text)`;
  const select = `
    SELECT round(extract(epoch FROM at) * 1000)::float8 AS at, engagement, event, request_id, rule, action, result, detail
    FROM ${table}
    WHERE ($1::text IS NULL OR engagement = $1) AND ($2::timestamptz IS NULL OR at >= $2)
    ORDER BY id DESC LIMIT $3`;
  const remove = `
    DELETE FROM ${table} WHERE id IN (
      SELECT id FROM ${table} WHERE at < $1 LIMIT ${PRUNED_AT_ONCE} FOR UPDATE SKIP LOCKED)
    RETURNING id`;

  return {
    async append(entries) {
      if (entries.length === 0) return;
      const rows = entries.map((entry) => toAuditRow(entry, toMillis(entry.at)));
      await database.query(insert, [JSON.stringify(rows)]);
    },
    async read({ engagement, since, limit }) {
      const rows = await database.query(select, [
        engagement === undefined ? null : toStored(engagement),
        since === undefined ? null : toInstant(toMillis(since)),
        limit,
      ]);
      return rows.map(toAuditEntry);
    },
    async prune(before) {
      let removed = 0;
      for (;;) {
        const some = await database.query(remove, [toInstant(toMillis(before))]);
        removed += some.length;
        if (some.length < PRUNED_AT_ONCE) return removed;
      }
    },
    async close() {},
  };
}

import type { DatabaseSync } from 'node:sqlite';
import type { AuditLog } from '#ports/audit-log.ts';
import { toAuditEntry, toAuditRow } from './audit-row.ts';
import type { GroupCommit } from './group-commit.ts';
import { toMillis } from './instant.ts';
import { PRUNED_AT_ONCE } from './sqlite-deliveries.ts';
import { toStored } from './stored-text.ts';

const COLUMNS = 'at, engagement, event, request_id, rule, action, result, detail';

/** Creates the audit log in the inbox's database; closing the inbox closes the audit log. */
export function createSqliteAuditLog(
  database: DatabaseSync,
  commit: GroupCommit,
  read: <T>(work: () => T) => T,
): AuditLog {
  const insert = database.prepare(`
    INSERT INTO audit (${COLUMNS})
    VALUES ($at, $engagement, $event, $request_id, $rule, $action, $result, $detail)`);
  const select = database.prepare(`SELECT ${COLUMNS} FROM audit WHERE at >= ? ORDER BY id DESC LIMIT ?`);
  const selectEngagement = database.prepare(
    `SELECT ${COLUMNS} FROM audit WHERE engagement = ? AND at >= ? ORDER BY id DESC LIMIT ?`,
  );
  const remove = database.prepare(`
    DELETE FROM audit WHERE id IN (SELECT id FROM audit WHERE at < ? LIMIT ${PRUNED_AT_ONCE})`);

  return {
    async append(entries) {
      if (entries.length === 0) return;
      const rows = entries.map((entry) => ({ ...toAuditRow(entry, toMillis(entry.at)) }));
      await commit.write(() => {
        for (const row of rows) insert.run(row);
      });
    },
    async read({ engagement, since, limit }) {
      const from = since === undefined ? Number.MIN_SAFE_INTEGER : toMillis(since);
      return read(() =>
        engagement === undefined
          ? select.all(from, limit)
          : selectEngagement.all(toStored(engagement), from, limit),
      ).map(toAuditEntry);
    },
    async prune(before) {
      const until = toMillis(before);
      let removed = 0;
      for (;;) {
        const some = await commit.write(() => Number(remove.run(until).changes));
        removed += some;
        if (some < PRUNED_AT_ONCE) return removed;
      }
    },
    async close() {},
  };
}

import type { DatabaseSync, SQLInputValue } from 'node:sqlite';
import type { AuditEntry, AuditLog } from '#ports/audit-log.ts';
import type { GroupCommit } from './group-commit.ts';
import { toInstant, toMillis } from './instant.ts';
import { fromStored, fromStoredOrNull, toStored, toStoredOrNull } from './stored-text.ts';

interface AuditRow {
  readonly at: number;
  readonly engagement: string | null;
  readonly event: string;
  readonly request_id: string;
  readonly rule: string | null;
  readonly action: string;
  readonly result: AuditEntry['result'];
  readonly detail: string | null;
}

/** The audit log in the inbox's database; it is closed with the inbox. */
export function createSqliteAuditLog(
  database: DatabaseSync,
  commit: GroupCommit,
  read: <T>(work: () => T) => T,
): AuditLog {
  const insert = database.prepare(
    'INSERT INTO audit (at, engagement, event, request_id, rule, action, result, detail) VALUES (?, ?, ?, ?, ?, ?, ?, ?)',
  );
  const select = database.prepare(`
    SELECT at, engagement, event, request_id, rule, action, result, detail FROM audit
    WHERE at >= ? ORDER BY id DESC LIMIT ?`);
  const selectEngagement = database.prepare(`
    SELECT at, engagement, event, request_id, rule, action, result, detail FROM audit
    WHERE engagement = ? AND at >= ? ORDER BY id DESC LIMIT ?`);

  return {
    async append(entries) {
      if (entries.length === 0) return;
      const rows = entries.map((entry) => toRow(entry));
      await commit.write(() => {
        for (const row of rows) insert.run(...row);
      });
    },
    async read({ engagement, since, limit }) {
      const from = since === undefined ? 0 : toMillis(since);
      return read(() =>
        engagement === undefined
          ? select.all(from, limit)
          : selectEngagement.all(toStored(engagement), from, limit),
      ).map((row) => toEntry(row as unknown as AuditRow));
    },
    async close() {},
  };
}

function toRow(entry: AuditEntry): SQLInputValue[] {
  const { at, engagement, event, requestId, rule, action, result, detail } = entry;
  return [
    toMillis(at),
    toStoredOrNull(engagement),
    toStored(event),
    toStored(requestId),
    toStoredOrNull(rule),
    toStored(action),
    result,
    toStoredOrNull(detail),
  ];
}

function toEntry(row: AuditRow): AuditEntry {
  return {
    at: toInstant(row.at),
    engagement: fromStoredOrNull(row.engagement),
    event: fromStored(row.event),
    requestId: fromStored(row.request_id),
    rule: fromStoredOrNull(row.rule),
    action: fromStored(row.action),
    result: row.result,
    detail: fromStoredOrNull(row.detail),
  };
}

import type { AuditEntry } from '#ports/audit-log.ts';
import { toInstant } from './instant.ts';
import { fromStored, fromStoredOrNull, toStored, toStoredOrNull } from './stored-text.ts';

/** Line of the audit log in either store: `at` in milliseconds since 1970, texts as `stored-text.ts` writes them. */
export interface AuditRow {
  readonly at: number;
  readonly engagement: string | null;
  readonly event: string;
  readonly request_id: string;
  readonly rule: string | null;
  readonly action: string;
  readonly result: AuditEntry['result'];
  readonly detail: string | null;
}

/** Makes the row of an entry. */
export function toAuditRow(entry: AuditEntry, at: number): AuditRow {
  return {
    at,
    engagement: toStoredOrNull(entry.engagement),
    event: toStored(entry.event),
    request_id: toStored(entry.requestId),
    rule: toStoredOrNull(entry.rule),
    action: toStored(entry.action),
    result: entry.result,
    detail: toStoredOrNull(entry.detail),
  };
}

/** @param row an {@link AuditRow} */
export function toAuditEntry(row: unknown): AuditEntry {
  const found = row as AuditRow;
  return {
    at: toInstant(found.at),
    engagement: fromStoredOrNull(found.engagement),
    event: fromStored(found.event),
    requestId: fromStored(found.request_id),
    rule: fromStoredOrNull(found.rule),
    action: fromStored(found.action),
    result: found.result,
    detail: fromStoredOrNull(found.detail),
  };
}

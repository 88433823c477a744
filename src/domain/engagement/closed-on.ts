import { type Calendar, localDate } from '#domain/base/calendar.ts';
import type { ActualIssue } from './state.ts';

/** Day on which an issue was closed, `2026-11-25`; today for one that is open, because the run that asks is to close it. */
export function closedOn(
  issue: Pick<ActualIssue, 'closedAt'> | null,
  today: string,
  calendar: Calendar,
): string {
  const closedAt = issue?.closedAt ?? null;
  return closedAt === null ? today : localDate(closedAt, calendar);
}

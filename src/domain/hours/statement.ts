/** Rows of a time tool as one statement for each engagement. */
import type { EngagementKey } from '#domain/base/keys.ts';
import type { HoursRow } from './csv.ts';
import { type DaySum, type HoursStatement, rounded } from './memory.ts';

/**
 * Sums up rows by engagement and day.
 *
 * @param source name of the time tool
 * @returns by engagement, in the order of the file
 */
export function statementsOf(
  rows: readonly HoursRow[],
  source: string,
): ReadonlyMap<EngagementKey, HoursStatement> {
  const on = rows.reduce((last, { day }) => (day > last ? day : last), '');
  const sums = new Map<EngagementKey, Map<string, DaySum>>();
  for (const { engagement, day, hours, billable } of rows) {
    const days = sums.get(engagement) ?? new Map<string, DaySum>();
    const { hours: sum, unbilled } = days.get(day) ?? { hours: 0, unbilled: 0 };
    days.set(day, { hours: rounded(sum + hours), unbilled: rounded(unbilled + (billable ? 0 : hours)) });
    sums.set(engagement, days);
  }
  return new Map([...sums].map(([engagement, days]) => [engagement, { source, on, days }]));
}

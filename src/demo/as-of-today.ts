import { daysBetween, isCalendarDate } from '#domain/base/calendar.ts';
import { begunOn, type Subject } from '#domain/sow/subject.ts';

/** The SOW as if it had been won today, the deal as if it had been opened today: every date moved by the same number of days, so that a demo is never overdue. */
export function asOfToday<Kind extends Subject>(subject: Kind, today: string): Kind {
  return moved(subject, daysBetween(begunOn(subject), today)) as Kind;
}

function moved(value: unknown, days: number): unknown {
  if (typeof value === 'string') return isCalendarDate(value) ? plusDays(value, days) : value;
  if (Array.isArray(value)) return value.map((item) => moved(item, days));
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, moved(item, days)]));
}

function plusDays(date: string, days: number): string {
  return new Date(Date.parse(`${date}T00:00:00Z`) + days * 86_400_000).toISOString().slice(0, 10);
}

/** Dates and counts of days as people say them. */
import { counted } from '#domain/base/sentence.ts';

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'] as const;

/** Day as people say it: `30 Nov`, with the year when that is another than the year of `today`. */
export function dayText(date: string, today: string): string {
  const [year = '', month = '', day = ''] = date.slice(0, 10).split('-');
  const text = `${Number(day)} ${MONTHS[Number(month) - 1] ?? month}`;
  return today.startsWith(`${year}-`) ? text : `${text} ${year}`;
}

/** `since today`, `1 day`, `12 days`. */
export function waitText(days: number): string {
  return days === 0 ? 'since today' : counted(days, 'day');
}

/** `2 days late` */
export function lateText(days: number): string {
  return `${counted(days, 'day')} late`;
}

/** `today`, `tomorrow`, `in 5 days`. */
export function inDaysText(days: number): string {
  if (days === 0) return 'today';
  return days === 1 ? 'tomorrow' : `in ${days} days`;
}

/** `2026-11-25 14:30 UTC` */
export function momentText(instant: string): string {
  return `${instant.slice(0, 10)} ${instant.slice(11, 16)} UTC`;
}

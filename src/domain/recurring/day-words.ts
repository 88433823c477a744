/** Days as people say them. */
import type { Weekday } from '#domain/base/calendar.ts';
import { weekdayOf } from './dates.ts';

const DAYS: Readonly<Record<Weekday, string>> = {
  mon: 'Monday',
  tue: 'Tuesday',
  wed: 'Wednesday',
  thu: 'Thursday',
  fri: 'Friday',
  sat: 'Saturday',
  sun: 'Sunday',
};
const MONTHS = [
  'January',
  'February',
  'March',
  'April',
  'May',
  'June',
  'July',
  'August',
  'September',
  'October',
  'November',
  'December',
] as const;

/** Says a date in full. @example `Tuesday 26 January 2027` */
export function longDay(date: string): string {
  return `${DAYS[weekdayOf(date)]} ${Number(date.slice(8))} ${monthOf(date)} ${date.slice(0, 4)}`;
}

/** Says a date of these months. @example `Tue 26 Jan` */
export function shortDay(date: string): string {
  return `${DAYS[weekdayOf(date)].slice(0, 3)} ${Number(date.slice(8))} ${monthOf(date).slice(0, 3)}`;
}

function monthOf(date: string): string {
  return MONTHS[Number(date.slice(5, 7)) - 1] ?? '';
}

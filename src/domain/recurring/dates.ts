/** The dates of a recurring step: nominal ones, by which occurrences are known, and the days they are moved to. */
import {
  addCalendarDays,
  addWorkingDays,
  type Calendar,
  daysBetween,
  isWorkingDay,
  WEEKDAYS,
  type Weekday,
} from '#domain/base/calendar.ts';
import type { Cadence, Recurs } from './recurs.ts';

/** Dates of one cadence on one weekday. */
export interface Series {
  readonly every: Cadence;
  /** Means nothing for `day`. */
  readonly weekday: Weekday;
  /** First day on which an occurrence may lie; the first one found counts every second week from there. */
  readonly from: string;
}

/** Nominal dates of a series from its first one to `to`, both included, none before `after` or on it. */
export function nominalDates(
  series: Series,
  { after, to }: { readonly after: string; readonly to: string },
  calendar: Calendar,
): readonly string[] {
  const dates: string[] = [];
  for (let date = firstOf(series, calendar); date <= to; date = nextOf(date, series, calendar))
    if (date > after) dates.push(date);
  return dates;
}

/** Day on which an occurrence takes place; `null`: on none, because its day is off. */
export function effectiveDate(
  nominal: string,
  onHoliday: Recurs['on_holiday'],
  calendar: Calendar,
): string | null {
  if (isWorkingDay(nominal, calendar)) return nominal;
  if (onHoliday === 'skip') return null;
  return addWorkingDays(nominal, onHoliday === 'before' ? -1 : 1, calendar);
}

/** First day after the week, the two weeks, the month or the day in which an occurrence lies. */
export function afterPeriodOf(nominal: string, every: Cadence): string {
  switch (every) {
    case 'day':
      return addCalendarDays(nominal, 1);
    case 'week':
      return addCalendarDays(mondayOf(nominal), 7);
    case '2 weeks':
      return addCalendarDays(mondayOf(nominal), 14);
    case 'month':
      return firstOfNextMonth(nominal);
  }
}

/** 1970-01-05 was a Monday. */
function weekdayIndex(date: string): number {
  return ((daysBetween('1970-01-05', date) % 7) + 7) % 7;
}

/** The weekday of a date. @example `tue` */
export function weekdayOf(date: string): Weekday {
  return WEEKDAYS[weekdayIndex(date)] ?? 'mon';
}

function mondayOf(date: string): string {
  return addCalendarDays(date, -weekdayIndex(date));
}

function onWeekday(from: string, weekday: Weekday): string {
  return addCalendarDays(from, (WEEKDAYS.indexOf(weekday) - weekdayIndex(from) + 7) % 7);
}

function firstOfNextMonth(date: string): string {
  return `${addCalendarDays(`${date.slice(0, 7)}-01`, 31).slice(0, 7)}-01`;
}

function firstOf({ every, weekday, from }: Series, calendar: Calendar): string {
  if (every === 'day') return isWorkingDay(from, calendar) ? from : addWorkingDays(from, 1, calendar);
  if (every !== 'month') return onWeekday(from, weekday);
  const inMonth = onWeekday(`${from.slice(0, 7)}-01`, weekday);
  return inMonth >= from ? inMonth : onWeekday(firstOfNextMonth(from), weekday);
}

function nextOf(date: string, { every, weekday }: Series, calendar: Calendar): string {
  switch (every) {
    case 'day':
      return addWorkingDays(date, 1, calendar);
    case 'week':
      return addCalendarDays(date, 7);
    case '2 weeks':
      return addCalendarDays(date, 14);
    case 'month':
      return onWeekday(firstOfNextMonth(date), weekday);
  }
}

/** Dates as ISO strings (`2026-03-05`) and working days. The only file of the domain that knows `Date`; it never asks for the present. */

/** In the order of ISO weeks. */
export const WEEKDAYS = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const;
export type Weekday = (typeof WEEKDAYS)[number];

/** On which days people work, and in which time zone an instant becomes a date. */
export interface Calendar {
  /** IANA name, for example `Europe/Berlin`. */
  readonly timeZone: string;
  readonly weekend: readonly Weekday[];
  /** Dates that nobody works on; `2026-12-25`. */
  readonly holidays: readonly string[];
  /** From (included) to (not included), as on the wall: `09:00`. */
  readonly workingHours: { readonly from: string; readonly to: string };
}

export const DEFAULT_CALENDAR: Calendar = {
  timeZone: 'UTC',
  weekend: ['sat', 'sun'],
  holidays: [],
  workingHours: { from: '09:00', to: '17:00' },
};

const MS_PER_DAY = 86_400_000;
/** Ten years: no sensible calendar closes for longer, and a search must end when every day is a holiday. */
const LONGEST_CLOSURE_DAYS = 3_660;
const MOST_WORKING_DAYS = 100_000;

/** Whether the text is a date of the Gregorian calendar written `YYYY-MM-DD`; `2026-02-30` is not. */
export function isCalendarDate(text: string): boolean {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text)) return false;
  const month = Number(text.slice(5, 7));
  const day = Number(text.slice(8));
  if (month !== 2) return day >= 1 && day <= (DAYS_IN_MONTH[month] ?? 0);
  const year = Number(text.slice(0, 4));
  const isLeap = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
  return day >= 1 && day <= (isLeap ? 29 : 28);
}

/** By the number of the month; February is reckoned. */
const DAYS_IN_MONTH = [0, 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

/** Whether the runtime knows this time zone. */
export function isTimeZone(name: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }) instanceof Intl.DateTimeFormat;
  } catch {
    return false;
  }
}

/** Whether people work on this date. */
export function isWorkingDay(date: string, calendar: Calendar): boolean {
  return worksOn(calendar)(toDay(date));
}

/**
 * Moves a date by working days; the result is always a working day. `0` from a day off is the next working day.
 * A day off is not counted as the first day: Saturday plus one is Monday, Saturday minus one is Friday.
 *
 * @throws RangeError when the date does not exist, `days` is not a whole number, or no working day is near
 */
export function addWorkingDays(date: string, days: number, calendar: Calendar): string {
  if (!Number.isInteger(days) || Math.abs(days) > MOST_WORKING_DAYS)
    throw new RangeError(`cannot add ${days} working days`);
  const works = worksOn(calendar);
  const start = toDay(date);
  if (days === 0) return toDate(works(start) ? start : nextWorkingDay(start, 1, works));
  let day = start;
  for (let left = Math.abs(days); left > 0; left -= 1) day = nextWorkingDay(day, Math.sign(days), works);
  return toDate(day);
}

/**
 * How many working days lie after `from`, up to and including `to`; negative when `to` is earlier
 * (then: from `to` up to, not including, `from`). Undoes {@link addWorkingDays} from a working day.
 */
export function workingDaysBetween(from: string, to: string, calendar: Calendar): number {
  const works = worksOn(calendar);
  const [first, last] = [toDay(from), toDay(to)];
  let count = 0;
  for (let day = first + 1; day <= last; day += 1) if (works(day)) count += 1;
  for (let day = last; day < first; day += 1) if (works(day)) count -= 1;
  return count;
}

/** Moves a date by calendar days, days off included. */
export function addCalendarDays(date: string, days: number): string {
  return toDate(toDay(date) + days);
}

/** Moves a date by calendar months, to the last day of the month where there is no such day. @example 2026-12-31 and 2: 2027-02-28 */
export function addCalendarMonths(date: string, months: number): string {
  const first = new Date(`${date.slice(0, 7)}-01T00:00:00Z`);
  first.setUTCMonth(first.getUTCMonth() + months + 1, 0);
  const last = first.toISOString().slice(0, 10);
  const wanted = `${last.slice(0, 8)}${date.slice(8)}`;
  return wanted < last ? wanted : last;
}

/** Milliseconds from one instant (ISO 8601) to another. */
export function msBetween(from: string, to: string): number {
  return Date.parse(to) - Date.parse(from);
}

/** Whether there is such a moment, in a text of the right form: `2026-13-45T10:00:00Z` is none. */
export function isInstant(text: string): boolean {
  return !Number.isNaN(Date.parse(text));
}

/** Two days: clocks go wrong by hours, and a date stands for its first moment. */
const FARTHEST_AHEAD_MS = 172_800_000;

/**
 * An instant that a source tells; `null` where it lies so far ahead that no order can be told from it: taken at its word
 * it would hold up whatever comes after it.
 *
 * @param now instant or date on which it is heard
 */
export function plausibleInstant(told: string | null, now: string): string | null {
  return told === null || msBetween(now, told) > FARTHEST_AHEAD_MS ? null : told;
}

/** Calendar days from one date to another; negative when `to` is earlier. */
export function daysBetween(from: string, to: string): number {
  return toDay(to) - toDay(from);
}

/** From one instant to another, both ISO 8601. */
export function hoursBetween(from: string, to: string): number {
  return (Date.parse(to) - Date.parse(from)) / 3_600_000;
}

const formats = new Map<string, Intl.DateTimeFormat>();

/**
 * The date people of the calendar's time zone see on the wall at an instant.
 *
 * @param instant ISO 8601 with an offset: `2026-03-05T23:30:00Z`
 * @throws RangeError for anything else; without an offset the answer would depend on the machine
 */
export function localDate(instant: string, calendar: Calendar): string {
  return onTheWall(instant, calendar).date;
}

/** The time they see there: `09:30`. */
export function localTime(instant: string, calendar: Calendar): string {
  return onTheWall(instant, calendar).time;
}

/** The instant (UTC) at which the wall shows this date and time; the first after it where a clock change leaves it out. */
export function instantOf(date: string, time: string, calendar: Calendar): string {
  const wanted = Date.parse(`${date}T${time}:00Z`);
  let at = wanted;
  // The offset at the guess may be another than at the answer; the second correction settles it.
  for (let round = 0; round < 2; round += 1) {
    const seen = onTheWall(new Date(at).toISOString(), calendar);
    at += wanted - Date.parse(`${seen.date}T${seen.time}:00Z`);
  }
  return new Date(at).toISOString();
}

function onTheWall(instant: string, calendar: Calendar): { readonly date: string; readonly time: string } {
  const at = new Date(instant);
  if (!/^\d{4}-\d{2}-\d{2}T.+(Z|[+-]\d{2}:?\d{2})$/i.test(instant) || Number.isNaN(at.getTime()))
    throw new RangeError(`expected an instant with an offset, such as 2026-03-05T23:30:00Z, got ${instant}`);
  // The format of another time zone asks ICU, a hundred times as slow; years beyond four digits are written otherwise.
  const utc = calendar.timeZone === 'UTC' ? at.toISOString() : '';
  if (/^(?!0000)\d{4}-/.test(utc)) return { date: utc.slice(0, 10), time: utc.slice(11, 16) };
  let format = formats.get(calendar.timeZone);
  if (!format) {
    format = new Intl.DateTimeFormat('en', {
      timeZone: calendar.timeZone,
      calendar: 'gregory',
      numberingSystem: 'latn',
      year: 'numeric',
      month: '2-digit',
      day: '2-digit',
      hour: '2-digit',
      minute: '2-digit',
      hourCycle: 'h23',
    });
    formats.set(calendar.timeZone, format);
  }
  const parts = new Map(format.formatToParts(at).map((part) => [part.type, part.value]));
  return {
    date: `${parts.get('year')?.padStart(4, '0')}-${parts.get('month')}-${parts.get('day')}`,
    time: `${parts.get('hour')}:${parts.get('minute')}`,
  };
}

/** Days since 1970-01-01. */
function toDay(date: string): number {
  if (!isCalendarDate(date))
    throw new RangeError(`expected a date that exists, written YYYY-MM-DD, got ${date}`);
  return Date.parse(`${date}T00:00:00Z`) / MS_PER_DAY;
}

function toDate(day: number): string {
  const date = new Date(day * MS_PER_DAY).toISOString();
  if (date.length !== 24) throw new RangeError('the date lies beyond the year 9999 or before the year 0');
  return date.slice(0, 10);
}

const workedOn = new WeakMap<Calendar, (day: number) => boolean>();

/** Kept per calendar: schedules ask for hundreds of days of the same one. */
function worksOn(calendar: Calendar): (day: number) => boolean {
  const known = workedOn.get(calendar) ?? workingDaysOf(calendar);
  workedOn.set(calendar, known);
  return known;
}

function workingDaysOf(calendar: Calendar): (day: number) => boolean {
  const off = new Set(calendar.weekend.map((weekday) => WEEKDAYS.indexOf(weekday)));
  const holidays = new Set(calendar.holidays.map(toDay));
  // 1970-01-01 was a Thursday, three days after the Monday that WEEKDAYS begins with.
  return (day) => !off.has((((day + 3) % 7) + 7) % 7) && !holidays.has(day);
}

function nextWorkingDay(from: number, direction: number, works: (day: number) => boolean): number {
  for (let distance = 1; distance <= LONGEST_CLOSURE_DAYS; distance += 1) {
    const day = from + distance * direction;
    if (works(day)) return day;
  }
  throw new RangeError(
    `no working day within ${LONGEST_CLOSURE_DAYS} days of ${toDate(from)}; check the calendar`,
  );
}

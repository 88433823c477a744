/**
 * How many of the hours sold are used. The first source that has data counts: statements of a time tool, what the SOW
 * says, time recorded on the issues. Sources are never added up, and the day that a number is of goes with it.
 */
import { addWorkingDays, type Calendar, workingDaysBetween } from '#domain/base/calendar.ts';
import type { HoursThresholds } from '#domain/base/settings.ts';
import type { Subject } from '#domain/sow/subject.ts';
import {
  daysOf,
  HOURS_LEVELS,
  type HoursLevel,
  type HoursMemory,
  type Point,
  rounded,
  totalOf,
} from './memory.ts';

/** Hours used, of those sold. */
export interface HoursReading {
  /** `null`: the SOW names none. */
  readonly scoped: number | null;
  readonly spent: number;
  /** Of {@link spent}, what nobody pays for, where the source tells. */
  readonly unbilled: number;
  /** Whole percent of the hours sold, rounded down; `null` where none are named. */
  readonly percent: number | null;
  /** `time tool` or another name of an import, `SOW`, `/spend`; `null`: no source has data. */
  readonly source: string | null;
  /** The day that the number is of. */
  readonly on: string | null;
  /** Older than {@link STALE_AFTER} working days: counts for no threshold. Never of `/spend`, which is of now. */
  readonly isStale: boolean;
  /** Day on which the hours sold are used up at the pace of the last 20 working days; `null`: nothing says when. */
  readonly exhaustedOn: string | null;
  /** The highest threshold reached; `null`: none, or {@link isStale}. */
  readonly level: HoursLevel | null;
}

/** Working days after which a number is too old to warn from. */
const STALE_AFTER = 8;
/** Working days that the pace is taken from. */
const WINDOW = 20;
/** Days with data under which there is no pace. */
const FEWEST_DAYS = 5;

/** What the reading is made from. */
export interface HoursFacts {
  readonly memory: HoursMemory;
  readonly sow: Subject;
  readonly thresholds: HoursThresholds;
  readonly calendar: Calendar;
  /** `2027-04-30` */
  readonly today: string;
}

/** Reads the hours of an engagement. `null`: none are sold, and nobody has recorded any. */
export function readHours(facts: HoursFacts): HoursReading | null {
  const { memory, sow, thresholds, calendar, today } = facts;
  const scoped = sow.hours?.scoped ?? null;
  const found = sourceOf(memory);
  if (found === null)
    return scoped === null
      ? null
      : {
          scoped,
          spent: 0,
          unbilled: 0,
          percent: 0,
          source: null,
          on: null,
          isStale: false,
          exhaustedOn: null,
          level: null,
        };
  const { spent, on, source, unbilled } = found;
  const share = scoped === null || scoped === 0 ? null : (spent / scoped) * 100;
  const isStale = source !== '/spend' && workingDaysBetween(on, today, calendar) > STALE_AFTER;
  const reached = HOURS_LEVELS.filter((level) => share !== null && share >= thresholds[level]);
  return {
    scoped,
    spent,
    unbilled,
    percent: share === null ? null : Math.floor(share + 1e-9),
    source,
    on,
    isStale,
    exhaustedOn:
      scoped === null
        ? null
        : exhaustion({ left: scoped - spent, on, pace: paceOf(found, calendar) }, calendar),
    level: isStale ? null : (reached.at(-1) ?? null),
  };
}

/** First day on which a reading counts for no threshold any more; `null`: it counts for none already, or always will. */
export function staleFrom({ on, source, isStale }: HoursReading, calendar: Calendar): string | null {
  return on === null || isStale || source === '/spend' ? null : addWorkingDays(on, STALE_AFTER + 1, calendar);
}

interface Source {
  readonly source: string;
  readonly spent: number;
  readonly unbilled: number;
  readonly on: string;
  /** Hours of single days, or sums up to a day. */
  readonly history:
    | { readonly kind: 'days'; readonly days: readonly Point[] }
    | { readonly kind: 'sums'; readonly sums: readonly Point[] };
}

function sourceOf({ statements, consumed, spent }: HoursMemory): Source | null {
  const [newest] = Object.entries(statements).toSorted(([one, a], [other, b]) =>
    a.on === b.on ? (one < other ? -1 : 1) : a.on > b.on ? -1 : 1,
  );
  if (newest !== undefined) {
    const [source, statement] = newest;
    const { hours, unbilled } = totalOf(statement);
    const days = daysOf(statement).map(([day, sum]): Point => [day, sum.hours]);
    return { source, spent: hours, unbilled, on: statement.on, history: { kind: 'days', days } };
  }
  return fromSums('SOW', consumed) ?? fromSums('/spend', spent);
}

function fromSums(source: string, sums: readonly Point[]): Source | null {
  const last = sums.at(-1);
  if (last === undefined) return null;
  return { source, spent: last[1], unbilled: 0, on: last[0], history: { kind: 'sums', sums } };
}

/** Hours per working day, of the last 20 working days; `null` where too little is known. */
function paceOf({ on, history }: Source, calendar: Calendar): number | null {
  const start = addWorkingDays(on, -WINDOW, calendar);
  if (history.kind === 'days') {
    const days = history.days.filter(([day]) => day > start && day <= on);
    const [first] = days;
    if (first === undefined || days.length < FEWEST_DAYS) return null;
    const isWhole = history.days.some(([day]) => day <= start);
    const over = isWhole ? WINDOW : workingDaysBetween(first[0], on, calendar) + 1;
    return days.reduce((sum, [, hours]) => sum + hours, 0) / Math.max(1, over);
  }
  const { sums } = history;
  const from = sums.findLast(([day]) => day <= start) ?? sums[0];
  const to = sums.at(-1);
  if (from === undefined || to === undefined) return null;
  const over = workingDaysBetween(from[0], to[0], calendar);
  return over < FEWEST_DAYS ? null : (to[1] - from[1]) / over;
}

/** Further ahead than this nobody plans, and a pace says nothing. */
const FURTHEST = 1_000;

function exhaustion(
  { left, on, pace }: { readonly left: number; readonly on: string; readonly pace: number | null },
  calendar: Calendar,
): string | null {
  if (pace === null || pace <= 0 || left <= 0) return null;
  const days = Math.ceil(left / pace - 1e-9);
  return days > FURTHEST ? null : addWorkingDays(on, days, calendar);
}

/** Points of a sum that are worth keeping: one a day, those that the pace is taken from. */
export function withPoint(sums: readonly Point[], [day, hours]: Point, calendar: Calendar): readonly Point[] {
  const last = sums.at(-1);
  if (last !== undefined && last[0] === day && last[1] === hours) return sums;
  const all: readonly Point[] = [...sums.filter(([known]) => known < day), [day, rounded(hours)]];
  const start = addWorkingDays(day, -WINDOW, calendar);
  const first = all.findLastIndex(([known]) => known <= start);
  return all.slice(Math.max(0, first));
}

/**
 * What the record keeps of the hours of an engagement: what statements said, day by day, how the other sources grew, and
 * which thresholds were told. Bounded, whatever is imported and however long an engagement lasts.
 */

import { z } from 'zod';
import { UNCOMPILED } from '#domain/base/uncompiled.ts';

const CalendarDate = z.iso.date();
/** Days of a month with hours: `11:8 12:7.5/2`, the second number being those that nobody pays for. */
const MonthText = z.string().max(1_000);

const Statement = z.object({
  /** The last day that the statement speaks of. */
  on: CalendarDate,
  /** By month: `2027-01`. */
  days: z.record(z.string().regex(/^\d{4}-\d{2}$/), MonthText).default({}),
  /** Sum of the days up to one that are no longer kept one by one. */
  before: z.object({ day: CalendarDate, hours: z.number(), unbilled: z.number() }).optional(),
});
/** What one time tool has said of one engagement. */
export type Statement = Readonly<z.infer<typeof Statement>>;

/** Sum of hours on a day. */
const Point = z.tuple([CalendarDate, z.number()]);
export type Point = z.infer<typeof Point>;

export const HOURS_LEVELS = ['notice', 'attention', 'limit'] as const;
/** Threshold of hours used. */
export type HoursLevel = (typeof HOURS_LEVELS)[number];

export const HoursMemory = z.looseObject({
  /** Hours sold at the launch. */
  launched: z.number().optional(),
  /** By name of the time tool. */
  statements: z.record(z.string(), Statement).default({}),
  /** `hours.consumed` of the SOW, as it grew. */
  consumed: z.array(Point).default([]),
  /** Time recorded on the issues, as it grew. */
  spent: z.array(Point).default([]),
  /** Thresholds told for so many hours sold. */
  told: z.object({ scope: z.number(), levels: z.array(z.enum(HOURS_LEVELS)) }).optional(),
});
/** Memory of the hours of one engagement. */
export type HoursMemory = Readonly<z.infer<typeof HoursMemory>>;

/** Memory of an engagement whose hours nobody has told yet. */
export const NO_HOURS: HoursMemory = HoursMemory.parse({}, UNCOMPILED);

/** Hours of one day, those among them that nobody pays for beside. */
export interface DaySum {
  readonly hours: number;
  readonly unbilled: number;
}

/** What one file says of one engagement. */
export interface HoursStatement {
  /** Name of the time tool. */
  readonly source: string;
  /** The last day that the file speaks of, of whatever engagement. */
  readonly on: string;
  readonly days: ReadonlyMap<string, DaySum>;
}

/** Days kept one by one: two years of work. Older ones stay in the sum. */
export const MOST_DAYS = 500;
/** Time tools of one engagement. */
export const MOST_SOURCES = 4;

/**
 * Memory with a statement in it: each of its days replaces what was known of that day from the same time tool. Days that
 * are no longer kept one by one stay as they are, see {@link oldestDay}.
 */
export function withStatement(memory: HoursMemory, { source, on, days }: HoursStatement): HoursMemory {
  const known = memory.statements[source];
  if (known === undefined && Object.keys(memory.statements).length >= MOST_SOURCES) return memory;
  const all = new Map(known === undefined ? [] : daysOf(known));
  for (const [day, sum] of days) if (day > (known?.before?.day ?? '')) all.set(day, sum);
  const sorted = [...all].filter(([, { hours, unbilled }]) => hours !== 0 || unbilled !== 0).toSorted(byDay);
  const left = sorted.slice(0, Math.max(0, sorted.length - MOST_DAYS));
  const before = left.reduce(
    (sum, [day, { hours, unbilled }]) => ({
      day,
      hours: rounded(sum.hours + hours),
      unbilled: rounded(sum.unbilled + unbilled),
    }),
    known?.before ?? { day: '', hours: 0, unbilled: 0 },
  );
  const statement: Statement = {
    on: known !== undefined && known.on > on ? known.on : on,
    days: monthsOf(sorted.slice(left.length)),
    ...(before.day === '' ? {} : { before }),
  };
  return { ...memory, statements: { ...memory.statements, [source]: statement } };
}

/** The last day whose hours are only known as part of a sum; `null`: every day is known. */
export function oldestDay(memory: HoursMemory, source: string): string | null {
  return memory.statements[source]?.before?.day ?? null;
}

/** Days of a statement that are kept one by one, the first one first. */
export function daysOf({ days }: Statement): readonly (readonly [day: string, sum: DaySum])[] {
  return Object.entries(days)
    .flatMap(([month, text]) =>
      text.split(' ').map((part): readonly [string, DaySum] => {
        const [day = '', sums = ''] = part.split(':');
        const [hours = '0', unbilled = '0'] = sums.split('/');
        return [`${month}-${day}`, { hours: Number(hours), unbilled: Number(unbilled) }];
      }),
    )
    .toSorted(byDay);
}

/** Sum of a statement. */
export function totalOf(statement: Statement): DaySum {
  const sums = [statement.before ?? { hours: 0, unbilled: 0 }, ...daysOf(statement).map(([, sum]) => sum)];
  return {
    hours: rounded(sums.reduce((sum, { hours }) => sum + hours, 0)),
    unbilled: rounded(sums.reduce((sum, { unbilled }) => sum + unbilled, 0)),
  };
}

function monthsOf(days: readonly (readonly [day: string, sum: DaySum])[]): Statement['days'] {
  const months = new Map<string, string[]>();
  for (const [day, { hours, unbilled }] of days) {
    const month = months.get(day.slice(0, 7)) ?? [];
    month.push(`${day.slice(8)}:${rounded(hours)}${unbilled === 0 ? '' : `/${rounded(unbilled)}`}`);
    months.set(day.slice(0, 7), month);
  }
  return Object.fromEntries([...months].map(([month, parts]) => [month, parts.join(' ')]));
}

function byDay([one]: readonly [string, DaySum], [other]: readonly [string, DaySum]): number {
  return one < other ? -1 : Number(one > other);
}

/** Hours to the hundredth: 36 seconds. */
export function rounded(hours: number): number {
  return Math.round(hours * 100) / 100;
}

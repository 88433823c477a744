/** The hours of an engagement at one moment: what is known of them, and which thresholds are to be told now. */
import type { Calendar } from '#domain/base/calendar.ts';
import type { HoursThresholds } from '#domain/base/settings.ts';
import type { ActualIssue } from '#domain/engagement/state.ts';
import type { Subject } from '#domain/sow/subject.ts';
import {
  HOURS_LEVELS,
  type HoursLevel,
  type HoursMemory,
  type HoursStatement,
  rounded,
  withStatement,
} from './memory.ts';
import { type HoursReading, readHours, withPoint } from './reading.ts';

/** Hours of an engagement. */
export interface Hours {
  /** As the facts have made it, without what {@link due} tells. */
  readonly memory: HoursMemory;
  /** `null`: none are sold, and nobody has recorded any. */
  readonly reading: HoursReading | null;
  /** Thresholds that were reached, and not told for the hours sold now. */
  readonly due: readonly HoursLevel[];
}

/** What the hours of an engagement are judged from. */
export interface HoursInput {
  /** As recorded. */
  readonly memory: HoursMemory;
  readonly sow: Subject;
  readonly issues: readonly ActualIssue[];
  /** What is being imported; absent: nothing. */
  readonly statement?: HoursStatement | undefined;
  readonly thresholds: HoursThresholds;
  readonly calendar: Calendar;
  readonly today: string;
}

/** Takes in what every source says, and reads the result. */
export function hoursOf(input: HoursInput): Hours {
  const { sow, thresholds, calendar, today } = input;
  const memory = memoryNow(input);
  const reading = readHours({ memory, sow, thresholds, calendar, today });
  const level = reading?.level ?? null;
  const reached = level === null ? [] : HOURS_LEVELS.slice(0, HOURS_LEVELS.indexOf(level) + 1);
  const told = memory.told?.levels ?? [];
  const isNew = level !== null && !told.includes(level);
  // Of several that were reached at once, the highest says it all.
  return { memory, reading, due: isNew ? reached.filter((one) => !told.includes(one)) : [] };
}

/** Memory once the thresholds that are due have been told. */
export function withTold({ memory, reading, due }: Hours): HoursMemory {
  const scope = reading?.scoped ?? null;
  if (due.length === 0 || scope === null) return memory;
  const levels = new Set([...(memory.told?.levels ?? []), ...due]);
  return { ...memory, told: { scope, levels: HOURS_LEVELS.filter((level) => levels.has(level)) } };
}

function memoryNow({ memory, sow, issues, statement, calendar, today }: HoursInput): HoursMemory {
  const taken = statement === undefined ? memory : withStatement(memory, statement);
  const scope = sow.hours?.scoped;
  const spent = rounded(issues.reduce((sum, { timeSpentSeconds }) => sum + timeSpentSeconds, 0) / 3_600);
  const { consumed, consumed_on: day = null } = sow.hours ?? {};
  const isCounted = scope !== undefined;
  // A new SOW says 0 before anybody has counted.
  const isSaid = consumed !== undefined && (consumed > 0 || taken.consumed.length > 0 || day !== null);
  return {
    ...taken,
    ...(isCounted && taken.launched === undefined ? { launched: scope } : {}),
    consumed: isSaid ? grown(taken.consumed, consumed, { day, today, calendar }) : taken.consumed,
    spent:
      isCounted && (spent > 0 || taken.spent.length > 0)
        ? grown(taken.spent, spent, { day: null, today, calendar })
        : taken.spent,
    ...toldFor(taken, scope),
  };
}

/** @param when.day of the number, where its source tells; else the day on which it was first seen */
function grown(
  sums: HoursMemory['spent'],
  hours: number,
  {
    day,
    today,
    calendar,
  }: { readonly day: string | null; readonly today: string; readonly calendar: Calendar },
): HoursMemory['spent'] {
  if (day === null && sums.at(-1)?.[1] === hours) return sums;
  return [...withPoint(sums, [day ?? today, hours], calendar)];
}

/** More hours sold begin anew; fewer tell only what was not told yet. */
function toldFor({ told }: HoursMemory, scope: number | undefined): Pick<HoursMemory, 'told'> {
  if (told === undefined || scope === undefined || told.scope === scope)
    return told === undefined ? {} : { told };
  return { told: { scope, levels: scope > told.scope ? [] : told.levels } };
}

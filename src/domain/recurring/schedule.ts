/**
 * Occurrences of a recurring step: when each takes place, when its thread opens, and what becomes of it. From facts and
 * the clock alone, so that whoever asks again, later or twice, gets the same answer.
 */
import {
  addCalendarDays,
  addWorkingDays,
  type Calendar,
  instantOf,
  isWorkingDay,
  localDate,
  localTime,
} from '#domain/base/calendar.ts';
import { afterPeriodOf, effectiveDate, nominalDates } from './dates.ts';
import type { Recurs } from './recurs.ts';
import { readSlot, type Slot } from './slot.ts';

/** Slot, and the first day from which on it counts. */
export interface SlotFrom {
  /** As `slotText` writes it. */
  readonly slot: string;
  readonly from: string;
}

/** A stop of the engagement: from the first day on, up to the day it goes on, which is not included. */
export interface Stop {
  readonly from: string;
  /** `null`: it lasts. */
  readonly to: string | null;
}

/** What people have said about single occurrences. */
export interface Exceptions {
  readonly moved: readonly { readonly id: string; readonly to: string; readonly time: string | null }[];
  readonly skipped: readonly { readonly id: string }[];
}

/** Everything that the occurrences of one tracker follow from. */
export interface Tracker extends Exceptions {
  readonly recurs: Recurs;
  /** The day its beginning was done; occurrences lie after it. */
  readonly start: string;
  /** In order; the first counts from the beginning. Empty for `every: day`. */
  readonly slots: readonly SlotFrom[];
  readonly stops: readonly Stop[];
  readonly calendar: Calendar;
}

/** One occurrence. */
export interface Occurrence {
  /** Its nominal date: known by it for ever, wherever it is moved. */
  readonly id: string;
  /** The day it takes place. */
  readonly date: string;
  readonly time: string | null;
  readonly zone: string | null;
  /** `day off`: skipped because nobody works then. */
  readonly fate: 'planned' | 'held over' | 'skipped' | 'day off';
  /** Days on which, when work begins, its thread opens, and who owes minutes is told. */
  readonly opensOn: string;
  readonly nudgeOn: string;
}

/** Nobody closes for longer than these days: further back nothing decides what is pushed onto which day. */
const LONGEST_PUSH = 35;
/** Longest way ahead that a next occurrence is looked for: a month and its holidays. */
const DAYS_AHEAD = 75;

/** Occurrences up to a day, the earliest first. @param after only those with a later id */
export function occurrencesUntil(
  tracker: Tracker,
  to: string,
  after: string | null = null,
): readonly Occurrence[] {
  const { recurs, start, slots, calendar } = tracker;
  const segments: readonly SlotFrom[] =
    recurs.every === 'day' ? [{ slot: 'mon', from: addCalendarDays(start, 1) }] : slots;
  const found: Occurrence[] = [];
  let last = start;
  for (const [index, { slot: text, from }] of segments.entries()) {
    const slot = readSlot(text);
    const next = segments[index + 1]?.from;
    if (slot === null) continue;
    const end = next === undefined || next > to ? to : addCalendarDays(next, -1);
    const series = { every: recurs.every, weekday: slot.weekday, from };
    for (const id of nominalDates(series, { after: start, to: end }, calendar)) {
      if (after !== null && id < addCalendarDays(after, -LONGEST_PUSH)) continue;
      const occurrence = occurrenceOf(id, slot, last, tracker);
      if (occurrence.fate === 'planned') last = occurrence.date;
      if (after === null || id > after) found.push(occurrence);
    }
  }
  return found;
}

function occurrenceOf(id: string, slot: Slot, last: string, tracker: Tracker): Occurrence {
  const { recurs, calendar, moved, skipped, stops } = tracker;
  const move = moved.findLast((one) => one.id === id);
  const usual = effectiveDate(id, recurs.on_holiday, calendar);
  const date = move?.to ?? usual ?? id;
  const isHeld = stops.some(({ from, to }) => from <= date && (to === null || date < to));
  const isOff = move === undefined && (usual === null || usual <= last);
  const fate = (): Occurrence['fate'] => {
    if (skipped.some((one) => one.id === id)) return 'skipped';
    if (isOff) return 'day off';
    return isHeld ? 'held over' : 'planned';
  };
  return {
    id,
    date,
    time: move?.time ?? (recurs.every === 'day' ? null : slot.time),
    zone: slot.zone,
    fate: fate(),
    opensOn: recurs.open === 0 ? date : addWorkingDays(date, -recurs.open, calendar),
    nudgeOn: addWorkingDays(date, recurs.record + 1, calendar),
  };
}

/** What a look at the clock makes of a tracker. */
export interface Openings {
  /** Their threads are to be opened, the earliest first; two at most. */
  readonly open: readonly Occurrence[];
  /** Without a thread, and none will be opened. */
  readonly missed: readonly Occurrence[];
  /** Last occurrence that is decided on now; `null`: none yet. */
  readonly last: string | null;
}

/**
 * Decides which threads are to be opened now.
 *
 * | occurrence | its thread |
 * |---|---|
 * | its moment is past, that of the next one is not | opens |
 * | its moment and that of the next one are past | the latest of these opens late (`catch_up: last`), the others are missed |
 * | held over, skipped, on a day off | none |
 *
 * @param last the last occurrence that was decided on before
 * @param now ISO 8601; outside working hours nothing is decided
 */
export function openingsAt(tracker: Tracker, last: string | null, now: string): Openings {
  if (!isAtWork(now, tracker.calendar)) return { open: [], missed: [], last };
  const today = localDate(now, tracker.calendar);
  const to = addCalendarDays(today, DAYS_AHEAD);
  const due = occurrencesUntil(tracker, to, last).filter(({ opensOn }) => opensOn <= today);
  // Moved behind a later one, an occurrence may still be to come while that one is decided on.
  const decided = due.at(-1)?.id ?? last;
  const planned = due.filter(({ fate }) => fate === 'planned');
  const current = planned.slice(-1);
  const past = planned.slice(0, -1);
  const late = tracker.recurs.catch_up === 'last' ? past.slice(-1) : [];
  return {
    open: [...late, ...current],
    missed: past.slice(0, past.length - late.length),
    last: decided,
  };
}

/** The next occurrence that takes place after the last one decided on; `null`: none soon. */
export function nextOccurrence(tracker: Tracker, last: string | null): Occurrence | null {
  const to = addCalendarDays(last ?? tracker.start, DAYS_AHEAD);
  return occurrencesUntil(tracker, to, last).find(({ fate }) => fate === 'planned') ?? null;
}

/** First day from which on a new slot counts: behind the period of the last occurrence decided on. */
export function slotCountsFrom(
  { recurs, start }: Pick<Tracker, 'recurs' | 'start'>,
  last: string | null,
): string {
  return last === null ? addCalendarDays(start, 1) : afterPeriodOf(last, recurs.every);
}

/** People are at work: then threads are opened, and people reminded. */
export function isAtWork(now: string, calendar: Calendar): boolean {
  const time = localTime(now, calendar);
  const { from, to } = calendar.workingHours;
  return isWorkingDay(localDate(now, calendar), calendar) && from <= time && time < to;
}

/** The instant from which on people are at work, `now` when they are. */
export function nextWorkingHour(now: string, calendar: Calendar): string {
  if (isAtWork(now, calendar)) return now;
  const { from } = calendar.workingHours;
  const today = localDate(now, calendar);
  const isEarly = isWorkingDay(today, calendar) && localTime(now, calendar) < from;
  return instantOf(isEarly ? today : addWorkingDays(today, 1, calendar), from, calendar);
}

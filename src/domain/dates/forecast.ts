/**
 * Dates that move: when each step will be done as things stand, which dates cannot be held, and when the engagement
 * ends. All counts are working days of the calendar.
 *
 * | slip | forecast of an open step |
 * |---|---|
 * | `keep` | as long after the steps before it as was planned, never before its plan |
 * | `slack` | its plan, or `needs` after the steps before it, where that is later |
 * | `fixed` | as `slack`; its due date stays |
 * | set by a person (pinned) | its due date, or `needs` after the steps before it, where that is later |
 *
 * Where work is of use only until a day (`latest`), its due date never moves beyond that day.
 *
 * Days on which the engagement was on hold are added to every plan. Nothing that is done moves, and nothing moves
 * earlier unless somebody pulls: then `keep` follows the steps before it in that direction, too.
 */

import { addWorkingDays, type Calendar, workingDaysBetween } from '#domain/base/calendar.ts';
import { compareText } from '#domain/base/compare-text.ts';
import type { StepKey } from '#domain/base/keys.ts';
import type { Predecessor, Slip } from '#domain/process/process.ts';

/** A step as dates see it. Trackers and registers are none: they end with others. */
export interface DatedStep {
  readonly key: StepKey;
  /** Those that are dated steps themselves; where none is, the step that the date counts from. */
  readonly after: readonly Predecessor[];
  readonly slip: Slip;
  /** Working days that the work takes at least. */
  readonly needs: number;
  /** Date at the launch: it says how far the step was meant to be from those before it. */
  readonly planned: string | null;
  /** Date of the last plan: that of the launch, until a proposal is applied. */
  readonly baseline: string | null;
  /** Due date on the issue. */
  readonly due: string | null;
  /** Last day on which the work is of use; `null`: there is none. */
  readonly latest: string | null;
  /** A person has set the due date. */
  readonly pinned: boolean;
  /** `false`: its date was over before there was an issue, so that nobody ever held it; or it follows another step by itself. */
  readonly mayMove: boolean;
  /** Day on which it was done; `null`: open. */
  readonly doneOn: string | null;
  readonly started: boolean;
  /** Nothing is in its way. */
  readonly canStart: boolean;
  /** Working days of holds since the baseline was set. */
  readonly held: number;
}

/** Forecast of one open step. */
export interface StepForecast {
  readonly due: string | null;
  /** A person has set the due date. */
  readonly pinned: boolean;
  /** Last day on which the work is of use, where no person has set another date; `null`: there is none. */
  readonly latest: string | null;
  /** Never a day off. `null`: nothing says when. */
  readonly forecast: string | null;
  /** The due date stays, or the work is of use only until a day, and the forecast is later: a change request, or another date, is needed. */
  readonly cannotBeHeld: boolean;
  /** Why it is that day; `null` where there is no forecast. */
  readonly because: Because | null;
}

/** What decides a forecast: a step before it, or its own date. */
export type Because =
  | {
      readonly kind: 'after';
      readonly step: StepKey;
      readonly point: Predecessor['until'];
      /** When that step ends, or starts. */
      readonly at: string;
      /** That step is done, or started: `at` is no forecast. */
      readonly isFact: boolean;
      /** Working days from there: as was planned, or what the work takes at least. */
      readonly days: number;
      readonly as: 'planned' | 'needed';
    }
  /** As planned; `held`: working days on hold since. */
  | { readonly kind: 'plan'; readonly date: string; readonly held: number }
  | { readonly kind: 'pinned'; readonly date: string };

/** Forecast of an engagement. */
export interface Forecast {
  /** Open steps. */
  readonly steps: ReadonlyMap<StepKey, StepForecast>;
  /** When the last closing step is done; `null`: nothing says when. */
  readonly end: string | null;
  /** Open steps that decide the end, in order. */
  readonly criticalPath: readonly StepKey[];
}

/** Circumstances of a forecast. */
export interface Moment {
  /** `null`: as if nothing were overdue. Only what has happened counts then, so that the answer is the same tomorrow. */
  readonly today: string | null;
  readonly calendar: Calendar;
  /** First day to which `keep` may be pulled forward; absent: nothing is. */
  readonly pullFrom?: string;
}

/**
 * Forecasts the dates of an engagement.
 *
 * @param steps every step after all its predecessors
 * @param closing the steps that close the engagement, in order
 */
export function forecastDates(
  steps: readonly DatedStep[],
  closing: readonly StepKey[],
  moment: Moment,
): Forecast {
  const seen = new Map<StepKey, Dates>();
  for (const step of steps) seen.set(step.key, datesOf(step, seen, moment));
  const ends = closing.flatMap((key) => seen.get(key) ?? []);
  const end = latest(ends.map(({ end }) => end));
  const last = ends.find((dates) => dates.end === end && dates.step.doneOn === null);
  return {
    steps: new Map(
      [...seen].flatMap(([key, { step, shown }]) => (step.doneOn === null ? [[key, shown]] : [])),
    ),
    end,
    criticalPath: end === null || last === undefined ? [] : pathTo(last.step.key, seen),
  };
}

/** All that is known of a step once those before it are known. */
interface Dates {
  readonly step: DatedStep;
  readonly shown: StepForecast;
  /** When it ends: the day it was done, or the forecast, and not before today where work could go on. */
  readonly end: string | null;
  /** When it starts, and by the plan. */
  readonly start: string | null;
  readonly plannedStart: string | null;
}

function datesOf(step: DatedStep, seen: ReadonlyMap<StepKey, Dates>, moment: Moment): Dates {
  const { calendar } = moment;
  const today = moment.today ?? '';
  const before = step.after.flatMap((predecessor) => {
    const dates = seen.get(predecessor.step);
    return dates === undefined ? [] : [pointOf(predecessor, dates)];
  });
  const ready = latest(before.map(({ at }) => at));
  const plannedReady = latest(before.map(({ planned }) => planned));
  const { doneOn, canStart, started, due } = step;
  const own = ownDate(step, calendar);
  const follows = followDate(step, before, calendar);
  const chosen = chosenOf(own, follows, step, moment);
  const forecast = chosen?.date ?? null;
  const isOverdue = canStart && forecast !== null && forecast < today;
  const waits = canStart && !started && (ready ?? '') < today;
  const stays = step.pinned || step.slip === 'fixed';
  const last = stays ? due : step.latest;
  const shown = {
    due,
    pinned: step.pinned,
    latest: step.pinned ? null : step.latest,
    forecast,
    cannotBeHeld: last !== null && forecast !== null && forecast > last,
    because: chosen?.why ?? null,
  };
  return {
    step,
    shown,
    end: doneOn ?? (isOverdue ? addWorkingDays(today, 0, calendar) : forecast),
    start:
      doneOn === null && waits
        ? addWorkingDays(today, 0, calendar)
        : earliest([doneOn, ready ?? own?.date ?? null]),
    plannedStart: plannedReady ?? step.planned,
  };
}

/** Moment of a step before, from which the next one counts. */
interface Point {
  readonly step: StepKey;
  readonly point: Predecessor['until'];
  readonly at: string | null;
  readonly planned: string | null;
  readonly isFact: boolean;
}

/** What a step waits for of one before it: the end, or only the start. */
function pointOf({ until }: Predecessor, { end, start, step, plannedStart }: Dates): Point {
  const { key, planned, doneOn, started } = step;
  return until === 'done'
    ? { step: key, point: until, at: end, planned, isFact: doneOn !== null }
    : { step: key, point: until, at: start, planned: plannedStart, isFact: started };
}

/** A date with what gives it. */
interface Reasoned {
  readonly date: string;
  readonly why: Because;
}

/** Its own date: as planned, moved by holds; what a person has set stays. Always a working day. */
function ownDate({ pinned, due, baseline, held }: DatedStep, calendar: Calendar): Reasoned | null {
  if (pinned && due !== null)
    return { date: addWorkingDays(due, 0, calendar), why: { kind: 'pinned', date: due } };
  if (baseline === null) return null;
  return { date: addWorkingDays(baseline, held, calendar), why: { kind: 'plan', date: baseline, held } };
}

/** The date that the last of the steps before it gives. */
function followDate(step: DatedStep, before: readonly Point[], calendar: Calendar): Reasoned | null {
  const ready = latest(before.map(({ at }) => at));
  const last = before.find(({ at }) => at === ready);
  if (ready === null || last === undefined) return null;
  const { step: key, point, isFact } = last;
  const { days, as } = distance(step, latest(before.map(({ planned }) => planned)), calendar);
  const why = { kind: 'after', step: key, point, at: ready, isFact, days, as } as const;
  return { date: addWorkingDays(ready, days, calendar), why };
}

/** How long after the steps before it a step ends. */
function distance(
  { slip, pinned, needs, planned }: DatedStep,
  plannedReady: string | null,
  calendar: Calendar,
): { readonly days: number; readonly as: 'planned' | 'needed' } {
  if (slip !== 'keep' || pinned || planned === null) return { days: needs, as: 'needed' };
  const days = plannedReady === null ? 0 : workingDaysBetween(plannedReady, planned, calendar);
  return { days: Math.max(0, days), as: 'planned' };
}

/** The later of both; where `keep` is pulled forward, what those before it give, and no day that is over. */
function chosenOf(
  own: Reasoned | null,
  follows: Reasoned | null,
  { slip, pinned }: DatedStep,
  { pullFrom, calendar }: Moment,
): Reasoned | null {
  if (own === null || follows === null) return own ?? follows;
  if (follows.date >= own.date) return follows;
  if (pullFrom === undefined || slip !== 'keep' || pinned) return own;
  const first = addWorkingDays(pullFrom, 0, calendar);
  const date = follows.date < first ? first : follows.date;
  return date < own.date ? { ...follows, date } : own;
}

/** The chain of open steps that decides when a step ends. */
function pathTo(key: StepKey, seen: ReadonlyMap<StepKey, Dates>): readonly StepKey[] {
  const dates = seen.get(key);
  if (dates === undefined || dates.step.doneOn !== null) return [];
  const { because } = dates.shown;
  return because?.kind === 'after' ? [...pathTo(because.step, seen), key] : [key];
}

function latest(dates: readonly (string | null)[]): string | null {
  return (
    dates
      .filter((date) => date !== null)
      .toSorted(compareText)
      .at(-1) ?? null
  );
}

function earliest(dates: readonly (string | null)[]): string | null {
  return dates.filter((date) => date !== null).toSorted(compareText)[0] ?? null;
}

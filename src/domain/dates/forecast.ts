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
 * Days on which the engagement was on hold are added to every plan. Nothing moves earlier, nothing that is done moves.
 */

import { addWorkingDays, type Calendar, workingDaysBetween } from '#domain/base/calendar.ts';
import { compareText } from '#domain/base/compare-text.ts';
import type { StepKey } from '#domain/base/keys.ts';
import type { Predecessor, Slip } from '#domain/process/process.ts';

/** A step as dates see it. Trackers and registers are none: they end with others. */
export interface DatedStep {
  readonly key: StepKey;
  /** Those that are dated steps themselves. */
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
  /** A person has set the due date. */
  readonly pinned: boolean;
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
  /** Never a day off. `null`: nothing says when. */
  readonly forecast: string | null;
  /** The due date stays, and the forecast is later: a change request, or another date, is needed. */
  readonly cannotBeHeld: boolean;
  /** The step that decides the forecast; `null`: its own date does. */
  readonly decidedBy: StepKey | null;
}

/** Forecast of an engagement. */
export interface Forecast {
  /** Open steps. */
  readonly steps: ReadonlyMap<StepKey, StepForecast>;
  /** When the last closing step is done; `null`: nothing says when. */
  readonly end: string | null;
  /** Open steps that decide the end, in order. */
  readonly criticalPath: readonly StepKey[];
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
  { today, calendar }: { readonly today: string; readonly calendar: Calendar },
): Forecast {
  const seen = new Map<StepKey, Dates>();
  for (const step of steps) seen.set(step.key, datesOf(step, seen, { today, calendar }));
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

/** Steps as they stand once the forecast has become their plan: what keeps its due date keeps its plan, too. */
export function replanned(steps: readonly DatedStep[], forecast: Forecast): readonly DatedStep[] {
  return steps.map((step) => {
    const date = movedTo(step, forecast);
    return date === null ? step : { ...step, baseline: date, due: date, held: 0 };
  });
}

/** Later date that a proposal gives a step; `null`: it stays. */
export function movedTo(step: DatedStep, forecast: Forecast): string | null {
  const date = forecast.steps.get(step.key)?.forecast ?? null;
  if (step.pinned || step.slip === 'fixed' || date === null || step.due === null) return null;
  return date > step.due ? date : null;
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

interface Moment {
  readonly today: string;
  readonly calendar: Calendar;
}

function datesOf(step: DatedStep, seen: ReadonlyMap<StepKey, Dates>, moment: Moment): Dates {
  const { today, calendar } = moment;
  const before = step.after.flatMap((predecessor) => {
    const dates = seen.get(predecessor.step);
    return dates === undefined ? [] : [{ key: predecessor.step, ...pointOf(predecessor, dates) }];
  });
  const ready = latest(before.map(({ at }) => at));
  const plannedReady = latest(before.map(({ planned }) => planned));
  const { doneOn } = step;
  const own = ownDate(step, calendar);
  const follows =
    ready === null ? null : addWorkingDays(ready, distance(step, plannedReady, calendar), calendar);
  const forecast = latest([own, follows]);
  const decidedBy =
    follows !== null && follows === forecast ? (before.find(({ at }) => at === ready)?.key ?? null) : null;
  const isOverdue = step.canStart && forecast !== null && forecast < today;
  const waits = step.canStart && !step.started && (ready ?? '') < today;
  return {
    step,
    shown: {
      due: step.due,
      forecast,
      cannotBeHeld:
        (step.pinned || step.slip === 'fixed') &&
        step.due !== null &&
        forecast !== null &&
        forecast > step.due,
      decidedBy,
    },
    end: doneOn ?? (isOverdue ? addWorkingDays(today, 0, calendar) : forecast),
    start: doneOn === null && waits ? addWorkingDays(today, 0, calendar) : earliest([doneOn, ready ?? own]),
    plannedStart: plannedReady ?? step.planned,
  };
}

/** What a step waits for of one before it: the end, or only the start. */
function pointOf(
  { until }: Predecessor,
  { end, start, step, plannedStart }: Dates,
): { readonly at: string | null; readonly planned: string | null } {
  return until === 'done' ? { at: end, planned: step.planned } : { at: start, planned: plannedStart };
}

/** Its own date: as planned, moved by holds; what a person has set stays. Always a working day. */
function ownDate({ pinned, due, baseline, held }: DatedStep, calendar: Calendar): string | null {
  if (pinned && due !== null) return addWorkingDays(due, 0, calendar);
  return baseline === null ? null : addWorkingDays(baseline, held, calendar);
}

/** How long after the steps before it a step ends. */
function distance(
  { slip, pinned, needs, planned }: DatedStep,
  plannedReady: string | null,
  calendar: Calendar,
): number {
  if (slip !== 'keep' || pinned || planned === null) return needs;
  return plannedReady === null ? 0 : Math.max(0, workingDaysBetween(plannedReady, planned, calendar));
}

/** The chain of open steps that decides when a step ends. */
function pathTo(key: StepKey, seen: ReadonlyMap<StepKey, Dates>): readonly StepKey[] {
  const dates = seen.get(key);
  if (dates === undefined || dates.step.doneOn !== null) return [];
  const { decidedBy } = dates.shown;
  return decidedBy === null ? [key] : [...pathTo(decidedBy, seen), key];
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

/**
 * Whether a step is late, and since when: the one answer for epic, health, reminders, report, explain and pages.
 *
 * Only what could have been done is late. A step that became ready after its date has the days that it needs, and as
 * long as another date is proposed nobody is late by the old one. A blocked step is never late itself: whoever blocks it
 * is.
 */

import { addWorkingDays, type Calendar, daysBetween, workingDaysBetween } from '#domain/base/calendar.ts';
import { compareText } from '#domain/base/compare-text.ts';
import type { StepKey } from '#domain/base/keys.ts';
import type { Step } from '#domain/process/process.ts';
import { isOpenReplan } from '#domain/rulings/rulings.ts';
import type { Outlook } from './outlook.ts';
import { dueOf } from './outlook.ts';
import type { StepStatus } from './step-status.ts';

/** Due date that whoever does a step is to keep: that of the step, or of one that waits for it. */
export interface Deadline {
  /** The step whose date it is. */
  readonly step: StepKey;
  readonly title: string;
  /** Due date on the issue. */
  readonly due: string;
  /** Last day in time: the latest of the due date, the day it could be done since it could begin, and a date that is proposed. */
  readonly from: string;
}

/** How late a step is. */
export interface Lateness extends Deadline {
  /** Calendar days, from 1. */
  readonly days: number;
  /** 0 on the days off right after the last day in time. */
  readonly workingDays: number;
}

/** Tells how late a step is; `null`: it is not. */
export function latenessOf(status: StepStatus, context: Outlook): Lateness | null {
  const { today } = context.assessment;
  const missed = deadlinesOf(status, context).find(({ from }) => from < today);
  if (missed === undefined) return null;
  const { from } = missed;
  const { calendar } = context.settings;
  return {
    ...missed,
    days: daysBetween(from, today),
    workingDays: workingDaysSince(from, today, calendar),
  };
}

/**
 * Deadlines of a step that somebody can act on, the earliest due first: its own, and those that are over of blocked
 * steps that wait for it.
 */
export function deadlinesOf(status: StepStatus, context: Outlook): readonly Deadline[] {
  const { today } = context.assessment;
  const { since } = status;
  // Blocked, or yet to be made.
  if (since === null) return [];
  const own = deadlineOf(status, context);
  const others = heldUpBy(status.key, context)
    .flatMap((waiting) => deadlineOf(waiting, context) ?? [])
    .filter(({ due }) => due < today);
  const { calendar } = context.settings;
  // A day off counts as the working day after it.
  const possible = addWorkingDays(addWorkingDays(since, 0, calendar), status.step.needs, calendar);
  return [...(own === null ? [] : [own]), ...others]
    .map((deadline) => ({
      ...deadline,
      from: lastOf([deadline.due, possible, ...proposedFor(deadline, context)]),
    }))
    .toSorted((a, b) => compareText(a.due, b.due));
}

/** Counts the working days since a date; 0 on the day itself and before. */
export function workingDaysSince(from: string, today: string, calendar: Calendar): number {
  return today <= from ? 0 : workingDaysBetween(from, today, calendar);
}

/**
 * Whether a step accompanies others: a tracker, or the register of what is made on demand. The date of such a step is
 * nobody's next one.
 */
export function accompanies({ kind, created, until }: Pick<Step, 'kind' | 'created' | 'until'>): boolean {
  return until !== undefined || kind === 'recurring' || (kind === 'on-demand' && created === 'launch');
}

/** Days from which on the kept lines say so: a count that grew daily would have the epic written daily. */
const TOLD_FROM = [365, 180, 90, 60, 30, 14, 7, 2, 1];

/** How late a step is, for texts that are kept up to date. @example `7+ days late` */
export function latenessText({ days }: Lateness): string {
  const from = TOLD_FROM.find((limit) => days >= limit) ?? 1;
  return from === 1 ? '1 day late' : `${from}+ days late`;
}

/** The due date of an open step; `null`: nothing to do, no date, or it may not be closed yet (`until`). */
function deadlineOf(status: StepStatus, context: Outlook): Omit<Deadline, 'from'> | null {
  const { step, issue, done, key } = status;
  const due = dueOf(status, context);
  if (issue === null || done || due === null) return null;
  if (step.until !== undefined && !isDone(step.until, context)) return null;
  return { step: key, title: step.title, due };
}

/** Blocked steps that wait for this one, directly or through others. */
function heldUpBy(key: StepKey, { assessment }: Outlook): readonly StepStatus[] {
  const waiting = new Set<StepKey>([key]);
  const found: StepStatus[] = [];
  for (const step of assessment.order) {
    const status = assessment.steps.find((candidate) => candidate.key === step);
    if (status?.state !== 'blocked' || !status.waitsFor.some((before) => waiting.has(before.step))) continue;
    waiting.add(step);
    found.push(status);
  }
  return found;
}

/** Dates that are proposed for a step and wait for an answer. */
function proposedFor({ step }: Pick<Deadline, 'step'>, { assessment }: Outlook): readonly string[] {
  return assessment.rulings.replans
    .filter(isOpenReplan)
    .flatMap(({ moves }) => moves.filter((move) => move.step === step).map(({ to }) => to));
}

function lastOf(dates: readonly string[]): string {
  return dates.toSorted(compareText).at(-1) ?? '';
}

function isDone(step: StepKey, { assessment }: Outlook): boolean {
  return assessment.steps.some(({ key, done }) => key === step && done);
}

/**
 * Who is to be reminded of what, now. Days decide what is due, the calendar when it may be said, the record in the
 * epic that nothing is said twice. A step waits for a turn in silence: who holds it up is told instead.
 */

import { isNear, isReachedOn } from '#domain/assess/acceptance.ts';
import { currentLabel } from '#domain/assess/assess.ts';
import { type Deadline, deadlinesOf, workingDaysSince } from '#domain/assess/lateness.ts';
import { type Assessment, isAutomatic, type StepStatus } from '#domain/assess/step-status.ts';
import {
  addCalendarDays,
  isWorkingDay,
  localDate,
  localTime,
  workingDaysBetween,
} from '#domain/base/calendar.ts';
import type { StepKey } from '#domain/base/keys.ts';
import type { Settings } from '#domain/base/settings.ts';
import { type Reminder, type ReminderStage, saidSoFar } from '#domain/rulings/rulings.ts';
import type { BlockContext } from '#domain/texts/block-context.ts';

/** Stages that the daily cap counts, the least urgent first. */
const CAPPED: readonly ReminderStage[] = ['turn', 'before', 'late', 'escalated'];

/** Reminder that is to be written now. */
export interface DueReminder {
  readonly step: StepKey;
  readonly stage: Exclude<ReminderStage, 'turn'>;
  /** The due date it is about, or the last day for an objection. A new date is a new reason. */
  readonly date: string;
  /** Late steps that wait for this one, the longest late first. */
  readonly heldUp: readonly Deadline[];
}

/** Reminders of now, and what is to be remembered of them. */
export interface PlannedReminders {
  readonly due: readonly DueReminder[];
  /** The last reminder of each open step, when these are carried out. */
  readonly records: Reminder[];
}

/**
 * Decides who is to be reminded of what.
 *
 * @param now ISO 8601, on the day of the assessment
 */
export function planReminders(context: BlockContext, now: string): PlannedReminders {
  const { assessment, settings } = context;
  const { steps, today } = assessment;
  const turned = steps.filter((status) => isNewTurn(status, context));
  const candidates = steps
    .filter((status) => !turned.includes(status))
    .flatMap((status) => reminderOn(status, context) ?? [])
    .filter((reminder) => maySay(reminder, today, localTime(now, settings.calendar), settings));
  const due = withinCap(candidates, context);
  const records = steps.flatMap((status): Reminder[] => {
    if (status.done) return [];
    const reminder = due.find(({ step }) => step === status.key);
    if (reminder !== undefined) return [toRecord(reminder, today)];
    const deadline = turned.includes(status) ? earliest(deadlinesOf(status, context)) : null;
    if (deadline !== null && isSoon(deadline, today, settings))
      return [toRecord({ step: status.key, stage: 'turn', date: deadline.due }, today)];
    return lastOf(status, context);
  });
  return { due, records };
}

/** Reminders about one step as people see them: what was said last, and what comes next. */
export interface RemindersSeen {
  readonly last: { readonly stage: ReminderStage; readonly on: string } | null;
  /** If nothing happens until then. */
  readonly next: { readonly stage: ReminderStage; readonly on: string } | null;
}

/** Tells what was said about a step last, and what comes next. */
export function remindersSeen(status: StepStatus, context: BlockContext): RemindersSeen {
  const [last] = lastOf(status, context);
  const next = context.assessment.rulings.hold === null ? comingReminder(status, context) : null;
  return {
    last: last === undefined || status.done ? null : { stage: last.stage, on: last.on },
    next: next === null ? null : { stage: next.stage, on: next.on },
  };
}

/** The next reminder about a step if nothing happens until then, within 60 days. */
function comingReminder(
  status: StepStatus,
  context: BlockContext,
): (DueReminder & { readonly on: string }) | null {
  const { assessment, settings } = context;
  for (let days = 0; days <= 60; days += 1) {
    const on = addCalendarDays(assessment.today, days);
    const reminder = reminderOn(status, { ...context, assessment: { ...assessment, today: on } });
    if (reminder !== null && maySay(reminder, on, settings.calendar.workingHours.from, settings))
      return { ...reminder, on };
  }
  return null;
}

/** Whether somebody is to be reminded when work begins on the day of the assessment. */
export function hasReminder(context: BlockContext): boolean {
  const { assessment, settings } = context;
  return assessment.steps.some((status) => {
    const reminder = reminderOn(status, context);
    return (
      reminder !== null && maySay(reminder, assessment.today, settings.calendar.workingHours.from, settings)
    );
  });
}

/** What is to be said about a step on the day of the assessment, at whatever time, if it has not been said yet. */
function reminderOn(status: StepStatus, context: BlockContext): DueReminder | null {
  const silence = acceptanceReminder(status, context);
  if (silence?.stage === 'accepted') return silence;
  if (status.issue === null || isOverFor(status, context.assessment)) return null;
  if (silence !== undefined) return silence;
  const { assessment, settings } = context;
  const { today, rulings } = assessment;
  const last = lastOf(status, context)[0];
  if (!settings.reminders.enabled || status.done || status.state === 'blocked' || last?.on === today)
    return null;
  if (rulings.snoozes.some(({ step, until }) => step === status.key && until >= today)) return null;
  // Who was given a step today has been told today.
  if (localDate(status.issue.createdAt, settings.calendar) >= today) return null;
  const deadlines = deadlinesOf(status, context);
  const deadline = earliest(deadlines);
  if (deadline === null) return null;
  const stage = stageOn(status, deadline, last, context);
  if (stage === null) return null;
  const late = deadlines.filter(({ step, due }) => step !== status.key && due < today);
  return { step: status.key, stage, date: deadline.due, heldUp: late };
}

/** In a closed engagement only what comes after the close is still asked for. */
function isOverFor({ step }: StepStatus, { closed }: Assessment): boolean {
  return closed && step.after_close !== true;
}

/** `undefined`: silence does not count here. While it does, nobody is reminded of the due date. */
function acceptanceReminder(
  { acceptance, done, issue, key, waiver }: StepStatus,
  context: BlockContext,
): DueReminder | null | undefined {
  const { assessment, settings } = context;
  const { today } = assessment;
  if (acceptance === null || waiver !== null || issue?.state !== 'opened') return undefined;
  if (acceptance.odd !== null) return undefined;
  const { lastDay: date, warnedOn } = acceptance;
  if (acceptance.reached || isReachedOn(acceptance, today))
    return done ? { step: key, stage: 'accepted', date, heldUp: [] } : undefined;
  // Also when the day is over: the date was typed late, or nobody looked in time.
  const isTime = today > date || isNear(date, today, settings.calendar);
  return warnedOn !== null || !isTime ? null : { step: key, stage: 'acceptance', date, heldUp: [] };
}

function earliest(deadlines: readonly Deadline[]): Deadline | null {
  return deadlines[0] ?? null;
}

/**
 * | it is | and | stage |
 * |---|---|---|
 * | up to `daysBefore` before the due date | nobody has started | before |
 * | `daysAfter` after it | it does not wait for somebody outside | late |
 * | `escalateAfter` after it | `late` was said as long ago as lies between the two, or it waits for somebody outside | escalated |
 */
function stageOn(
  status: StepStatus,
  { due, from }: Deadline,
  last: Reminder | undefined,
  { assessment, settings }: BlockContext,
): 'before' | 'late' | 'escalated' | null {
  const { today } = assessment;
  const { calendar, reminders } = settings;
  const given = last?.date === due ? last.stage : null;
  const isOutside = status.state === 'waiting';
  const since = last?.stage === 'turn' && last.on > from ? last.on : from;
  const late = workingDaysSince(since, today, calendar);
  if (given === 'escalated') return null;
  if (given === 'late' || isOutside) {
    const gap = Math.max(1, reminders.escalateAfter - reminders.daysAfter);
    const isTold = isOutside || (last !== undefined && workingDaysSince(last.on, today, calendar) >= gap);
    return today > since && late >= reminders.escalateAfter && isTold ? 'escalated' : null;
  }
  if (today >= since && today >= due && late >= reminders.daysAfter) return 'late';
  const isNew =
    given === null && status.state === 'ready' && reminders.daysBefore > 0 && !isAutomatic(status);
  return isNew && today <= due && workingDaysBetween(today, due, calendar) <= reminders.daysBefore
    ? 'before'
    : null;
}

/** It becomes ready in this run: its block mentions who is to do it. */
function isNewTurn({ state, issue }: StepStatus, { settings }: BlockContext): boolean {
  return state === 'ready' && issue?.state === 'opened' && currentLabel(issue, settings) === 'blocked';
}

function isSoon({ due }: Deadline, today: string, { calendar, reminders }: Settings): boolean {
  return due <= today || workingDaysBetween(today, due, calendar) <= reminders.daysBefore;
}

/** The warning before silence counts comes on a quiet day too, on the last day at any time: it must not be missed. */
function maySay({ stage, date }: DueReminder, today: string, time: string, settings: Settings): boolean {
  const { calendar, reminders } = settings;
  const { from, to } = calendar.workingHours;
  const isAtWork = isWorkingDay(today, calendar) && time >= from && time < to;
  if (stage === 'accepted') return true;
  if (stage === 'acceptance') return isAtWork || today === date;
  return isAtWork && !reminders.quiet.some((range) => range.from <= today && today <= range.to);
}

/** The most urgent first; what the cap leaves over is said on another day. */
function withinCap(
  candidates: readonly DueReminder[],
  { assessment, settings }: BlockContext,
): readonly DueReminder[] {
  const today = saidSoFar(assessment).filter(
    (last) => last.on === assessment.today && isCapped(last.stage) && last.stage !== 'turn',
  ).length;
  const left = Math.max(0, settings.reminders.perDay - today);
  const capped = candidates
    .filter(({ stage }) => isCapped(stage))
    .toSorted((a, b) => CAPPED.indexOf(b.stage) - CAPPED.indexOf(a.stage))
    .slice(0, left);
  return candidates.filter((candidate) => !isCapped(candidate.stage) || capped.includes(candidate));
}

function isCapped(stage: ReminderStage): boolean {
  return CAPPED.includes(stage);
}

function lastOf({ key }: StepStatus, { assessment }: BlockContext): Reminder[] {
  return saidSoFar(assessment)
    .filter(({ step }) => step === key)
    .slice(-1);
}

function toRecord(
  { step, stage, date }: { readonly step: StepKey; readonly stage: ReminderStage; readonly date: string },
  on: string,
): Reminder {
  return { step, stage, date, on };
}

/**
 * Silence that counts as acceptance. The day of sending is day 1; it is accepted when day N is over without an
 * objection, and never before who does the step was warned on an earlier day.
 */
import { addWorkingDays, type Calendar, isWorkingDay } from '#domain/base/calendar.ts';
import { evaluateCondition } from '#domain/process/condition.ts';
import type { Step } from '#domain/process/process.ts';
import type { Reminder } from '#domain/rulings/rulings.ts';
import { ACCEPTANCE_DAYS } from '#domain/sow/sow.ts';
import type { Subject } from '#domain/sow/subject.ts';
import type { EvidenceReading } from './evidence.ts';

/** Count of silence: the customer accepts by not objecting until a day. */
export interface Acceptance {
  /** Day of the sending: `2026-11-16`. */
  readonly sentOn: string;
  readonly workingDays: number;
  /** The last day for an objection. */
  readonly lastDay: string;
  /** Day of the warning that this silence is about to count; `null`: not warned yet. */
  readonly warnedOn: string | null;
  /**
   * Reason why the day of sending cannot be right, so that nothing counts: half a sentence. `null`: the day can be
   * right.
   */
  readonly odd: string | null;
  /** The last day is over, after a warning. */
  readonly reached: boolean;
}

/** Facts that the day of sending is held against. */
export interface AcceptanceFacts {
  readonly sow: Subject;
  /** Read only where the step has a count. */
  readonly evidence: () => readonly EvidenceReading[];
  /** Reminders that were given about the step. */
  readonly said: readonly Reminder[];
  /** Day from which on the step could be done; `null`: not yet. */
  readonly since: string | null;
  /** An earlier run found the closed step right; the warning need not be remembered any more. */
  readonly wasDone: boolean;
  readonly calendar: Calendar;
  readonly today: string;
}

/** Reads the count of silence of a step; `null` where the step has none, or nothing was sent. */
export function readAcceptance(step: Step, facts: AcceptanceFacts): Acceptance | null {
  const { sow, evidence, calendar, today } = facts;
  const rule = step.done_when.acceptance;
  if (rule === undefined || (rule.when !== undefined && !evaluateCondition(rule.when, sow).holds))
    return null;
  const sent = evidence().find(({ field }) => field === rule.sent);
  const isDay = sent?.problem === null || sent?.problem === 'to-come';
  if (sent === undefined || !isDay || sent.value === null) return null;
  const workingDays = rule.working_days ?? sow.passive_acceptance?.days ?? ACCEPTANCE_DAYS;
  const lastDay = lastDayOf(sent.value, workingDays, calendar);
  const warning = facts.said.findLast(({ stage, date }) => stage === 'acceptance' && date === lastDay);
  const count = {
    sentOn: sent.value,
    workingDays,
    lastDay,
    warnedOn: warning?.on ?? null,
    odd: oddness(sent.value, facts),
  };
  const wasReached = facts.wasDone && today > lastDay;
  return { ...count, reached: wasReached || isReachedOn(count, today) };
}

/** Tells whether silence has counted by this day, if nothing happens until then. */
export function isReachedOn(
  { lastDay, warnedOn, odd }: Pick<Acceptance, 'lastDay' | 'warnedOn' | 'odd'>,
  day: string,
): boolean {
  return odd === null && warnedOn !== null && warnedOn < day && lastDay < day;
}

/** A day that people typed starts something that nobody can undo at the customer's: so it must be possible. */
function oddness(sentOn: string, { sow, since, today }: AcceptanceFacts): string | null {
  const signedOn = sow.sow?.signed_on;
  if (sentOn > today) return 'that day has not come yet';
  if (signedOn !== undefined && sentOn < signedOn) return `the SOW was signed later, on ${signedOn}`;
  if (since === null) return 'what this step waits for is not done';
  return sentOn < since ? `this step could begin later, on ${since}` : null;
}

/** Tells whether the last day is today or the next working day. */
export function isNear(lastDay: string, today: string, calendar: Calendar): boolean {
  return today <= lastDay && addWorkingDays(today, 1, calendar) >= lastDay;
}

/** Sent on a day off, the next working day is day 1. */
function lastDayOf(sentOn: string, workingDays: number, calendar: Calendar): string {
  const first = isWorkingDay(sentOn, calendar) ? sentOn : addWorkingDays(sentOn, 0, calendar);
  return workingDays === 1 ? first : addWorkingDays(first, workingDays - 1, calendar);
}

/** Drops the demand for evidence that acceptance makes unnecessary. */
export function withoutFilled(
  evidence: readonly EvidenceReading[],
  step: Step,
  acceptance: Acceptance | null,
): readonly EvidenceReading[] {
  if (acceptance?.reached !== true) return evidence;
  const fills = step.done_when.acceptance?.fills ?? [];
  return evidence.map((reading) =>
    reading.problem === 'missing' && fills.includes(reading.field) ? { ...reading, problem: null } : reading,
  );
}

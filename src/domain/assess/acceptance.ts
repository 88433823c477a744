/** Silence that counts as acceptance. The day of sending is day 1; it is accepted when day N is over without an objection. */
import { addWorkingDays, type Calendar, isWorkingDay } from '#domain/base/calendar.ts';
import { evaluateCondition } from '#domain/process/condition.ts';
import type { Step } from '#domain/process/process.ts';
import { ACCEPTANCE_DAYS, type Sow } from '#domain/sow/sow.ts';
import type { EvidenceReading } from './evidence.ts';

export interface Acceptance {
  /** `2026-11-16` */
  readonly sentOn: string;
  readonly workingDays: number;
  /** The last day for an objection. */
  readonly lastDay: string;
  /** The last day is over. */
  readonly reached: boolean;
  /** The last day is today or the next working day: time to warn. */
  readonly near: boolean;
}

/** How a count of silence stands; `null` where the step has none, or nothing was sent. */
export function readAcceptance(
  step: Step,
  sow: Sow,
  evidence: readonly EvidenceReading[],
  calendar: Calendar,
  today: string,
): Acceptance | null {
  const rule = step.done_when.acceptance;
  if (rule === undefined || (rule.when !== undefined && !evaluateCondition(rule.when, sow).holds))
    return null;
  const sent = evidence.find(({ field }) => field === rule.sent);
  if (sent === undefined || sent.problem !== null || sent.value === null) return null;
  const workingDays = rule.working_days ?? sow.passive_acceptance?.days ?? ACCEPTANCE_DAYS;
  const lastDay = lastDayOf(sent.value, workingDays, calendar);
  return {
    sentOn: sent.value,
    workingDays,
    lastDay,
    reached: today > lastDay,
    near: isNear(lastDay, today, calendar),
  };
}

/** Whether the last day is today or the next working day. */
export function isNear(lastDay: string, today: string, calendar: Calendar): boolean {
  return today <= lastDay && addWorkingDays(today, 1, calendar) >= lastDay;
}

/** Sent on a day off, the next working day is day 1. */
function lastDayOf(sentOn: string, workingDays: number, calendar: Calendar): string {
  const first = isWorkingDay(sentOn, calendar) ? sentOn : addWorkingDays(sentOn, 0, calendar);
  return workingDays === 1 ? first : addWorkingDays(first, workingDays - 1, calendar);
}

/** Evidence with the fields that acceptance makes unnecessary no longer asked for. */
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

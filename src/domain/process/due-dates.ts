import { addWorkingDays, type Calendar } from '#domain/base/calendar.ts';
import type { SubjectKind } from '#domain/base/keys.ts';
import type { Subject } from '#domain/sow/subject.ts';
import type { Bound, DueRule, Step } from './process.ts';

/** What a due date may be counted from besides another step, by what the process is about. */
export const DUE_ANCHORS = {
  sow: ['closed_won', 'sow_signed', 'sow_start', 'sow_end'],
  deal: ['opened', 'expected_close'],
} as const satisfies Readonly<Record<SubjectKind, readonly string[]>>;
/** What of a SOW or a deal dates are counted from. */
export type AnchorDates = Pick<Subject, 'closed_won_on' | 'sow' | 'dates' | 'deal'>;

/**
 * The due date of each step (`null`: none of its rules applies). The first rule whose anchor is known wins: a date
 * the SOW gives, or the due date of another of these steps; none is before `not_before`, and none after `not_after`, which is stronger. The
 * result is always a working day.
 *
 * @param steps the steps of this engagement; a rule counted from any other step does not apply
 */
export function dueDates(
  steps: readonly Step[],
  sow: AnchorDates,
  calendar: Calendar,
): ReadonlyMap<string, string | null> {
  const byId = new Map(steps.map((step) => [step.id, step]));
  const known = new Map<string, string | null>();
  const dueOf = (step: Step): string | null => {
    const found = known.get(step.id);
    if (found !== undefined) return found;
    // While a step is being worked out it has no date, so that rules in a circle end instead of recursing for ever.
    known.set(step.id, null);
    for (const rule of step.due) {
      const other = byId.get(rule.from);
      const anchor = other ? dueOf(other) : anchorDate(rule.from, sow);
      if (anchor === null) continue;
      const date = addWorkingDays(anchor, rule.working_days, calendar);
      const earliest = earliestDue(rule, sow, calendar);
      const latest = latestDue(step, sow, calendar);
      const begun = earliest !== null && date < earliest ? earliest : date;
      known.set(step.id, latest !== null && begun > latest ? latest : begun);
      break;
    }
    return known.get(step.id) ?? null;
  };
  return new Map(steps.map((step) => [step.id, dueOf(step)]));
}

/** Day before which no date by this rule lies; `null`: the rule sets none, or the SOW does not give its anchor. */
export function earliestDue(
  { not_before: bound }: DueRule,
  sow: AnchorDates,
  calendar: Calendar,
): string | null {
  return boundDate(bound, sow, calendar);
}

/**
 * Last day on which the work of a step is of use, and never before there was a SOW or a deal; `null`: the step has no
 * such day, or the SOW does not give its anchor.
 */
export function latestDue(
  { not_after: bound }: Pick<Step, 'not_after'>,
  sow: AnchorDates,
  calendar: Calendar,
): string | null {
  const latest = boundDate(bound, sow, calendar);
  const begun = sow.closed_won_on ?? sow.deal?.opened_on ?? null;
  if (latest === null || begun === null) return latest;
  const first = addWorkingDays(begun, 0, calendar);
  return latest < first ? first : latest;
}

function boundDate(bound: Bound | undefined, sow: AnchorDates, calendar: Calendar): string | null {
  const anchor = bound === undefined ? null : anchorDate(bound.from, sow);
  return bound === undefined || anchor === null ? null : addWorkingDays(anchor, bound.working_days, calendar);
}

/** The dates that anchors stand for; `null`: neither SOW nor deal gives it. */
export function anchorDates({
  closed_won_on,
  sow,
  dates,
  deal,
}: AnchorDates): Readonly<Record<string, string | null>> {
  return {
    closed_won: closed_won_on ?? null,
    sow_signed: sow?.signed_on ?? null,
    sow_start: dates?.start ?? null,
    sow_end: dates?.end ?? null,
    opened: deal?.opened_on ?? null,
    expected_close: deal?.expected_close ?? null,
  };
}

function anchorDate(name: string, sow: AnchorDates): string | null {
  const known = anchorDates(sow);
  return Object.hasOwn(known, name) ? (known[name] ?? null) : null;
}

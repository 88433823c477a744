import { addWorkingDays, type Calendar } from '#domain/base/calendar.ts';
import type { Sow } from '#domain/sow/sow.ts';
import type { DueRule, Step } from './process.ts';

/** What a due date may be counted from, besides another step. */
export const DUE_ANCHORS = ['closed_won', 'sow_signed', 'sow_start', 'sow_end'] as const;
/** What of a SOW dates are counted from. */
type SowDates = Pick<Sow, 'closed_won_on' | 'sow' | 'dates'>;
type DueAnchor = (typeof DUE_ANCHORS)[number];

/**
 * The due date of each step (`null`: none of its rules applies). The first rule whose anchor is known wins: a date
 * the SOW gives, or the due date of another of these steps; none is before `not_before`. The result is always a working day.
 *
 * @param steps the steps of this engagement; a rule counted from any other step does not apply
 */
export function dueDates(
  steps: readonly Step[],
  sow: SowDates,
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
      known.set(step.id, earliest !== null && date < earliest ? earliest : date);
      break;
    }
    return known.get(step.id) ?? null;
  };
  return new Map(steps.map((step) => [step.id, dueOf(step)]));
}

/** Day before which no date by this rule lies; `null`: the rule sets none, or the SOW does not give its anchor. */
export function earliestDue(
  { not_before: bound }: DueRule,
  sow: SowDates,
  calendar: Calendar,
): string | null {
  const anchor = bound === undefined ? null : anchorDate(bound.from, sow);
  return bound === undefined || anchor === null ? null : addWorkingDays(anchor, bound.working_days, calendar);
}

/** Whether a name can stand after `from:` whatever steps there are. */
export function isDueAnchor(name: string): name is DueAnchor {
  return (DUE_ANCHORS as readonly string[]).includes(name);
}

function anchorDate(name: string, sow: SowDates): string | null {
  if (!isDueAnchor(name)) return null;
  switch (name) {
    case 'closed_won':
      return sow.closed_won_on;
    case 'sow_signed':
      return sow.sow.signed_on;
    case 'sow_start':
      return sow.dates?.start ?? null;
    case 'sow_end':
      return sow.dates?.end ?? null;
  }
}

import type { Assessment, StepStatus } from '#domain/assess/step-status.ts';
import { daysBetween, localDate } from '#domain/base/calendar.ts';
import type { Settings } from '#domain/base/settings.ts';
import type { Since } from './engagement-report.ts';

/**
 * Finds since when a step could begin: the last of two moments, the making of its issue and the closing of all
 * predecessors. GitLab's lists tell these; they do not tell when a step was *started* or waived, so the moment after
 * one of those is the earliest possible. `null`: the step cannot begin yet.
 *
 * @param at moment of the report
 */
export function turnSince(
  status: StepStatus,
  assessment: Assessment,
  { at, settings }: { readonly at: string; readonly settings: Pick<Settings, 'calendar'> },
): Since | null {
  const begun = beginning(status, assessment);
  if (begun === null) return null;
  const days = daysBetween(localDate(begun.at, settings.calendar), localDate(at, settings.calendar));
  return { at: begun.at, days: Math.max(0, days), exact: begun.exact };
}

function beginning(status: StepStatus, assessment: Assessment): Omit<Since, 'days'> | null {
  if (status.issue === null || status.state === 'blocked') return null;
  let begun = status.issue.createdAt;
  let exact = true;
  for (const { step } of status.after) {
    const before = assessment.steps.find(({ key }) => key === step);
    const closedAt = before?.issue?.state === 'closed' ? before.issue.closedAt : null;
    if (before === undefined) continue;
    if (closedAt === null) {
      exact = false;
      begun = later(begun, beginning(before, assessment)?.at ?? begun);
    } else begun = later(begun, closedAt);
  }
  return { at: begun, exact };
}

/** Both UTC and written alike, so that text compares as time does. */
function later(one: string, other: string): string {
  return other > one ? other : one;
}

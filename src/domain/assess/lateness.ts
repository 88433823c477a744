/** How late a step is. What nobody could have kept does not count: the days before its issue was made. */

import { type Calendar, localDate, workingDaysBetween } from '#domain/base/calendar.ts';
import type { StepKey } from '#domain/base/keys.ts';
import type { Outlook } from './outlook.ts';
import { dueOf } from './outlook.ts';
import type { StepStatus } from './step-status.ts';

/** Open step with a due date. */
export interface Deadline {
  readonly step: StepKey;
  readonly title: string;
  /** Due date on the issue. */
  readonly due: string;
  /** First day on which the step counts as late: the due date, or the day its issue was made where that is later. */
  readonly from: string;
}

/**
 * Gives the due date of an open step; `null` where none counts: nothing to do, no date, or a step that may not be
 * closed yet (`until`).
 */
export function deadlineOf(status: StepStatus, context: Outlook): Deadline | null {
  const { step, issue, done, key } = status;
  const due = dueOf(status, context);
  if (issue === null || done || due === null) return null;
  if (step.until !== undefined && !isDone(step.until, context)) return null;
  const made = localDate(issue.createdAt, context.settings.calendar);
  return { step: key, title: step.title, due, from: due < made ? made : due };
}

/** Counts the working days since a date; 0 on the day itself and before. */
export function workingDaysSince(from: string, today: string, calendar: Calendar): number {
  return today <= from ? 0 : workingDaysBetween(from, today, calendar);
}

function isDone(step: StepKey, { assessment }: Outlook): boolean {
  return assessment.steps.some(({ key, done }) => key === step && done);
}

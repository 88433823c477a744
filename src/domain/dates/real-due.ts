import type { Assessment, StepStatus } from '#domain/assess/step-status.ts';
import { addWorkingDays, type Calendar } from '#domain/base/calendar.ts';
import { closedOn } from '#domain/engagement/closed-on.ts';
import type { Step } from '#domain/process/process.ts';

/**
 * Due date of a step that is counted from the real end of another one (`real: true`), once that one is done. `null`: none
 * of its rules is, that step is open, or a person has set another date.
 */
export function realDue(
  { step, issue, done, given }: StepStatus,
  { steps, today }: Pick<Assessment, 'steps' | 'today'>,
  calendar: Calendar,
): string | null {
  if (issue === null || done || given === null) return null;
  for (const { from, working_days, real } of step.due) {
    const before = steps.find((status) => status.key === from);
    if (real !== true || before?.done !== true) continue;
    const on = before.settled?.on ?? closedOn(before.issue, today, calendar);
    const date = addWorkingDays(on, working_days, calendar);
    return issue.dueDate === given || issue.dueDate === date ? date : null;
  }
  return null;
}

/** Whether the due date of a step follows the real end of another one by itself. */
export function followsByItself({ due }: Pick<Step, 'due'>): boolean {
  return due.some(({ real }) => real === true);
}

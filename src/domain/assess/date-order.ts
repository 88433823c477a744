import { type DateContradiction, dateContradictions } from '#domain/process/date-order.ts';
import { type ShortNotice, shortNotices } from '#domain/process/short-notice.ts';
import { dueOf, type Outlook } from './outlook.ts';

/** Short notices of steps that are still to be done, and whose dates nobody has set to other days. */
export function shortNoticesNow(context: Outlook): readonly ShortNotice[] {
  const { assessment, settings } = context;
  const open = new Map(
    assessment.steps.flatMap((status) =>
      status.done ? [] : [[status.step.id, dueOf(status, context)] as const],
    ),
  );
  const steps = assessment.steps.map(({ step }) => step);
  return shortNotices(steps, assessment.sow, settings.calendar).flatMap((notice) => {
    const left = notice.steps.filter(({ step, due }) => open.get(step) === due);
    return left.length === 0 ? [] : [{ ...notice, steps: left }];
  });
}

/** Steps still to be done that are due before one they wait for, by the dates of their issues. */
export function contradictingDates(context: Outlook): readonly DateContradiction[] {
  const open = context.assessment.steps.filter(({ done }) => !done);
  return dateContradictions(
    open.map((status) => ({ key: status.key, after: status.after, due: dueOf(status, context) })),
  );
}

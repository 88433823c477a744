import { type DateContradiction, dateContradictions } from '#domain/process/date-order.ts';
import { dueOf, type Outlook } from './outlook.ts';

/** Steps still to be done that are due before one they wait for, by the dates of their issues. */
export function contradictingDates(context: Outlook): readonly DateContradiction[] {
  const open = context.assessment.steps.filter(({ done }) => !done);
  return dateContradictions(
    open.map((status) => ({ key: status.key, after: status.after, due: dueOf(status, context) })),
  );
}

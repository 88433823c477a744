/** Rules about `slip` and `needs` of a step: they say something only of a step that has a date of its own. */

import { type Calendar, workingDaysBetween } from '#domain/base/calendar.ts';
import type { InputProblem } from '#domain/base/input-problem.ts';
import { dueDates } from './due-dates.ts';
import { inStep } from './problem.ts';
import type { ProcessDefinition, Step } from './process.ts';

/** Finds steps whose `slip` or `needs` cannot mean anything. */
export function slipProblems(process: Pick<ProcessDefinition, 'steps'>): readonly InputProblem[] {
  return process.steps.flatMap((step) => [...slipOfNoDate(step), ...needsOfNoWork(step)]);
}

function slipOfNoDate(step: Step): readonly InputProblem[] {
  if (step.slip === 'keep') return [];
  if (!hasOwnDate(step)) {
    const message = `slip: ${step.slip} says nothing here: this step ends with others, and no date moves for it`;
    return [inStep(step, ['slip'], message, 'Remove slip, or put it on the step whose date is meant.')];
  }
  if (step.due.length > 0) return [];
  const message = `slip: ${step.slip} is about a due date, and this step has none`;
  return [inStep(step, ['slip'], message, 'Add due, for example [{ from: sow_end, working_days: 0 }].')];
}

function hasOwnDate({ until, kind }: Pick<Step, 'until' | 'kind'>): boolean {
  return until === undefined && kind === 'once';
}

function needsOfNoWork(step: Step): readonly InputProblem[] {
  if (step.needs === 1 || step.kind !== 'recurring') return [];
  const message = 'a recurring step has occurrences, and no working days that it takes';
  return [inStep(step, ['needs'], message, 'Remove needs.')];
}

/** A SOW with a year of time: what is too close there is so by the rules. */
const ROOMY = {
  closed_won_on: '2026-01-05',
  sow: { number: 'SOW-0', signed_on: '2026-01-05' },
  dates: { start: '2026-02-02', end: '2027-02-01' },
};

/** Warnings about due rules that leave a step less time than it says that it needs, even when a SOW gives a year. */
export function needsProblems(process: ProcessDefinition, calendar: Calendar): readonly InputProblem[] {
  const dues = dueDates(process.steps, ROOMY, calendar);
  return process.steps.flatMap((step) => {
    const due = dues.get(step.id) ?? null;
    if (due === null || step.slip === 'keep') return [];
    return step.after.flatMap(({ step: before, until }) => {
      const counts =
        until === 'done' && process.steps.some(({ id, ...one }) => id === before && hasOwnDate(one));
      const from = counts ? (dues.get(before) ?? null) : null;
      const days = from === null || from > due ? null : workingDaysBetween(from, due, calendar);
      if (days === null || days >= step.needs) return [];
      const message = `it needs ${step.needs} working days, and its due rule gives it ${days} after ${before}`;
      const fix = `Write needs: ${days}, or due: [{ from: ${before}, working_days: ${step.needs} }].`;
      return [{ ...inStep(step, ['needs'], message, fix), severity: 'warning' as const }];
    });
  });
}

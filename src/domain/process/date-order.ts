/** Due dates that contradict the order of the steps: one of them cannot be kept. */

import type { Calendar } from '#domain/base/calendar.ts';
import { type InputProblem, warning } from '#domain/base/input-problem.ts';
import type { Subject } from '#domain/sow/subject.ts';
import { type AnchorDates, dueDates } from './due-dates.ts';
import { inStep } from './problem.ts';
import type { Predecessor, ProcessDefinition } from './process.ts';
import { shortNotices, shortNoticeText } from './short-notice.ts';
import { stepsFor } from './step-order.ts';

/** A step with its due date. */
export interface DatedStep {
  readonly key: string;
  readonly after: readonly Predecessor[];
  readonly due: string | null;
}

/** A step that is due before one that must be done before it. */
export interface DateContradiction {
  readonly step: string;
  readonly due: string;
  readonly before: string;
  readonly beforeDue: string;
}

/** Every step that is due before one it waits for; a step that only waits for the other's start can be due earlier. */
export function dateContradictions(steps: readonly DatedStep[]): readonly DateContradiction[] {
  const dues = new Map(steps.map(({ key, due }) => [key, due]));
  return steps.flatMap(({ key, after, due }) =>
    after.flatMap(({ step: before, until }): DateContradiction[] => {
      const beforeDue = dues.get(before) ?? null;
      if (until !== 'done' || due === null || beforeDue === null || due >= beforeDue) return [];
      return [{ step: key, due, before, beforeDue }];
    }),
  );
}

/** Warnings about the dates of a SOW: by the rules of its process they give some step a date that cannot be kept. */
export function sowDateProblems(
  process: ProcessDefinition,
  sow: Subject,
  calendar: Calendar,
): readonly InputProblem[] {
  const { included } = stepsFor(process, sow);
  const steps = included.map(({ step }) => step);
  const dues = dueDates(steps, sow, calendar);
  const titleOf = (id: string): string => steps.find((step) => step.id === id)?.title ?? id;
  const dated = included.map(({ step, after }) => ({ key: step.id, after, due: dues.get(step.id) ?? null }));
  const short = shortNotices(steps, sow, calendar).map((notice) =>
    warning(
      { at: ['dates'] },
      shortNoticeText(notice, (id) => `"${titleOf(id)}"`),
      '',
    ),
  );
  const contradictions = dateContradictions(dated).map(({ step, due, before, beforeDue }) =>
    warning(
      { at: ['dates'] },
      `by these dates "${titleOf(step)}" is due on ${due}, before "${titleOf(before)}", which it waits for, on ${beforeDue}`,
      'Check the dates of the SOW; or move one of the due dates with /ps due after the launch.',
    ),
  );
  return [...short, ...contradictions];
}

/** SOWs without dates of their own, and with a year of time: what contradicts itself there does so by its rules. */
const USUAL_DATES: readonly AnchorDates[] = [
  { closed_won_on: '2026-01-05', sow: { number: 'SOW-0', signed_on: '2026-01-05' } },
  {
    closed_won_on: '2026-01-05',
    sow: { number: 'SOW-0', signed_on: '2026-01-05' },
    dates: { start: '2026-02-02', end: '2027-02-01' },
  },
];

/** Warnings about due rules of a process that put a step before one it waits for, whatever the SOW says. */
export function dueRuleProblems(process: ProcessDefinition, calendar: Calendar): readonly InputProblem[] {
  const { steps } = process;
  const found = USUAL_DATES.map((dates) => {
    const dues = dueDates(steps, dates, calendar);
    return dateContradictions(steps.map(({ id, after }) => ({ key: id, after, due: dues.get(id) ?? null })));
  });
  const [without = [], withYear = []] = found;
  return steps.flatMap((step) =>
    without
      .filter((one) => one.step === step.id)
      .filter((one) => withYear.some((other) => other.step === one.step && other.before === one.before))
      .map(({ before }) => ({
        ...inStep(
          step,
          ['due'],
          `by its rules this step is due before ${before}, which it waits for`,
          `Count it from ${before}, or give ${before} less time.`,
        ),
        severity: 'warning' as const,
      })),
  );
}

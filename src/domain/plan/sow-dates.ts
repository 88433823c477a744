/** Due dates that follow another SOW. */
import { sowEffects } from '#domain/assess/sow-effects.ts';
import type { StepStatus } from '#domain/assess/step-status.ts';
import type { Rulings } from '#domain/rulings/rulings.ts';
import type { PlanInput } from './input.ts';

/**
 * Lets the dates of open steps follow the SOW, where it is another one than the record says. A date that somebody has
 * set stays. What was half done is done to its end: a date that has moved already is one of ours.
 */
export function followingSow(input: PlanInput): PlanInput {
  const { facts, said, settings } = input;
  const { assessment, found } = facts;
  const from = found.record?.sow ?? assessment.sow;
  if (from === assessment.sow) return input;
  const { sow: to, rulings, today } = assessment;
  const { dates } = sowEffects(assessment, { from, to, calendar: settings.calendar });
  const moves = dates.flatMap(({ step, from: was, to: date }) => {
    const status = assessment.steps.find(({ key }) => key === step);
    return status === undefined || status.done || date === null ? [] : [{ status, step, was, date }];
  });
  if (moves.length === 0) return input;
  const ours = moves.filter(({ status, was, date }) => isOurs(status, [was, date], rulings));
  const { effects } = said.followed;
  const named = new Set(effects.dueDates.map(({ step }) => step));
  const isMoved = (step: string): boolean => ours.some((move) => move.step === step);
  return {
    ...input,
    facts: {
      ...facts,
      assessment: {
        ...assessment,
        steps: assessment.steps.map((status) => {
          const date = moves.find(({ step }) => step === status.key)?.date;
          return date === undefined || status.given === null ? status : { ...status, given: date };
        }),
        rulings: {
          ...rulings,
          moved: [
            ...rulings.moved.filter(({ step }) => !isMoved(step)),
            ...ours.map(({ step, date }) => ({ step, to: date, on: today })),
          ],
        },
      },
    },
    said: {
      ...said,
      followed: {
        ...said.followed,
        effects: {
          ...effects,
          dueDates: [
            ...effects.dueDates,
            ...ours.filter(({ step }) => !named.has(step)).map(({ step, date }) => ({ step, date })),
          ],
        },
      },
    },
  };
}

/** Whether an issue has a date that Procession gave it: by the SOW as it was or is, or by moving it. */
function isOurs(
  { key, issue }: StepStatus,
  planned: readonly (string | null)[],
  { pinned, moved }: Rulings,
): boolean {
  if (issue === null || pinned.some(({ step }) => step === key)) return false;
  const given = [...planned, moved.find(({ step }) => step === key)?.to ?? null];
  return issue.dueDate !== null && given.includes(issue.dueDate);
}

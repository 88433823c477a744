/** Rules about `recurs` of a step: it belongs to a recurring step, and everything it names must be there. */

import { didYouMean } from '#domain/base/closest.ts';
import type { InputProblem } from '#domain/base/input-problem.ts';
import type { Recurs } from '#domain/recurring/recurs.ts';
import { inStep } from './problem.ts';
import type { ProcessDefinition, Step } from './process.ts';

/** Finds what is wrong with the occurrences of recurring steps. */
export function recurringProblems(process: ProcessDefinition): readonly InputProblem[] {
  return process.steps.flatMap((step) => {
    const { recurs } = step;
    if (recurs === undefined) return [];
    return [
      ...onlyRecurring(step),
      ...weekday(step, recurs),
      ...slotField(step, recurs, process),
      ...knownPartials(step, recurs, process),
    ];
  });
}

function onlyRecurring(step: Step): readonly InputProblem[] {
  if (step.kind === 'recurring') return [];
  const message = `only a recurring step has occurrences, and this one is kind: ${step.kind}`;
  return [inStep(step, ['recurs'], message, 'Write kind: recurring, or remove recurs.')];
}

function weekday(step: Step, { every, on }: Recurs): readonly InputProblem[] {
  const at = ['recurs', 'on'];
  if (every === 'day' && on !== undefined)
    return [inStep(step, at, 'every working day has no weekday', 'Remove on, or write every: week.')];
  if (every === 'day' || on !== undefined) return [];
  const fix = 'Write on: thu, or on: { step: kick-off, field: Weekly call, else: tue 10:00 }.';
  return [inStep(step, ['recurs', 'every'], `every: ${every} needs to know the weekday`, fix)];
}

function slotField(step: Step, { on }: Recurs, process: ProcessDefinition): readonly InputProblem[] {
  if (on === undefined || typeof on === 'string') return [];
  const source = process.steps.find(({ id }) => id === on.step);
  const ids = process.steps.map(({ id }) => id);
  if (source === undefined)
    return [
      inStep(
        step,
        ['recurs', 'on', 'step'],
        `there is no step "${on.step}"`,
        didYouMean(on.step, ids, `The steps are: ${ids.join(', ')}.`),
      ),
    ];
  const fields = source.done_when.evidence.map(({ field }) => field);
  const at = ['recurs', 'on', 'field'];
  const found = source.done_when.evidence.find(({ field }) => field === on.field);
  if (found === undefined) {
    const fallback = fields.length === 0 ? 'It has no evidence.' : `Its fields are: ${fields.join(', ')}.`;
    const message = `the step "${on.step}" has no evidence "${on.field}"`;
    return [inStep(step, at, message, didYouMean(on.field, fields, fallback))];
  }
  if (found.kind === 'slot') return [];
  const message = `"${on.field}" of "${on.step}" is of kind ${found.kind}, so anything may be written there`;
  return [inStep(step, at, message, `Write kind: slot for it in ${source.file}.`)];
}

function knownPartials(step: Step, recurs: Recurs, process: ProcessDefinition): readonly InputProblem[] {
  const names = Object.keys(process.partials);
  return (['agenda', 'form'] as const).flatMap((part) => {
    const name = recurs[part];
    if (name === undefined || names.includes(name)) return [];
    const fallback = `Write _${name}.md beside the steps.`;
    return [
      inStep(step, ['recurs', part], `there is no partial "${name}"`, didYouMean(name, names, fallback)),
    ];
  });
}

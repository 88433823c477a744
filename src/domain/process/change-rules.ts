/** Rules about change requests (`changes`) and about other names of steps (`aliases`). */
import { didYouMean } from '#domain/base/closest.ts';
import type { InputProblem } from '#domain/base/input-problem.ts';
import { inStep } from './problem.ts';
import { CHANGE_RESULTS, isMadeByCommand, type ProcessDefinition, type Step } from './process.ts';

/** Finds what is wrong with change requests and aliases. */
export function changeProblems(process: ProcessDefinition): readonly InputProblem[] {
  return process.steps.flatMap((step) => [
    ...onDemand(step),
    ...knownFields(step),
    ...knownResults(step),
    ...freeAliases(step, process),
  ]);
}

function onDemand(step: Step): readonly InputProblem[] {
  if (isMadeByCommand(step)) return [];
  const fix = 'Write kind: on-demand and created: command.';
  return [
    ...(step.changes === undefined
      ? []
      : [inStep(step, ['changes'], 'a change request has an issue only when somebody asks for one', fix)]),
    ...(step.aliases === undefined
      ? []
      : [inStep(step, ['aliases'], 'only /ps add knows aliases, and nobody can add this step', fix)]),
  ];
}

function knownFields(step: Step): readonly InputProblem[] {
  const names = step.done_when.evidence.map(({ field }) => field);
  return Object.entries(step.changes ?? {}).flatMap(([name, field]) =>
    names.includes(field)
      ? []
      : [
          inStep(
            step,
            ['changes', name],
            `there is no evidence field "${field}"`,
            didYouMean(field, names, `Its evidence fields are: ${names.join(', ') || 'none'}.`),
          ),
        ],
  );
}

function knownResults(step: Step): readonly InputProblem[] {
  const field = step.done_when.evidence.find(({ field }) => field === step.changes?.result);
  if (field === undefined) return [];
  const choices = new Set(field.choices);
  const isAll =
    CHANGE_RESULTS.every((result) => choices.has(result)) && choices.size === CHANGE_RESULTS.length;
  if (field.kind === 'choice' && isAll) return [];
  const index = step.done_when.evidence.indexOf(field);
  const fix = `Write kind: choice and choices: [${CHANGE_RESULTS.join(', ')}].`;
  return [
    inStep(
      step,
      ['done_when', 'evidence', index],
      `"${field.field}" says what came of a change request, and has other words for it`,
      fix,
    ),
  ];
}

/** A name that means one thing in a comment. */
function freeAliases(step: Step, { steps }: ProcessDefinition): readonly InputProblem[] {
  return (step.aliases ?? []).flatMap((alias, index) => {
    const at = ['aliases', index];
    if (steps.some(({ id }) => id === alias))
      return [
        inStep(step, at, `there is a step "${alias}": an alias must not be its id`, 'Remove the alias.'),
      ];
    const other = steps.find(({ id, aliases = [] }) => id !== step.id && aliases.includes(alias));
    return other === undefined
      ? []
      : [inStep(step, at, `${other.id} has the alias "${alias}", too`, 'Let one of them have it.')];
  });
}

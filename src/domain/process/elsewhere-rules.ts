import type { InputProblem } from '#domain/base/input-problem.ts';
import { inStep } from './problem.ts';
import { isElsewhere, type ProcessDefinition, type Step } from './process.ts';

/** What is wrong with steps whose issue another engagement has: they have nothing that needs an issue of their own. */
export function elsewhereProblems({ steps }: Pick<ProcessDefinition, 'steps'>): readonly InputProblem[] {
  return steps
    .filter(isElsewhere)
    .flatMap((step) => [
      ...(step.done_by !== undefined && step.same_as !== undefined
        ? [
            inStep(
              step,
              ['same_as'],
              'a step has done_by or same_as, not both',
              'Keep the one that is meant.',
            ),
          ]
        : []),
      ...misplaced(step).map((field) =>
        inStep(
          step,
          [field],
          `"${field}" needs an issue, and the issue of this step is in another engagement`,
          `Leave ${field} out, or ask for it in the step of the other process.`,
        ),
      ),
    ]);
}

function misplaced({ kind, pipeline, each, appoints, until, done_when: when }: Step): readonly string[] {
  const { evidence, approval, acceptance, labels, instances } = when;
  const asks = evidence.length + labels.length + instances.length > 0 || approval !== undefined;
  return [
    ...(kind === 'once' ? [] : ['kind']),
    ...(asks || acceptance !== undefined ? ['done_when'] : []),
    ...(pipeline === undefined ? [] : ['pipeline']),
    ...(each === undefined ? [] : ['each']),
    ...(appoints === undefined ? [] : ['appoints']),
    ...(until === undefined ? [] : ['until']),
  ];
}

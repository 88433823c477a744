import { didYouMean } from '#domain/base/closest.ts';
import type { InputProblem } from '#domain/base/input-problem.ts';
import { inStep } from './problem.ts';
import { elsewhereOf, isElsewhere, type ProcessDefinition, type Step } from './process.ts';

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

/** A process as far as its steps can be read. */
type Named = Pick<ProcessDefinition, 'id' | 'steps'> & {
  /** Ids of steps that cannot be read. */
  readonly unread?: readonly string[];
};

/**
 * What is wrong with the processes and steps that other processes name as the place of an issue: of several processes one
 * must be there, and each that is there must have the step.
 *
 * @param processes all that may launch
 */
export function unknownElsewhere(processes: readonly Named[]): readonly InputProblem[] {
  const ids = processes.map(({ id }) => id);
  return processes.flatMap(({ steps }) =>
    steps.filter(isElsewhere).flatMap((step) => {
      const field = step.same_as === undefined ? 'done_by' : 'same_as';
      const places = elsewhereOf(step);
      const unknown = places.filter(({ process }) => !ids.includes(process));
      const [first] = unknown;
      if (first !== undefined && unknown.length === places.length)
        return [
          inStep(
            step,
            [field],
            `there is no process "${first.process}"`,
            didYouMean(first.process, ids, `The processes are: ${ids.join(', ')}.`),
          ),
        ];
      return places.flatMap((place) => stepProblem(step, field, place, processes));
    }),
  );
}

function stepProblem(
  step: Step,
  field: string,
  { process, step: id }: ReturnType<typeof elsewhereOf>[number],
  processes: readonly Named[],
): readonly InputProblem[] {
  const named = processes.find((one) => one.id === process);
  const ids = [...(named?.steps.map((one) => one.id) ?? []), ...(named?.unread ?? [])];
  if (named === undefined || ids.includes(id)) return [];
  const fix = didYouMean(id, ids, `The steps of ${process} are: ${ids.join(', ')}.`);
  return [inStep(step, [field], `the process "${process}" has no step "${id}"`, fix)];
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

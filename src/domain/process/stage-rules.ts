import { didYouMean } from '#domain/base/closest.ts';
import type { InputProblem } from '#domain/base/input-problem.ts';
import { inProcess, processFileOf } from './problem.ts';
import type { ProcessDefinition } from './process.ts';

/** What is wrong with the steps that a process wants done by the stages of a deal. */
export function stageProblems(process: ProcessDefinition): readonly InputProblem[] {
  const { stages, about, steps } = process;
  if (stages === undefined) return [];
  const file = processFileOf(process);
  if (about !== 'deal')
    return [
      inProcess(
        file,
        ['stages'],
        'a process about SOWs has no stages of a deal',
        'Write about: deal, or remove stages.',
      ),
    ];
  const ids = steps.map(({ id }) => id);
  return Object.entries(stages).flatMap(([stage, wanted]) =>
    wanted.flatMap((id, index) =>
      ids.includes(id)
        ? []
        : [
            inProcess(
              file,
              ['stages', stage, index],
              `there is no step "${id}"`,
              didYouMean(id, ids, `The steps are: ${ids.join(', ')}.`),
            ),
          ],
    ),
  );
}

/** Processes that have problems, where a command goes on with the others. */
import type { CommandContext } from '#cli/terminal/command.ts';
import { EXIT } from '#cli/terminal/exit-code.ts';
import { formatProblem, problemData } from '#domain/base/input-problem.ts';
import type { ProcessStore } from '#ports/process-store.ts';

/** Says what is wrong with processes that were passed over. @returns the exit code for it */
export function tellBroken(
  { output }: CommandContext,
  { broken = new Map() }: Pick<ProcessStore, 'broken'>,
): number {
  for (const [id, problems] of broken) {
    output.warning(`The process ${id} has problems. Nothing was decided by it; all else was looked at:`);
    for (const found of problems) output.warning(output.paint('bad', `  ${formatProblem(found)}`));
  }
  return broken.size === 0 ? EXIT.done : EXIT.config;
}

/** Problems of processes that were passed over, for `--json`. */
export function brokenData({ broken = new Map() }: ProcessStore): readonly object[] {
  return [...broken.values()].flat().map(problemData);
}

import type { InputProblem } from '#domain/base/input-problem.ts';
import type { Settings } from '#domain/base/settings.ts';
import { isAmountPath } from './subject.ts';

/** A problem as a log may show it: more people read a log than a CRM, and what a price was is not told there. */
export function withoutAmount(
  problem: InputProblem,
  { showAmounts }: Pick<Settings, 'showAmounts'>,
): InputProblem {
  if (showAmounts || !isAmountPath(problem.path)) return problem;
  return { ...problem, message: 'is not as expected', fix: 'Correct it in the CRM.' };
}

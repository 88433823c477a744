import type { Assessment } from './assess.ts';

/** `Financial wrap-up and Blameless post-mortem are done`. */
export function gateNames(assessment: Assessment): string {
  const titles = new Map(assessment.steps.map(({ key, step }) => [key, step.title]));
  const names = assessment.process.closeWhen.map((gate) => titles.get(gate) ?? gate);
  return `${names.join(' and ')} ${names.length === 1 ? 'is' : 'are'} done`;
}

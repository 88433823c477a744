/** Steps of which there are as many issues as people ask for: `/ps add change-order More hours` makes one more. */
import { type StepKey, stepIdOf } from '#domain/base/keys.ts';
import {
  isMadeByCommand,
  type Predecessor,
  type ProcessDefinition,
  type Step,
} from '#domain/process/process.ts';
import type { Instance } from './rulings.ts';

/**
 * Process with one step for each issue that was asked for, in place of the step that these are made from. What comes
 * after that step comes after each of them. With none asked for, the step stays, and `stepsFor` leaves it out.
 *
 * @example with two instances, `change-order` becomes `change-order/1` and `change-order/2`
 */
export function withInstances(process: ProcessDefinition, instances: readonly Instance[]): ProcessDefinition {
  const made = new Map<string, readonly Instance[]>();
  for (const instance of instances) {
    const id = stepIdOf(instance.step);
    made.set(id, [...(made.get(id) ?? []), instance]);
  }
  if (made.size === 0) return process;
  const expand = (predecessor: Predecessor): readonly Predecessor[] =>
    made.get(predecessor.step)?.map(({ step }) => ({ ...predecessor, step })) ?? [predecessor];
  const steps = process.steps.flatMap((step): Step[] => {
    const after = step.after.flatMap(expand);
    const own = isMadeByCommand(step) ? made.get(step.id) : undefined;
    return own === undefined
      ? [{ ...step, after }]
      : own.map(({ step: id, title }) => ({ ...step, id, title: titleOf(step, id, title), after }));
  });
  return { ...process, steps };
}

/**
 * Key of the next issue of a step made on demand: one more than the highest there ever was. @example `change-order/3`
 */
export function nextInstance(stepId: string, instances: readonly Instance[]): StepKey {
  const numbers = instances
    .filter((instance) => stepIdOf(instance.step) === stepId)
    .map(({ step }) => Number(step.slice(stepId.length + 1)));
  return `${stepId}/${Math.max(0, ...numbers) + 1}`;
}

/** What a confidential issue is called stands on that issue alone, see {@link givenTitle}. */
function titleOf(step: Step, key: StepKey, title: string | null): string {
  return (step.confidential ? null : title) ?? `${step.title} ${key.slice(step.id.length + 1)}`;
}

/** The title of a step's issue: as whoever asked for the issue has called it, else that of the step. */
export function givenTitle(
  { id, title }: Pick<Step, 'id' | 'title'>,
  instances: readonly Instance[],
): string {
  return instances.find(({ step }) => step === id)?.title ?? title;
}

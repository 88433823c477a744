/** The work exception: what a manager decides when the hours sold will not do, asked for once for the hours sold. */

import { stepIdOf } from '#domain/base/keys.ts';
import type { Settings } from '#domain/base/settings.ts';
import { isMadeByCommand } from '#domain/process/process.ts';
import { nextInstance } from '#domain/rulings/instances.ts';
import type { Instance, Rulings } from '#domain/rulings/rulings.ts';
import type { Assessment } from './step-status.ts';

/** Step of a process that is made on demand and that asks for more hours at our own cost. */
export const WORK_EXCEPTION = 'work-exception';

/** Nobody said it: it follows from the hours. */
const BY_HOURS = { by: 'Procession', byId: 0, note: 0 } as const;

/**
 * Rulings with what the hours ask for; the same object where they ask for nothing.
 *
 * | hours used | there is | becomes |
 * |---|---|---|
 * | at `attention` or above | none for as many hours sold, and none open | one more issue, for the manager |
 * | below it, since more hours are sold | an open one that the hours made | not needed: skipped, with the numbers |
 *
 * A person who opens one again that was not needed keeps it.
 */
export function withWorkException(assessment: Assessment, settings: Settings): Rulings {
  const { rulings, process, closed, withdrawn } = assessment;
  const isOffered = process.steps.some(
    (step) => stepIdOf(step.id) === WORK_EXCEPTION && isMadeByCommand(step),
  );
  if (!isOffered || closed || withdrawn) return rulings;
  return asked(assessment) ?? notNeeded(assessment, settings) ?? rulings;
}

function asked({ hours: { reading }, rulings, steps, today }: Assessment): Rulings | null {
  const scoped = reading?.scoped ?? null;
  if (scoped === null || reading === null || (reading.level !== 'attention' && reading.level !== 'limit'))
    return null;
  const { instances } = rulings;
  const isOpen = steps.some(
    ({ key, done }) => !done && instances.some((one) => one.step === key) && isException(key),
  );
  if (isOpen || instances.some((one) => isException(one.step) && (one.hours ?? 0) >= scoped)) return null;
  const instance: Instance = {
    step: nextInstance(WORK_EXCEPTION, instances),
    title: `More than ${scoped} hours`,
    hours: scoped,
    on: today,
    ...BY_HOURS,
  };
  return { ...rulings, instances: [...instances, instance] };
}

function notNeeded(
  { hours: { reading }, rulings, steps, today }: Assessment,
  settings: Settings,
): Rulings | null {
  const { scoped = null, percent = null, spent = 0 } = reading ?? {};
  if (scoped === null || percent === null || percent >= settings.hours.attention) return null;
  const needless = rulings.instances.find(
    ({ step, hours = scoped }) =>
      isException(step) && hours < scoped && steps.some(({ key, done }) => key === step && !done),
  );
  if (needless === undefined) return null;
  const reason = `not needed: ${scoped} h are sold by now, of which ${spent} h are used`;
  const waiver = { step: needless.step, reason, skip: true, used: false, on: today, ...BY_HOURS };
  const { hours: _, ...kept } = needless;
  return {
    ...rulings,
    instances: rulings.instances.map((one) => (one === needless ? kept : one)),
    waivers: [...rulings.waivers.filter(({ step }) => step !== needless.step), waiver],
  };
}

function isException(step: string): boolean {
  return stepIdOf(step) === WORK_EXCEPTION;
}

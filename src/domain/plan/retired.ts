import type { Assessment } from '#domain/assess/step-status.ts';
import type { PlanFacts } from './input.ts';

/** Whether an item that the SOW has dropped is to be retired: then the group needs the label for it. */
export function retiresItems({ excluded }: Assessment, { issues }: PlanFacts['found']): boolean {
  return excluded.some(({ step }) => step.each !== undefined && issues.get(step.id)?.state === 'opened');
}

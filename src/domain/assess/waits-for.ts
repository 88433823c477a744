import type { StepKey } from '#domain/base/keys.ts';
import type { Predecessor } from '#domain/process/process.ts';
import type { StepStatus } from './step-status.ts';

/** Predecessors that a step waits for still: those not done, or, where that is enough, not started. */
export function waitsForOf(
  after: readonly Predecessor[],
  earlier: ReadonlyMap<StepKey, Pick<StepStatus, 'started' | 'done'>>,
): readonly Predecessor[] {
  return after.filter(
    ({ step, until }) => !(until === 'started' ? earlier.get(step)?.started : earlier.get(step)?.done),
  );
}

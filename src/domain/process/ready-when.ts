import { type DealStage, hasReached, type StageMemory } from '#domain/sow/deal-stage.ts';
import type { Subject } from '#domain/sow/subject.ts';
import type { Step } from './process.ts';

/**
 * The stage that a step waits for, as long as the deal has never come that far; `null`: it waits for none. A deal that went
 * back undoes nothing.
 */
export function awaitedStage(
  { ready_when: wanted }: Pick<Step, 'ready_when'>,
  { sow: { deal }, stages }: { readonly sow: Subject; readonly stages: StageMemory },
): DealStage | null {
  if (wanted === undefined || deal === undefined) return null;
  const reached = [deal.stage, stages.furthest ?? deal.stage];
  return reached.some((stage) => hasReached(stage, wanted.stage)) ? null : wanted.stage;
}

import { type DealStage, hasReached } from '#domain/sow/deal-stage.ts';
import type { Subject } from '#domain/sow/subject.ts';
import type { Step } from './process.ts';

/** The stage that a step waits for, as long as the deal has not come that far; `null`: it waits for none. */
export function awaitedStage(
  { ready_when: wanted }: Pick<Step, 'ready_when'>,
  { deal }: Subject,
): DealStage | null {
  if (wanted === undefined || deal === undefined) return null;
  return hasReached(deal.stage, wanted.stage) ? null : wanted.stage;
}

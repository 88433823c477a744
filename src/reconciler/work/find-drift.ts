import type { EngagementKey } from '#domain/base/keys.ts';
import { nextLook } from '#domain/reminders/next-look.ts';
import { blockContext } from '#domain/texts/block-context.ts';
import { lookOfSweep } from '#reconciler/loop/comment-look.ts';
import { decide } from '#reconciler/loop/decide.ts';
import type { ReconcileDeps } from '#reconciler/loop/deps.ts';

/**
 * The engagements that are not as they should be, and those that are paused, from one bulk read. Writes nothing: the service wakes them
 * through its inbox, so that each has one worker at a time however many replicas sweep.
 */
export async function findDrift(
  deps: Pick<ReconcileDeps, 'gitlab' | 'processes' | 'settings' | 'clock' | 'seal'>,
  updatedAfter: string | null,
): Promise<{
  readonly seen: number;
  readonly drifted: readonly EngagementKey[];
  readonly paused: readonly EngagementKey[];
  /** When each of the seen is to be looked at again though nothing happens to it. */
  readonly looks: ReadonlyMap<EngagementKey, string | null>;
}> {
  const states = await deps.gitlab.readAll(deps.processes.ids, updatedAfter === null ? {} : { updatedAfter });
  const now = deps.clock.now();
  const comments = lookOfSweep(updatedAfter, now);
  const drifted: EngagementKey[] = [];
  const paused: EngagementKey[] = [];
  const looks = new Map<EngagementKey, string | null>();
  for (const actual of states) {
    const decision = await decide(deps, actual, { comments });
    if (decision.kind === 'decided' && decision.facts.found.memory.paused) paused.push(actual.engagement);
    if (decision.kind === 'decided')
      looks.set(actual.engagement, nextLook(blockContext(decision.facts.assessment, deps.settings), now));
    const needsWork =
      decision.kind === 'decided' ? decision.plan.actions.length > 0 : decision.kind === 'record-damaged';
    // What is paused has work only when somebody has commented: `/ps resume`, say.
    if (needsWork) drifted.push(actual.engagement);
  }
  return { seen: states.length, drifted, paused, looks };
}

import { closedBefore } from '#domain/assess/kept-order.ts';
import type { AppError } from '#domain/base/errors.ts';
import type { EngagementKey } from '#domain/base/keys.ts';
import { notSeen, type Trace } from '#domain/explain/not-seen.ts';
import { type CountedChanges, changesThatCount, massChanges } from '#domain/policy/mass-change.ts';
import { nextLook } from '#domain/reminders/next-look.ts';
import { blockContext } from '#domain/texts/block-context.ts';
import { type LookedAt, lookOfSweep } from '#reconciler/loop/comment-look.ts';
import { createKnownChain, dealsLast } from '#reconciler/loop/deals-last.ts';
import { decide } from '#reconciler/loop/decide.ts';
import type { ReconcileDeps } from '#reconciler/loop/deps.ts';
import { tracesOf, type Undecided } from '#reconciler/loop/undecided.ts';

/** What cannot be judged needs work where a record is to be told of, or an order to be kept. */
function isDamaged(undecided: Undecided): boolean {
  if (undecided.kind === 'unknown-process')
    return undecided.found !== null && closedBefore(undecided.found).length > 0;
  return undecided.kind === 'record-damaged';
}

/**
 * The engagements that are not as they should be, and those that are paused, from one bulk read. Writes nothing: the service wakes them
 * through its inbox, so that each has one worker at a time however many replicas sweep.
 */
export async function findDrift(
  deps: Pick<ReconcileDeps, 'gitlab' | 'processes' | 'settings' | 'clock' | 'seal'>,
  updatedAfter: string | null,
  lookedAt: LookedAt = new Map(),
): Promise<{
  readonly seen: number;
  readonly drifted: readonly EngagementKey[];
  readonly paused: readonly EngagementKey[];
  /** When each of the seen is to be looked at again though nothing happens to it. */
  readonly looks: ReadonlyMap<EngagementKey, string | null>;
  /** `updated_at` of the epics of those among the seen that need no work, as their comments were looked at. */
  readonly lookedAt: LookedAt;
  /** Engagements that are known and that nothing holds any more; `null`: only what changed was looked at. */
  readonly missing: readonly EngagementKey[] | null;
  /** Engagements that a brake across engagements keeps from being changed, with the reason. */
  readonly stopped: ReadonlyMap<EngagementKey, string>;
  /** What kept a place from being read; of its engagements nothing is known then. */
  readonly unread: readonly AppError[];
}> {
  const unread: AppError[] = [];
  const onUnread = (error: AppError): void => void unread.push(error);
  const states = await deps.gitlab.readAll(updatedAfter === null ? { onUnread } : { updatedAfter, onUnread });
  const now = deps.clock.now();
  const chain = createKnownChain(deps.settings);
  const drifted: EngagementKey[] = [];
  const paused: EngagementKey[] = [];
  const looks = new Map<EngagementKey, string | null>();
  const lookedAtNow = new Map<EngagementKey, string>();
  const seen = new Set<EngagementKey>();
  const traces: Trace[] = [];
  const counted: CountedChanges[] = [];
  for await (const actual of dealsLast(states)) {
    const comments = lookOfSweep(actual.engagement, { updatedAfter, now, lookedAt });
    const decision = await decide(deps, actual, { comments, known: chain.known });
    chain.keep(actual.engagement, decision);
    traces.push(...tracesOf(actual.engagement, decision));
    if (decision.kind !== 'absent' && decision.kind !== 'not-won') seen.add(actual.engagement);
    if (decision.kind === 'decided' && decision.facts.found.memory.paused) paused.push(actual.engagement);
    if (decision.kind === 'decided')
      looks.set(actual.engagement, nextLook(blockContext(decision.facts.assessment, deps.settings), now));
    if (decision.kind === 'decided')
      counted.push({ engagement: actual.engagement, changes: changesThatCount(decision) });
    const needsWork = decision.kind === 'decided' ? decision.plan.actions.length > 0 : isDamaged(decision);
    // What is paused has work only when somebody has commented: `/ps resume`, say.
    if (needsWork) drifted.push(actual.engagement);
    else if (decision.kind === 'decided' && decision.facts.found.epic !== null)
      lookedAtNow.set(actual.engagement, decision.facts.found.epic.updatedAt);
  }
  const stopped = massChanges(counted, deps.settings.policy);
  const found = {
    seen: seen.size,
    drifted: drifted.filter((key) => !stopped.has(key)),
    paused,
    looks,
    lookedAt: lookedAtNow,
    stopped,
    unread,
  };
  if (updatedAfter !== null || unread.length > 0) return { ...found, missing: null };
  const launched = await deps.gitlab.readLaunched();
  traces.push(...launched.map((engagement) => ({ kind: 'label', engagement }) as const));
  const missing = notSeen(seen, traces).map(({ engagement }) => engagement);
  return { ...found, missing };
}

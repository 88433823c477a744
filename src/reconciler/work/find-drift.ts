import { closedBefore } from '#domain/assess/kept-order.ts';
import type { AppError } from '#domain/base/errors.ts';
import type { EngagementKey } from '#domain/base/keys.ts';
import { earlier, firstCreated, type KnownEngagements } from '#domain/engagement/known.ts';
import { notSeen, type Trace } from '#domain/explain/not-seen.ts';
import { type CountedChanges, changesThatCount, massChanges } from '#domain/policy/mass-change.ts';
import { nextLook } from '#domain/reminders/next-look.ts';
import { blockContext } from '#domain/texts/block-context.ts';
import { type FullSweeps, type LookedAt, lookOfSweep } from '#reconciler/loop/comment-look.ts';
import { createKnownChain, dealsLast } from '#reconciler/loop/deals-last.ts';
import { decide } from '#reconciler/loop/decide.ts';
import type { ReconcileDeps } from '#reconciler/loop/deps.ts';
import { tracesOf, type Undecided } from '#reconciler/loop/undecided.ts';
import { isOver, readOptions } from './over.ts';

/** What cannot be judged needs work where a record is to be told of, or an order to be kept. */
function isDamaged(undecided: Undecided): boolean {
  if (undecided.kind === 'unknown-process')
    return undecided.found !== null && closedBefore(undecided.found).length > 0;
  return undecided.kind === 'record-damaged';
}

/** What one bulk read has shown. */
export interface Drift {
  readonly seen: number;
  readonly drifted: readonly EngagementKey[];
  readonly paused: readonly EngagementKey[];
  /** When each of the seen is to be looked at again though nothing happens to it. */
  readonly looks: ReadonlyMap<EngagementKey, string | null>;
  /** `updated_at` of the epics of those among the seen that need no work, as their comments were looked at. */
  readonly lookedAt: LookedAt;
  /** When the oldest item of each of the seen was created. */
  readonly created: ReadonlyMap<EngagementKey, string>;
  /** Those among the seen of which nothing comes any more. */
  readonly over: ReadonlySet<EngagementKey>;
  /** Nothing was left out of a full look. */
  readonly isWhole: boolean;
  /** Engagements that are known and that nothing holds any more; `null`: only what changed was looked at. */
  readonly missing: readonly EngagementKey[] | null;
  /** Engagements that a brake across engagements keeps from being changed, with the reason. */
  readonly stopped: ReadonlyMap<EngagementKey, string>;
  /** What kept a place from being read; of its engagements nothing is known then. */
  readonly unread: readonly AppError[];
}

/** What earlier looks make known. */
interface EarlierLooks {
  readonly known?: KnownEngagements | undefined;
  /** Reads also what is known to be over. */
  readonly whole?: boolean;
  readonly before?: FullSweeps;
}

/**
 * The engagements that are not as they should be, and those that are paused, from one bulk read. Writes nothing: the service wakes them
 * through its inbox, so that each has one worker at a time however many replicas sweep. What is `known` to be over is left out
 * of a full look, unless that is a `whole` one.
 */
export async function findDrift(
  deps: Pick<ReconcileDeps, 'gitlab' | 'processes' | 'settings' | 'clock' | 'seal'>,
  updatedAfter: string | null,
  lookedAt: LookedAt = new Map(),
  { known, whole, before }: EarlierLooks = {},
): Promise<Drift> {
  const unread: AppError[] = [];
  const onUnread = (error: AppError): void => void unread.push(error);
  const states = await deps.gitlab.readAll({ ...readOptions({ updatedAfter, known, whole }), onUnread });
  const { leftOut = [] } = states;
  const now = deps.clock.now();
  const chain = createKnownChain(deps.settings);
  const drifted: EngagementKey[] = [];
  const paused: EngagementKey[] = [];
  const looks = new Map<EngagementKey, string | null>();
  const lookedAtNow = new Map<EngagementKey, string>(remembered(lookedAt, leftOut));
  const created = new Map<EngagementKey, string>(remembered(known?.created, leftOut));
  const over = new Set(leftOut);
  const seen = new Set(leftOut);
  const traces: Trace[] = [];
  const counted: CountedChanges[] = [];
  for await (const actual of dealsLast(states)) {
    const comments = lookOfSweep(actual.engagement, {
      updatedAfter,
      now,
      lookedAt,
      over: known?.over,
      before,
    });
    const decision = await decide(deps, actual, { comments, known: chain.known });
    chain.keep(actual.engagement, decision);
    traces.push(...tracesOf(actual.engagement, decision));
    if (decision.kind !== 'absent' && decision.kind !== 'not-won') {
      seen.add(actual.engagement);
      const first = earlier(known?.created.get(actual.engagement) ?? null, firstCreated(actual));
      if (first !== null) created.set(actual.engagement, first);
    }
    if (decision.kind === 'decided') {
      if (decision.facts.found.memory.paused) paused.push(actual.engagement);
      looks.set(actual.engagement, nextLook(blockContext(decision.facts.assessment, deps.settings), now));
      counted.push({ engagement: actual.engagement, changes: changesThatCount(decision) });
    }
    const needsWork = decision.kind === 'decided' ? decision.plan.actions.length > 0 : isDamaged(decision);
    // What is paused has work only when somebody has commented: `/ps resume`, say.
    if (needsWork) drifted.push(actual.engagement);
    if (needsWork || decision.kind !== 'decided') continue;
    if (decision.facts.found.epic !== null)
      lookedAtNow.set(actual.engagement, decision.facts.found.epic.updatedAt);
    const look = looks.get(actual.engagement) ?? null;
    if (isOver(decision, { look, others: over })) over.add(actual.engagement);
  }
  const stopped = massChanges(counted, deps.settings.policy);
  const found = {
    seen: seen.size,
    drifted: drifted.filter((key) => !stopped.has(key)),
    paused,
    looks,
    lookedAt: lookedAtNow,
    created,
    over,
    isWhole: updatedAfter === null && leftOut.length + unread.length === 0,
    stopped,
    unread,
  };
  if (updatedAfter !== null || unread.length > 0) return { ...found, missing: null };
  return { ...found, missing: await missingOf(deps, seen, traces) };
}

async function missingOf(
  { gitlab }: Pick<ReconcileDeps, 'gitlab'>,
  seen: ReadonlySet<EngagementKey>,
  traces: readonly Trace[],
): Promise<readonly EngagementKey[]> {
  const launched = (await gitlab.readLaunched()).map(
    (engagement) => ({ kind: 'label', engagement }) as const,
  );
  return notSeen(seen, [...traces, ...launched]).map(({ engagement }) => engagement);
}

/** What is remembered of some engagements. */
function remembered(
  known: ReadonlyMap<EngagementKey, string> = new Map(),
  engagements: readonly EngagementKey[],
): readonly (readonly [EngagementKey, string])[] {
  return engagements.flatMap((engagement) => {
    const value = known.get(engagement);
    return value === undefined ? [] : [[engagement, value] as const];
  });
}

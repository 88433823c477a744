import { AppError, GitLabConflictError } from '#domain/base/errors.ts';
import type { EngagementKey } from '#domain/base/keys.ts';
import type { ActualState } from '#domain/engagement/state.ts';
import { massChanges } from '#domain/policy/mass-change.ts';
import { nextLook } from '#domain/reminders/next-look.ts';
import { blockContext } from '#domain/texts/block-context.ts';
import { type LookedAt, lookOfSweep } from '#reconciler/loop/comment-look.ts';
import { type Decision, decide } from '#reconciler/loop/decide.ts';
import type { ReconcileDeps, ReconcileOptions } from '#reconciler/loop/deps.ts';
import { type Outcome, reconcile, settle } from '#reconciler/loop/reconcile.ts';
import type { Undecided } from '#reconciler/loop/undecided.ts';

export interface SweepResult {
  readonly engagement: EngagementKey;
  /** The outcome, or the error that stopped this engagement; the others go on. */
  readonly outcome: Outcome | { readonly kind: 'failed'; readonly error: AppError };
  /** When there is something to do though nothing happens to it; `null`: not soon, or the next sweep sees a change. */
  readonly look: string | null;
  /** The epic's `updated_at` when its comments were looked at; `null`: something is left to look at. */
  readonly lookedAt: string | null;
}

export interface SweepOptions {
  /** Only engagements changed since this instant (ISO 8601, UTC). */
  readonly updatedAfter?: string;
  /** These besides. */
  readonly also?: readonly EngagementKey[];
  /** What earlier sweeps have looked at. Default: nothing. */
  readonly lookedAt?: LookedAt;
  /** Goes on where a brake would stop it. */
  readonly allowMassChange?: boolean;
  /** Told before each engagement is looked at; `done` counts from 0. */
  readonly onLook?: (engagement: EngagementKey, done: number, total: number) => void;
}

/** Whether something of the engagement was seen: what only carries a label of ours is none. */
export function isSeen({ outcome }: Pick<SweepResult, 'outcome'>): boolean {
  return outcome.kind !== 'absent' && outcome.kind !== 'not-won';
}

/**
 * Reconciles every engagement from one bulk read: all is decided before anything is written, so that one cause that would
 * change many engagements is noticed before the first. One engagement that fails does not stop the others; an error that
 * is not ours ends the sweep.
 */
export async function sweep(
  deps: ReconcileDeps,
  options: SweepOptions = {},
): Promise<readonly SweepResult[]> {
  const states = await read(deps, options);
  const { updatedAfter = null, allowMassChange = false, lookedAt = new Map() } = options;
  const now = deps.clock.now();
  const choicesOf = (engagement: EngagementKey) => ({
    comments: lookOfSweep(engagement, { updatedAfter, now, lookedAt }),
    allowMassChange,
  });
  const looked: Looked[] = [];
  for (const [index, actual] of states.entries()) {
    const { engagement } = actual;
    options.onLook?.(engagement, index, states.length);
    const decision = await attempt(
      deps,
      engagement,
      async () => await decide(deps, actual, choicesOf(engagement)),
    );
    looked.push({ engagement, decision });
  }
  const decided = looked.flatMap(({ decision }) => (decision.kind === 'decided' ? [decision] : []));
  const stopped = massChanges(allowMassChange ? [] : decided, deps.settings.policy);
  const results: SweepResult[] = [];
  for (const one of looked)
    results.push(
      await resultOf(deps, one, {
        ...choicesOf(one.engagement),
        why: stopped.get(one.engagement) ?? null,
      }),
    );
  return results;
}

type Failed = Extract<SweepResult['outcome'], { kind: 'failed' }>;

interface Looked {
  readonly engagement: EngagementKey;
  readonly decision: Decision | Undecided | Failed;
}

/** @param choices.why why a brake stops it; `null`: none does */
async function resultOf(
  deps: ReconcileDeps,
  { engagement, decision }: Looked,
  {
    why,
    ...choices
  }: Pick<ReconcileOptions, 'comments' | 'allowMassChange'> & {
    readonly why: string | null;
  },
): Promise<SweepResult> {
  if (decision.kind === 'failed') return { engagement, outcome: decision, look: null, lookedAt: null };
  if (decision.kind === 'decided' && why !== null) {
    const { plan, facts } = decision;
    const outcome = { kind: 'braked', plan, assessment: facts.assessment, why } as const;
    return { engagement, outcome, look: null, lookedAt: null };
  }
  const outcome = await attempt(
    deps,
    engagement,
    async () => await settleRead(deps, engagement, decision, choices),
  );
  const look =
    outcome.kind === 'unchanged'
      ? nextLook(blockContext(outcome.assessment, deps.settings), deps.clock.now())
      : null;
  // What the run wrote has moved it since: the next sweep looks once more, and then no longer.
  const isDone = outcome.kind === 'unchanged' || outcome.kind === 'applied';
  const lookedAt =
    isDone && decision.kind === 'decided' ? (decision.facts.found.epic?.updatedAt ?? null) : null;
  return { engagement, outcome, look, lookedAt };
}

async function read(
  { gitlab }: ReconcileDeps,
  { updatedAfter, also = [] }: SweepOptions,
): Promise<readonly ActualState[]> {
  const states = await gitlab.readAll(updatedAfter === undefined ? {} : { updatedAfter });
  const seen = new Set(states.map(({ engagement }) => engagement));
  const others = also.filter((engagement) => !seen.has(engagement));
  return [
    ...states,
    ...(await Promise.all(others.map((engagement) => gitlab.readEngagement(engagement, { always: true })))),
  ];
}

async function attempt<T>(
  deps: ReconcileDeps,
  engagement: EngagementKey,
  work: () => Promise<T>,
): Promise<T | Failed> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    deps.logger.error('engagement could not be reconciled', {
      engagement,
      code: error.code,
      reason: error.message,
    });
    return { kind: 'failed', error };
  }
}

/** Settles from what the sweep has read; anew where another writer was faster. */
async function settleRead(
  deps: ReconcileDeps,
  engagement: EngagementKey,
  decision: Decision | Undecided,
  choices: ReconcileOptions,
): Promise<Outcome> {
  try {
    return await settle(deps, engagement, decision, choices);
  } catch (error) {
    if (!(error instanceof GitLabConflictError)) throw error;
    return await reconcile(deps, engagement, choices);
  }
}

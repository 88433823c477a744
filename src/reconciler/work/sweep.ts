import { AppError, GitLabConflictError } from '#domain/base/errors.ts';
import type { EngagementKey } from '#domain/base/keys.ts';
import type { ActualState } from '#domain/engagement/state.ts';
import { nextLook } from '#domain/reminders/next-look.ts';
import { blockContext } from '#domain/texts/block-context.ts';
import { type CommentLook, lookOfSweep } from '#reconciler/loop/comment-look.ts';
import type { ReconcileDeps } from '#reconciler/loop/deps.ts';
import { type Outcome, reconcile, reconcileState } from '#reconciler/loop/reconcile.ts';

export interface SweepResult {
  readonly engagement: EngagementKey;
  /** The outcome, or the error that stopped this engagement; the others go on. */
  readonly outcome: Outcome | { readonly kind: 'failed'; readonly error: AppError };
  /** When there is something to do though nothing happens to it; `null`: not soon, or the next sweep sees a change. */
  readonly look: string | null;
}

export interface SweepOptions {
  /** Only engagements changed since this instant (ISO 8601, UTC). */
  readonly updatedAfter?: string;
  /** These besides. */
  readonly also?: readonly EngagementKey[];
  readonly onResult?: (result: SweepResult, done: number, total: number) => void;
}

/** Whether something of the engagement was seen: what only carries a label of ours is none. */
export function isSeen({ outcome }: Pick<SweepResult, 'outcome'>): boolean {
  return outcome.kind !== 'absent' && outcome.kind !== 'not-won';
}

/**
 * Reconciles every engagement of the known processes from one bulk read. One engagement that fails does not
 * stop the others; an error that is not ours ends the sweep.
 */
export async function sweep(
  deps: ReconcileDeps,
  options: SweepOptions = {},
): Promise<readonly SweepResult[]> {
  const states = await read(deps, options);
  const now = deps.clock.now();
  const comments = lookOfSweep(options.updatedAfter ?? null, now);
  const results: SweepResult[] = [];
  for (const [index, actual] of states.entries()) {
    const { engagement } = actual;
    const outcome = await settle(deps, actual, comments);
    const look =
      outcome.kind === 'unchanged' ? nextLook(blockContext(outcome.assessment, deps.settings), now) : null;
    const result: SweepResult = { engagement, outcome, look };
    results.push(result);
    options.onResult?.(result, index + 1, states.length);
  }
  return results;
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

async function settle(
  deps: ReconcileDeps,
  actual: ActualState,
  comments: CommentLook,
): Promise<SweepResult['outcome']> {
  try {
    return await reconcileRead(deps, actual, comments);
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    deps.logger.error('engagement could not be reconciled', {
      engagement: actual.engagement,
      code: error.code,
      reason: error.message,
    });
    return { kind: 'failed', error };
  }
}

/** Reconciles from what the sweep has read; anew where another writer was faster. */
async function reconcileRead(
  deps: ReconcileDeps,
  actual: ActualState,
  comments: CommentLook,
): Promise<Outcome> {
  try {
    return await reconcileState(deps, actual, { comments });
  } catch (error) {
    if (!(error instanceof GitLabConflictError)) throw error;
    return await reconcile(deps, actual.engagement, { comments });
  }
}

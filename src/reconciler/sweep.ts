import { AppError } from '#domain/errors.ts';
import type { EngagementKey } from '#domain/keys.ts';
import { type CommentLook, lookOfSweep } from './comment-look.ts';
import { type Outcome, type ReconcileDeps, reconcileState } from './reconcile.ts';

export interface SweepResult {
  readonly engagement: EngagementKey;
  /** The outcome, or the error that stopped this engagement; the others go on. */
  readonly outcome: Outcome | { readonly kind: 'failed'; readonly error: AppError };
}

export interface SweepOptions {
  /** Only engagements changed since this instant (ISO 8601, UTC). */
  readonly updatedAfter?: string;
  readonly onResult?: (result: SweepResult, done: number, total: number) => void;
}

/**
 * Reconciles every engagement of the known processes from one bulk read. One engagement that fails does not
 * stop the others; an error that is not ours ends the sweep.
 */
export async function sweep(
  deps: ReconcileDeps,
  options: SweepOptions = {},
): Promise<readonly SweepResult[]> {
  const states = await deps.gitlab.readAll(
    deps.processes.ids,
    options.updatedAfter === undefined ? {} : { updatedAfter: options.updatedAfter },
  );
  const comments = lookOfSweep(options.updatedAfter ?? null, deps.clock.now());
  const results: SweepResult[] = [];
  for (const [index, actual] of states.entries()) {
    const result: SweepResult = {
      engagement: actual.engagement,
      outcome: await settle(deps, actual, comments),
    };
    results.push(result);
    options.onResult?.(result, index + 1, states.length);
  }
  return results;
}

async function settle(
  deps: ReconcileDeps,
  actual: Parameters<typeof reconcileState>[1],
  comments: CommentLook,
): Promise<SweepResult['outcome']> {
  try {
    return await reconcileState(deps, actual, { comments });
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

/** The service's own sweep: drop every webhook for a day, and the end state is the same. */
import type { EngagementKey } from '#domain/keys.ts';
import type { Clock, Sleep } from '#ports/clock.ts';
import type { Inbox } from '#ports/inbox.ts';
import { findDrift } from './find-drift.ts';
import type { ReconcileDeps } from './reconcile.ts';
import { later } from './retry.ts';

export interface SweepScheduleDeps extends ReconcileDeps {
  readonly inbox: Pick<Inbox, 'put'>;
  readonly clock: Clock;
  readonly sleep: Sleep;
  /** Between two sweeps. */
  readonly everyMs: number;
  /** Told after each sweep; the last success is the dead-man signal. */
  readonly onSweep: (
    result:
      | { readonly at: string; readonly full: boolean; readonly seen: number; readonly woken: number }
      | { readonly at: string; readonly failed: string },
  ) => void;
}

/** A full sweep also finds what no `updated_after` shows, such as a label deleted from the group. */
const FULL_EVERY_MS = 86_400_000;
/** Clocks differ, and GitLab's `updated_at` may be older than the moment it can be seen. */
const OVERLAP_MS = 120_000;

/** Sweeps until the signal aborts: at once and in full, then what changed, and in full once a day. */
export async function runSweeps(deps: SweepScheduleDeps, signal: AbortSignal): Promise<void> {
  let lastSuccess: string | null = null;
  let lastFull: string | null = null;
  while (!signal.aborted) {
    const at = deps.clock.now();
    const full =
      lastFull === null || lastSuccess === null || Date.parse(at) - Date.parse(lastFull) >= FULL_EVERY_MS;
    const done = await sweepOnce(
      deps,
      at,
      full || lastSuccess === null ? null : later(lastSuccess, -OVERLAP_MS),
    );
    if (done) lastSuccess = at;
    if (done && full) lastFull = at;
    await deps.sleep(deps.everyMs, signal);
  }
}

async function sweepOnce(deps: SweepScheduleDeps, at: string, updatedAfter: string | null): Promise<boolean> {
  try {
    const { seen, drifted } = await findDrift(deps, updatedAfter);
    for (const engagement of drifted) await wake(deps, engagement, at);
    deps.onSweep({ at, full: updatedAfter === null, seen, woken: drifted.length });
    return true;
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    deps.logger.error('the sweep failed and will be tried again', { reason });
    deps.onSweep({ at, failed: reason });
    return false;
  }
}

/** The same key for every replica that sweeps in the same interval: one wake-up. */
async function wake(deps: SweepScheduleDeps, engagement: EngagementKey, at: string): Promise<void> {
  const slot = Math.floor(Date.parse(at) / deps.everyMs);
  await deps.inbox.put({
    source: 'gitlab',
    dedupeKey: `sweep:${slot}:${engagement}`,
    kind: 'wake',
    engagement,
    payload: { event: 'sweep' },
    receivedAt: at,
    requestId: `sweep-${slot}`,
  });
}

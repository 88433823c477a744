/** The service's own sweep: drop every webhook for a day, and the end state is the same. */

import type { EngagementKey } from '#domain/base/keys.ts';
import { isRecentInstant } from '#domain/base/recent.ts';
import type { KeptEvent } from '#domain/engagement/kept-event.ts';
import type { KnownEngagements } from '#domain/engagement/known.ts';
import type { Clock } from '#ports/clock.ts';
import type { Inbox } from '#ports/inbox.ts';
import type { LookMemory } from '#ports/look-memory.ts';
import { changedSince } from '#reconciler/loop/changed-since.ts';
import type { FullSweeps } from '#reconciler/loop/comment-look.ts';
import type { ReconcileDeps } from '#reconciler/loop/deps.ts';
import type { Bell } from './bell.ts';
import { type Drift, findDrift } from './find-drift.ts';
import type { LookAhead } from './look-ahead.ts';
import { fingerprintOf, isWholeDue } from './sweep-memory.ts';

export interface SweepScheduleDeps extends ReconcileDeps {
  readonly inbox: Pick<Inbox, 'put'>;
  readonly looks: LookMemory;
  readonly clock: Clock;
  /** Between two sweeps. */
  readonly everyMs: number;
  /** Asks for the next sweep now: something is known to have been missed. */
  readonly sooner: Bell;
  readonly lookAhead: LookAhead;
  /** Told after each sweep; the last success is the dead-man signal. */
  readonly onSweep: (result: Swept) => void;
}

/** How a sweep ended. */
export type Swept =
  | {
      readonly at: string;
      /** Everything was looked at, not only what changed. */
      readonly full: boolean;
      readonly seen: number;
      readonly woken: number;
      /** Those among the seen that the loop fuse has paused. */
      readonly paused: readonly EngagementKey[];
      /** Engagements that are known and that nothing holds any more; `null`: only what changed was looked at. */
      readonly missing: readonly EngagementKey[] | null;
      /** Engagements that a brake across engagements keeps from being changed, with the reason. */
      readonly stopped: ReadonlyMap<EngagementKey, string>;
    }
  | { readonly at: string; readonly failed: string };

/** A full sweep also finds what no `updated_after` shows, such as a label deleted from the group. */
const FULL_EVERY_MS = 86_400_000;

/**
 * Sweeps until the signal aborts: at once and in full, then what changed, and once a day in full but for what is over; sooner
 * when asked.
 */
export async function runSweeps(deps: SweepScheduleDeps, signal: AbortSignal): Promise<void> {
  let lastSuccess: string | null = null;
  let lastFull: string | null = null;
  let lastWhole: string | null = null;
  let engagements: Engagements = NONE_KNOWN;
  let isRegular = false;
  const fingerprint = fingerprintOf(deps);
  while (!signal.aborted) {
    const at = deps.clock.now();
    const since = lastSuccess === null || lastSuccess > at ? null : changedSince(lastSuccess);
    const full = since === null || !isRecentInstant(lastFull, FULL_EVERY_MS, at);
    const found = await sweepOnce(deps, {
      at,
      name: isRegular ? `${Math.floor(Date.parse(at) / deps.everyMs)}` : at,
      updatedAfter: full ? null : since,
      known: since === null || engagements.missing ? undefined : { ...engagements, changedSince: since },
      whole: isWholeDue({ lastWhole }, at),
      before: { lastFull, lastWhole },
      fingerprint,
    });
    if (found !== null) {
      engagements = knownAfter(full ? NONE_KNOWN : engagements, found);
      lastSuccess = at;
      if (full) lastFull = at;
      if (found.isWhole) lastWhole = at;
    }
    isRegular = (await deps.sooner.wait(deps.everyMs, signal)) === 'silent';
  }
}

/** What the sweeps since the start know of engagements. */
interface Engagements extends Omit<KnownEngagements, 'changedSince'> {
  /** Some are known of which the last full sweep saw nothing. */
  readonly missing: boolean;
}

const NONE_KNOWN: Engagements = { created: new Map(), over: new Set(), missing: false };

function knownAfter(before: Engagements, { created, over, missing }: Drift): Engagements {
  return {
    created: new Map([...before.created, ...created]),
    over: new Set([...[...before.over].filter((engagement) => !created.has(engagement)), ...over]),
    missing: missing === null ? before.missing : missing.length > 0,
  };
}

interface Sweep {
  readonly at: string;
  /**
   * The same for every replica that sweeps in the same interval, so that they make one wake-up. A sweep at the start
   * or on request has a name of its own: what an earlier one woke in this interval may have drifted again since.
   */
  readonly name: string;
  readonly updatedAfter: string | null;
  /** What is known of engagements; missing: nothing for certain. */
  readonly known: KnownEngagements | undefined;
  /** Reads also what is known to be over. */
  readonly whole: boolean;
  /** Full sweeps since the start. */
  readonly before: FullSweeps;
  /** Of processes and settings. */
  readonly fingerprint: string;
}

/** @returns what was found; `null`: the sweep failed */
async function sweepOnce(deps: SweepScheduleDeps, sweep: Sweep): Promise<Drift | null> {
  const { at, updatedAfter, fingerprint } = sweep;
  try {
    const found = await findDrift(deps, updatedAfter, await deps.looks.read(fingerprint), sweep);
    const { seen, drifted, paused, looks, missing, stopped } = found;
    for (const [engagement, look] of looks) deps.lookAhead.remember(engagement, look);
    // A sweep of what changed does not read those to whom nothing happens: reminders, silence that counts.
    const woken = new Set([...drifted, ...deps.lookAhead.takeDue(at)]);
    for (const engagement of woken) await wake(deps, engagement, sweep);
    for (const error of found.unread) throw error;
    await deps.looks.write(fingerprint, found.lookedAt, updatedAfter === null ? 'all' : 'some');
    deps.onSweep({ at, full: updatedAfter === null, seen, woken: woken.size, paused, missing, stopped });
    for (const [engagement, why] of stopped)
      deps.logger.error('a brake keeps an engagement from being changed', {
        engagement,
        why,
        see: 'procession plan, then procession sweep --allow-mass-change',
      });
    for (const engagement of missing ?? [])
      deps.logger.error('an engagement is known and nothing of it is seen', {
        engagement,
        see: 'procession check',
      });
    return found;
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    deps.logger.error('the sweep failed and will be tried again', { reason });
    deps.onSweep({ at, failed: reason });
    return null;
  }
}

async function wake(deps: SweepScheduleDeps, engagement: EngagementKey, { at, name }: Sweep): Promise<void> {
  await deps.inbox.put({
    source: 'gitlab',
    dedupeKey: `sweep:${name}:${engagement}`,
    kind: 'wake',
    engagement,
    payload: { event: 'sweep' } satisfies KeptEvent,
    receivedAt: at,
    requestId: `sweep-${name}`,
  });
}

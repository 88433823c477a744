/**
 * When each engagement is to be looked at again though nothing happens to it. Kept in memory: every full sweep makes
 * it anew, and what is lost with the process is found by the full sweep at the start of the next.
 */

import type { EngagementKey } from '#domain/base/keys.ts';
import type { Settings } from '#domain/base/settings.ts';
import { nextLook } from '#domain/reminders/next-look.ts';
import { blockContext } from '#domain/texts/block-context.ts';
import type { Clock } from '#ports/clock.ts';
import type { Outcome } from '#reconciler/loop/reconcile.ts';
import type { DrainObserver } from './drain-inbox.ts';

export interface LookAhead {
  /** @param at ISO 8601 in UTC, `null`: time alone changes nothing soon */
  remember(engagement: EngagementKey, at: string | null): void;
  /** Those whose time has come; each is named once. */
  takeDue(now: string): readonly EngagementKey[];
}

export function createLookAhead(): LookAhead {
  const times = new Map<EngagementKey, string>();
  return {
    remember: (engagement, at) => {
      if (at === null) times.delete(engagement);
      else times.set(engagement, at);
    },
    takeDue: (now) => {
      const due = [...times].filter(([, at]) => Date.parse(at) <= Date.parse(now)).map(([key]) => key);
      for (const engagement of due) times.delete(engagement);
      return due;
    },
  };
}

/** An observer that also remembers when each engagement is to be looked at again. */
export function lookingAhead(
  observer: DrainObserver,
  lookAhead: LookAhead,
  { settings, clock }: { readonly settings: Settings; readonly clock: Clock },
): DrainObserver {
  return {
    ...observer,
    settled: (engagement, outcome, lagMs) => {
      observer.settled(engagement, outcome, lagMs);
      rememberOutcome(lookAhead, outcome, { settings, now: clock.now() });
    },
  };
}

/** After a run that found nothing to do. One that changed something is read by the next sweep. */
function rememberOutcome(
  lookAhead: LookAhead,
  outcome: Outcome,
  { settings, now }: { readonly settings: Settings; readonly now: string },
): void {
  if (outcome.kind !== 'unchanged') return;
  const { assessment } = outcome;
  lookAhead.remember(assessment.engagement, nextLook(blockContext(assessment, settings), now));
}

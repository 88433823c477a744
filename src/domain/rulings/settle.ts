/** What the facts make of rulings: which have been used, and which have expired. */
import type { StepKey } from '#domain/base/keys.ts';
import type { ActualIssue } from '#domain/engagement/state.ts';
import type { Rulings } from './rulings.ts';

/**
 * Rulings as they stand by the facts of today.
 *
 * | ruling | fact | becomes |
 * |---|---|---|
 * | waiver | its issue is closed | used |
 * | waiver, used | its issue is open again | gone: who reopens a step wants it done properly |
 * | snooze, health by hand | its last day is over | gone |
 */
export function settleRulings(
  rulings: Rulings,
  issues: ReadonlyMap<StepKey, ActualIssue>,
  today: string,
): Rulings {
  const waivers = rulings.waivers.flatMap((waiver) => {
    const state = issues.get(waiver.step)?.state;
    if (state === 'opened' && waiver.used) return [];
    return state === 'closed' && !waiver.used ? [{ ...waiver, used: true }] : [waiver];
  });
  return {
    ...rulings,
    waivers,
    snoozes: rulings.snoozes.filter(({ until }) => until >= today),
    health: rulings.health !== null && rulings.health.until < today ? null : rulings.health,
  };
}

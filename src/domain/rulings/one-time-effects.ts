/** What commands do once, and how it is kept while nothing may be changed. */
import type { StepKey } from '#domain/base/keys.ts';
import type { ProposalAnswer } from '#domain/proposals/proposal.ts';
import type { Owed, Rulings } from './rulings.ts';

/** Effects of commands that happen once. */
export interface OneTimeEffects extends Owed {
  /** The loop fuse's pause ends. */
  readonly unpause: boolean;
  /** Proposals that people have just answered. */
  readonly proposals: readonly ProposalAnswer[];
}

/** Effects when nobody has asked for any. */
export const NO_EFFECTS: OneTimeEffects = {
  dueDates: [],
  autoDue: [],
  roles: [],
  autoHealth: false,
  unpause: false,
  proposals: [],
};

/** Effects of what was said while the engagement was stopped, and that have not happened yet. */
export function effectsOwed({ owed }: Rulings): OneTimeEffects {
  return { ...NO_EFFECTS, ...owed };
}

/**
 * Rulings with one-time effects taken into account. What is done in this run is owed no longer, and the waivers of
 * steps that this run closes are used; while the engagement is stopped both are still to come.
 *
 * @param done steps that are done when the run is over; `null` while the engagement is stopped
 */
export function recordEffects(
  rulings: Rulings,
  effects: OneTimeEffects,
  done: ReadonlySet<StepKey> | null,
): Rulings {
  const { dueDates, autoDue, roles, autoHealth } = effects;
  if (done === null) {
    const owes = dueDates.length + autoDue.length + roles.length > 0 || autoHealth;
    return { ...rulings, owed: owes ? { dueDates, autoDue, roles, autoHealth } : null };
  }
  const waivers = rulings.waivers.map((waiver) =>
    done.has(waiver.step) ? { ...waiver, used: true } : waiver,
  );
  return { ...rulings, owed: null, waivers };
}

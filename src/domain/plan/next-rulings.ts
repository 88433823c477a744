/** The rulings as a run records them in the epic, computed once, before any action is planned. */

import { type Health, healthOf, waitingSince } from '#domain/assess/health.ts';
import { type DueReminder, planReminders } from '#domain/reminders/reminders.ts';
import { recordEffects } from '#domain/rulings/one-time-effects.ts';
import type { Rulings } from '#domain/rulings/rulings.ts';
import type { BlockContext } from '#domain/texts/block-context.ts';
import { shownEffectsAfter, toldEffectsAfter } from './effects-notes.ts';
import { movesToEpic } from './holder.ts';
import type { PlanInput } from './input.ts';
import { nextRuns } from './pipelines.ts';
import { readingsWithThreads } from './threads.ts';

/** Next rulings, with two findings that they remember and that texts need. */
export interface NextRulings {
  readonly rulings: Rulings;
  readonly health: Health;
  readonly due: readonly DueReminder[];
}

/**
 * Computes the rulings that a run records.
 *
 * @param context with the rulings as they are now, those about dates as they will be, and what this run changes on issues
 */
export function nextRulings(
  { facts, said, wishes, now }: Pick<PlanInput, 'facts' | 'said' | 'wishes' | 'now'>,
  context: BlockContext,
): NextRulings {
  const { found } = facts;
  const { assessment } = context;
  const { effects } = said.followed;
  const done = assessment.steps.filter((status) => status.done).map(({ key }) => key);
  // A new epic has the health it is made with, whatever its tracking issue had.
  const epic = movesToEpic({ facts, wishes }) ? null : found.epic;
  const health = healthOf(context, epic, effects.autoHealth);
  const { due, records } = planReminders(context, now);
  return {
    health,
    due,
    rulings: {
      ...recordEffects(assessment.rulings, effects, new Set(done)),
      readings: readingsWithThreads(assessment.rulings, facts),
      runs: nextRuns(assessment, now),
      toldEffects: toldEffectsAfter(assessment),
      shownEffects: shownEffectsAfter(assessment),
      reminders: records,
      waiting: waitingSince(assessment),
      healthSet: health.ours,
    },
  };
}

/**
 * Rulings recorded while an engagement is stopped: what was said is kept, what it asks for is owed, nothing else
 * moves.
 */
export function rulingsWhileStopped({ facts, said }: Pick<PlanInput, 'facts' | 'said'>): Rulings {
  return recordEffects(facts.assessment.rulings, said.followed.effects, null);
}

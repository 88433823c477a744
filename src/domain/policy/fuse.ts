/**
 * The loop fuse: when the same change has been made twice within the window and is due again, somebody (or
 * another automation) keeps undoing it. The engagement is paused instead of fighting.
 *
 * Sources: bots that made thousands of changes against each other (Mergify #3307, motoko #3763).
 */
import type { Action, Plan } from '#domain/plan/action.ts';
import { actionText } from './action-text.ts';

/** The third time trips it. */
const FLIPS = 3;
/** Time within which repeated changes count, in milliseconds: one hour. */
export const FUSE_WINDOW_MS = 3_600_000;

/**
 * Finds the change that would be made for the third time; `null` when there is none.
 *
 * @param recent texts of the actions done within the window, see {@link actionText}
 */
export function trippedBy(plan: Plan, recent: readonly string[]): string | null {
  for (const action of plan.actions.filter(isFlip)) {
    const text = actionText(action);
    if (recent.filter((earlier) => earlier === text).length >= FLIPS - 1) return text;
  }
  return null;
}

/** Whether a plan holds anything the fuse looks at; if not, the past need not be read. */
export function mayTrip(plan: Plan): boolean {
  return plan.actions.some(isFlip);
}

/** Whether an action takes back or moves what somebody may take back again: states and labels, not texts. */
function isFlip(action: Action): boolean {
  if (action.kind === 'update-issue' || action.kind === 'update-epic')
    return action.state !== null || action.addLabels.length > 0 || action.removeLabels.length > 0;
  return action.kind === 'close-twin';
}

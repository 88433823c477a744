/**
 * Where the issues of steps stand in their epic: in the order of the process.
 *
 * GitLab puts every new child on **top**. So a launch makes the last step first, and an interrupted one goes on in the
 * same direction; nothing needs to be moved. What comes to an epic that is complete (a change order, an issue made anew
 * or put back) is moved to its place once. How people order the rest is theirs: nothing that was recorded in its epic is
 * ever moved.
 *
 * On GitLab Free there is no such order: the task list of the tracking issue shows it.
 */

import type { StepStatus } from '#domain/assess/step-status.ts';
import type { StepKey } from '#domain/base/keys.ts';
import type { ActualIssue } from '#domain/engagement/state.ts';
import { isInHolder } from '#domain/record/identify.ts';
import type { Action } from './action.ts';
import { movesToEpic } from './holder.ts';
import type { Draft } from './input.ts';
import { staysOut } from './left.ts';

type Placing = Pick<Draft, 'facts' | 'wishes' | 'left' | 'coming' | 'context'>;

/**
 * Whether the issue of a step is to be put into its epic. Like new ones, those go in last step first: see
 * {@link inOrderOfArrival}.
 */
export function joinsEpic(
  { key }: Pick<StepStatus, 'key'>,
  issue: ActualIssue,
  draft: Pick<Draft, 'facts' | 'wishes' | 'left'>,
): boolean {
  const isOutside = movesToEpic(draft) || !isInHolder(key, issue, draft.facts.found);
  return isOutside && !staysOut(key, draft.left);
}

/** Steps in the order in which their issues are changed: the last one first where issues are put into an epic. */
export function inOrderOfArrival(draft: Placing): readonly StepStatus[] {
  const { steps } = draft.facts.assessment;
  const arrives = ({ key, issue }: StepStatus): boolean => issue !== null && joinsEpic({ key }, issue, draft);
  return draft.context.holder === 'epic' && steps.some(arrives) ? steps.toReversed() : steps;
}

/** Moves what arrives in an epic behind the step before it, unless it belongs on top, where it is. */
export function planPlaces(draft: Placing): readonly Action[] {
  if (draft.context.holder !== 'epic') return [];
  const places: { readonly step: StepKey; readonly after: StepKey }[] = [];
  let before: StepKey | null = null;
  let isBelowSettled = false;
  for (const status of draft.facts.assessment.steps) {
    if (!willBeInEpic(status, draft)) continue;
    if (isSettled(status, draft)) isBelowSettled = true;
    else if (isBelowSettled && before !== null) places.push({ step: status.key, after: before });
    before = status.key;
  }
  return places.length === 0 ? [] : [{ kind: 'place-issues', places }];
}

function willBeInEpic(status: StepStatus, { coming, left }: Placing): boolean {
  return status.issue === null ? coming.has(status.key) : !staysOut(status.key, left);
}

/** Recorded in its epic: made and placed by an earlier run, one that was not interrupted. */
function isSettled({ key, issue }: StepStatus, draft: Placing): boolean {
  const { found } = draft.facts;
  return issue !== null && found.memory.issues.get(key) === issue.id && !joinsEpic({ key }, issue, draft);
}

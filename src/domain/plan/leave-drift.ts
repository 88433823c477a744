/** Takes out of a plan what would put back what people are asked about, and adds the asking. */

import type { Drift, Settlement } from '#domain/drift/drift.ts';
import { driftNote } from '#domain/drift/notes.ts';
import type { NoteTarget } from '#domain/engagement/state.ts';
import type { Action } from './action.ts';
import type { PlanInput } from './input.ts';

/** @param actions everything but what happens to the epic */
export function leaveDrift(
  actions: readonly Action[],
  settlement: Settlement,
  input: PlanInput,
): readonly Action[] {
  const kept = actions.flatMap((action) => withoutHealing(action, settlement.left));
  const notes = settlement.askOn
    .filter((target) => target.kind === 'epic' || input.found.issues.has(target.step))
    .map((target): Action => {
      const here = settlement.left.filter((drift) => isSame(drift.target, target));
      return { kind: 'write-note', target, rule: 'drift', body: driftNote(here, input) };
    });
  return [...kept, ...notes];
}

function isSame(one: NoteTarget, other: NoteTarget): boolean {
  return one.kind === 'epic' ? other.kind === 'epic' : other.kind === 'step' && one.step === other.step;
}

/** The action without what must not be done, or nothing. */
function withoutHealing(action: Action, left: readonly Drift[]): readonly Action[] {
  switch (action.kind) {
    case 'create-issue':
      return isGone(action.step, left) ? [] : [action];
    case 'write-note':
      return action.target.kind === 'step' && isGone(action.target.step, left) ? [] : [action];
    case 'add-link':
      return isGone(action.from, left) ||
        isGone(action.to, left) ||
        left.some(
          ({ is }) => is.kind === 'unlinked' && is.edge.from === action.from && is.edge.to === action.to,
        )
        ? []
        : [action];
    case 'close-twin':
      return left.some(({ is }) => is.kind === 'twin' && is.id === action.id) ? [] : [action];
    // What stays of a change to an item is decided where the change is planned: see `leftLabels` and `staysOut`.
    case 'start-pipeline':
    case 'update-issue':
    case 'create-label':
    case 'create-epic':
    case 'answer':
    case 'update-epic':
    case 'retire-tracking':
      return [action];
  }
}

function isGone(step: string, left: readonly Drift[]): boolean {
  return left.some(({ is }) => (is.kind === 'issue-gone' || is.kind === 'issue-moved') && is.step === step);
}

/** Whether the issue of a step stays out of its epic, where people have taken it. */
export function staysOut(step: string, left: readonly Drift[]): boolean {
  return left.some(({ is }) => is.kind === 'left-epic' && is.step === step);
}

export interface LabelChanges {
  readonly addLabels: readonly string[];
  readonly removeLabels: readonly string[];
}

/** Label changes without those that people are asked about. @param step `null`: of the epic */
export function leftLabels(changes: LabelChanges, step: string | null, left: readonly Drift[]): LabelChanges {
  const here = left.flatMap(({ is }) => (is.kind === 'label' && is.step === step ? [is] : []));
  return {
    addLabels: changes.addLabels.filter((label) => !here.some((drift) => drift.label === label)),
    removeLabels: changes.removeLabels.filter(
      (label) => !here.some(({ scope }) => scope !== null && label.startsWith(scope)),
    ),
  };
}

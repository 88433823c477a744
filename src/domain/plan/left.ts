/** What people took away twice is left as they made it: what that keeps out of a plan, and the comment that asks. */

import type { Drift } from '#domain/drift/drift.ts';
import { driftNote } from '#domain/drift/notes.ts';
import type { Edge } from '#domain/engagement/memory.ts';
import type { NoteTarget } from '#domain/engagement/state.ts';
import type { Action } from './action.ts';
import type { LabelChanges } from './changes.ts';
import type { Draft } from './input.ts';

/** Asks about drift, in one comment on each item on which something is asked for the first time. */
export function planDriftNotes({
  facts,
  left,
  askOn,
}: Pick<Draft, 'facts' | 'left' | 'askOn'>): readonly Action[] {
  return askOn
    .filter((target) => target.kind === 'epic' || facts.found.issues.has(target.step))
    .map((target): Action => {
      const here = left.filter((drift) => isSame(drift.target, target));
      return { kind: 'write-note', target, rule: 'drift', body: driftNote(here, facts) };
    });
}

function isSame(one: NoteTarget, other: NoteTarget): boolean {
  return one.kind === 'epic' ? other.kind === 'epic' : other.kind === 'step' && one.step === other.step;
}

/** Whether the issue of a step is gone and stays gone. */
export function isGone(step: string, left: readonly Drift[]): boolean {
  return left.some(({ is }) => (is.kind === 'issue-gone' || is.kind === 'issue-moved') && is.step === step);
}

/** Whether a link stays away: people took it, or the issue at one of its ends. */
export function staysUnlinked({ from, to }: Edge, left: readonly Drift[]): boolean {
  const isTaken = left.some(({ is }) => is.kind === 'unlinked' && is.edge.from === from && is.edge.to === to);
  return isTaken || isGone(from, left) || isGone(to, left);
}

/** Whether a double stays open, because somebody opened it again. @param id global id of the double */
export function staysOpen(id: number, left: readonly Drift[]): boolean {
  return left.some(({ is }) => is.kind === 'twin' && is.id === id);
}

/** Whether the issue of a step stays out of its epic, where people have taken it. */
export function staysOut(step: string, left: readonly Drift[]): boolean {
  return left.some(({ is }) => is.kind === 'left-epic' && is.step === step);
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

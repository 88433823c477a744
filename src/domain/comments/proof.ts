/**
 * The record in the epic can be edited by whoever may edit the epic. So where comments were read anyway, an approval or a
 * waiver stands only while its comment is there, by the person it names: deleting the comment takes it back, until the
 * step is done.
 */

import type { StepKey } from '#domain/base/keys.ts';
import type { Rulings } from '#domain/rulings/rulings.ts';
import type { ItemComments } from './follow-comments.ts';

/**
 * Drops approvals and waivers whose comment is gone or by somebody else, as far as comments were read.
 *
 * @param settled steps that are done and shown so: the rulings behind those are history
 */
export function withoutUnproven(
  rulings: Rulings,
  comments: readonly ItemComments[],
  settled: ReadonlySet<StepKey>,
): Rulings {
  const epicRead = comments.some(({ target }) => target.kind === 'epic');
  const stepsRead = new Set(comments.flatMap(({ target }) => (target.kind === 'step' ? [target.step] : [])));
  const authors = new Map(comments.flatMap(({ notes }) => notes.map(({ id, author }) => [id, author.id])));
  // A word about a step may stand on its issue or on the epic: it is missing only when both were read.
  const isProven = (said: {
    readonly step: StepKey;
    readonly note: number | null;
    readonly byId: number;
  }): boolean => {
    // By a label: proven when it was read.
    if (said.note === null) return true;
    const author = authors.get(said.note);
    if (settled.has(said.step)) return true;
    return author === undefined ? !(epicRead && stepsRead.has(said.step)) : author === said.byId;
  };
  return {
    ...rulings,
    approvals: rulings.approvals.filter(isProven),
    waivers: rulings.waivers.filter(isProven),
  };
}

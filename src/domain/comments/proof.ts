/**
 * The record in the epic can be edited by whoever may edit the epic. So where comments were read anyway, an approval or a
 * waiver stands only while its comment is there, by the person it names: deleting the comment takes it back, until the
 * step is done.
 */

import type { StepKey } from '#domain/base/keys.ts';
import type { ActualNote } from '#domain/engagement/state.ts';
import type { Approval, Rulings, Waiver } from '#domain/rulings/rulings.ts';
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
  const notes = comments.flatMap((item) => item.notes);
  // A word about a step may stand on its issue or on the epic: it is missing only when both were read.
  const isProven = (said: Waiver | Approval): boolean => {
    // By a label: proven when it was read.
    if (said.note === null || settled.has(said.step)) return true;
    const saying = notes.find((note) => isCommentOf(said, note));
    return saying === undefined ? !(epicRead && stepsRead.has(said.step)) : saying.author.id === said.byId;
  };
  return {
    ...rulings,
    approvals: rulings.approvals.filter(isProven),
    waivers: rulings.waivers.filter(isProven),
  };
}

/** By its id, and where the issue was moved, so that the comment is a copy with another id, by author and time. */
function isCommentOf({ note, byId, at }: Waiver | Approval, { id, author, createdAt }: ActualNote): boolean {
  return id === note || (author.id === byId && createdAt === at);
}

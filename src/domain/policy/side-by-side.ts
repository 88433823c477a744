/** Which actions of a plan may be under way at once: an answer of GitLab takes longer than everything else together. */
import type { Action } from '#domain/plan/action.ts';

/**
 * The actions in their order, in groups whose members do not touch each other: labels, links, and changes of different
 * issues. Children of an epic are made one after the other, because each new one comes on top; what explains a change
 * stays before that change.
 *
 * @example `[label, label, epic, issue, issue, link, link]` → `[[label, label], [epic], [issue], [issue], [link, link]]`
 */
export function sideBySide(actions: readonly Action[]): readonly (readonly Action[])[] {
  const groups: Action[][] = [];
  for (const action of actions) {
    const group = groups.at(-1);
    if (group !== undefined && group.every((other) => isApart(other, action))) group.push(action);
    else groups.push([action]);
  }
  return groups;
}

function isApart(one: Action, other: Action): boolean {
  // The label that claims an engagement comes last: without the others there must be no trace of it.
  if (one.kind === 'create-label') return other.kind === 'create-label' && !one.claims && !other.claims;
  if (one.kind === 'add-link') return other.kind === 'add-link';
  if (one.kind !== 'update-issue' || other.kind !== 'update-issue') return false;
  // What joins the epic comes on top of its children, like a new one.
  return one.step !== other.step && !one.joinEpic && !other.joinEpic;
}

/** Who may read, edit, resolve and react to a note. */
import type { Engine } from './engine.ts';
import type { Item } from './reading.ts';
import { canSee, forbidden, itemAccess, notFound } from './reading.ts';
import { findEpicById, findIssueById } from './records.ts';
import type { Note, User } from './world.ts';

const GUEST = 10;
const PLANNER = 15;
const DEVELOPER = 30;
const MAINTAINER = 40;

type Here = Pick<Engine, 'world'>;

/** The issue or epic that a note is on. */
export function targetOf(engine: Here, note: Note): Item {
  const find = note.target.kind === 'issue' ? findIssueById : findEpicById;
  const item = find(engine.world, note.target.id);
  if (item === undefined) throw notFound('Note');
  return item;
}

/**
 * Whether the user may read a note: internal ones are for Planners and up.
 * @see app/policies/note_policy.rb `can_read_internal_note`
 */
export function canSeeNote(engine: Here, user: User | null, note: Note): boolean {
  const target = targetOf(engine, note);
  if (!canSee(engine.world, user, target)) return false;
  return note.internal !== true || itemAccess(engine.world, user, target) >= PLANNER;
}

/**
 * `admin_note`, the right to edit and delete a note: its author's, and that of Maintainers and Owners of the project or
 * group. Nobody edits a system note, a note they may not read, or, as no member, anything in a locked discussion.
 *
 * @throws {Refusal} 403
 * @see app/policies/note_policy.rb (`is_author`, `~editable`, `internal & ~can_read_internal_note`)
 * @see app/policies/project_policy.rb (`maintainer_access` enables `admin_note`), app/policies/issuable_policy.rb (`locked & ~is_project_member`)
 * @see ee/app/policies/epic_policy.rb (`can?(:owner_access) | can?(:maintainer_access)` enables `admin_note`)
 */
export function checkMayEdit(engine: Here, user: User, note: Note): void {
  const target = targetOf(engine, note);
  const level = itemAccess(engine.world, user, target);
  const isTheirs = note.authorId === user.id || level >= MAINTAINER;
  if (note.system || !isTheirs || !canSeeNote(engine, user, note) || isLockedFor(engine, user, target))
    throw forbidden();
}

/** Whether the discussion of the item is locked and the user no member. */
export function isLockedFor(engine: Here, user: User, target: Item): boolean {
  const isLocked = target.kind === 'issue' && target.discussionLocked === true;
  return isLocked && itemAccess(engine.world, user, target) < GUEST;
}

/**
 * `resolve_note`: Developers and up, the author of the issue or epic, and the author of the note.
 *
 * @param note `null` asks for the whole thread, which the author of a note in it may not resolve as such
 * @see app/policies/issuable_policy.rb, app/policies/note_policy.rb, app/models/concerns/resolvable_discussion.rb `can_resolve?`
 */
export function mayResolve(engine: Here, user: User, target: Item, note: Note | null): boolean {
  if (isLockedFor(engine, user, target) || (note !== null && !canSeeNote(engine, user, note))) return false;
  const isAuthor = target.authorId === user.id || note?.authorId === user.id;
  return isAuthor || itemAccess(engine.world, user, target) >= DEVELOPER;
}

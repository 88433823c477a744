/** Discussions: the notes of an issue or epic by thread. @see https://docs.gitlab.com/api/discussions/ */
import type { Engine } from './engine.ts';
import { timestamp } from './engine.ts';
import { canSeeNote, mayResolve } from './note-access.ts';
import type { NewNote } from './note-writes.ts';
import { writeNote } from './note-writes.ts';
import { Refusal } from './operations.ts';
import type { Item } from './reading.ts';
import { forbidden, groupIdOf } from './reading.ts';
import { notesOn } from './records.ts';
import type { Note, User, World } from './world.ts';

export interface Thread {
  readonly id: string;
  /** Oldest first. */
  readonly notes: readonly Note[];
}

/** Notes of an item by thread, threads in the order of their first notes. A system note is a thread of its own. */
export function threadsOf(world: World, item: Item): Thread[] {
  const notes = notesOn(world, item).toSorted((one, other) =>
    one.createdAt === other.createdAt ? one.id - other.id : one.createdAt < other.createdAt ? -1 : 1,
  );
  return [...Map.groupBy(notes, ({ discussionId }) => discussionId)].map(([id, its]) => ({ id, notes: its }));
}

/** What the user may read of a thread; `null` when that is nothing. */
export function readable(engine: Engine, user: User | null, thread: Thread): Thread | null {
  const notes = thread.notes.filter((note) => canSeeNote(engine, user, note));
  return notes.length === 0 ? null : { ...thread, notes };
}

/** A single comment that nobody replied to yet, or a system note: GitLab's `IndividualNoteDiscussion`. */
export function isIndividual({ notes }: Thread): boolean {
  return notes[0]?.threaded !== true;
}

/**
 * Whether a note can be resolved: comments in threads of issues and epics can.
 * @see app/models/concerns/resolvable_note.rb, app/models/concerns/noteable.rb `resolvable_types`
 */
export function isResolvable(note: Note): boolean {
  return note.threaded === true && !note.system;
}

/**
 * Writes a note that opens a thread, or replies to one.
 *
 * @throws {Refusal} 400 as for any note; also when nothing is left after its quick actions, which are carried out all
 * the same: unlike a plain note there is no 202 (`note.valid?` in lib/api/discussions.rb)
 */
export function writeInThread(
  engine: Engine,
  actor: User,
  target: Item,
  fields: Pick<NewNote, 'body' | 'inReplyTo'>,
): Note {
  const { note } = writeNote(engine, actor, target, { ...fields, internal: false, threaded: true });
  if (note === null)
    throw new Refusal(400, { message: `400 Bad request - Note {:note=>["can't be blank"]}` });
  return note;
}

/**
 * Resolves a thread, or opens it again; saved past the model, so no note's `updated_at` moves.
 *
 * @throws {Refusal} 403 for one that cannot be resolved, and for who may not
 * @see lib/api/helpers/notes_helpers.rb `resolve_discussion`, app/models/concerns/resolvable_note.rb `resolve!` (`update_all`)
 */
export function resolveThread(
  engine: Engine,
  actor: User,
  {
    target,
    thread,
    resolved,
  }: { readonly target: Item; readonly thread: Thread; readonly resolved: boolean },
): void {
  const notes = thread.notes.filter(isResolvable);
  if (isIndividual(thread) || notes.length === 0 || !mayResolve(engine, actor, target, null))
    throw forbidden();
  for (const note of notes) setResolved(engine, actor, note, resolved);
  engine.announce({ kind: target.kind, id: target.id, actor, groupId: groupIdOf(engine.world, target) });
}

/**
 * Resolves one note of a thread, or opens it again; this saves the note, so its `updated_at` moves.
 * @throws {Refusal} 403, or 400 for a note that cannot be resolved
 */
export function resolveNote(
  engine: Engine,
  actor: User,
  { target, note, resolved }: { readonly target: Item; readonly note: Note; readonly resolved: boolean },
): void {
  if (!mayResolve(engine, actor, target, note)) throw forbidden();
  if (!isResolvable(note)) throw new Refusal(400, { message: '400 Bad request - Note is not resolvable' });
  if (!setResolved(engine, actor, note, resolved)) return;
  note.updatedAt = timestamp(engine);
  engine.announce({ kind: 'note', id: note.id, actor, groupId: groupIdOf(engine.world, target) });
}

/** Whether that changed anything. */
function setResolved(engine: Engine, actor: User, note: Note, resolved: boolean): boolean {
  if ((note.resolvedAt !== undefined) === resolved) return false;
  if (resolved) {
    note.resolvedAt = timestamp(engine);
    note.resolvedById = actor.id;
  } else {
    delete note.resolvedAt;
    delete note.resolvedById;
  }
  return true;
}

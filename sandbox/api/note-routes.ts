import { canSeeNote, checkMayEdit } from '#sandbox/note-access.ts';
import type { WrittenNote } from '#sandbox/note-writes.ts';
import { rewriteNote, writeNote } from '#sandbox/note-writes.ts';
import { Refusal } from '#sandbox/operations.ts';
import type { Item } from '#sandbox/reading.ts';
import { canSee, forbidden, notFound } from '#sandbox/reading.ts';
import { findNoteById, notesOn } from '#sandbox/records.ts';
import type { Note } from '#sandbox/world.ts';
import type { Answer, Call, Route } from './call.ts';
import {
  actorOf,
  created,
  epicById,
  issueOf,
  noContent,
  numberPart,
  ok,
  PAGING,
  recordNotFound,
} from './call.ts';
import { paged } from './paging.ts';
import { requireAll } from './parameters.ts';
import { showNote } from './show.ts';

/**
 * Notes on issues and epics. An issue's notes go by its iid, an epic's by the epic's global **id**.
 * @see https://docs.gitlab.com/api/notes/
 */
export const NOTE_ROUTES: readonly Route[] = [
  ...noteRoutes('/projects/:id/issues/:iid/notes', (call) => issueOf(call)),
  ...noteRoutes('/groups/:id/epics/:epic_id/notes', epicById),
];

function noteRoutes(path: string, targetOf: (call: Call) => Item): Route[] {
  return [
    {
      method: 'GET',
      path,
      parameters: ['order_by', 'sort', 'activity_filter', ...PAGING],
      signedIn: true,
      answer: (call) => listNotes(call, targetOf(call)),
    },
    {
      method: 'POST',
      path,
      parameters: ['body', 'confidential', 'internal', 'created_at', 'merge_request_diff_head_sha'],
      answer(call) {
        requireAll(call.parameters, ['body']);
        return createNote(call, targetOf(call));
      },
    },
    {
      method: 'GET',
      path: `${path}/:note_id`,
      parameters: [],
      signedIn: true,
      answer: (call) => ok(showNote(call.engine.world, readableNote(call, targetOf(call)))),
    },
    {
      method: 'PUT',
      path: `${path}/:note_id`,
      parameters: ['body', 'confidential'],
      answer(call) {
        if (call.parameters.text('body')?.trim() === '') throw new Refusal(400, { error: 'body is empty' });
        return updateNote(call, noteOf(call, targetOf(call)));
      },
    },
    {
      method: 'DELETE',
      path: `${path}/:note_id`,
      parameters: [],
      answer: (call) => deleteNote(call, noteOf(call, targetOf(call))),
    },
  ];
}

/**
 * The note of `:note_id` on an item, whether or not the user may read it: editing and deleting ask for their own right.
 * @throws {Refusal} 404 `404 Not found`
 */
export function noteOf(call: Call, target: Item): Note {
  const id = numberPart(call, 'note_id');
  const note = findNoteById(call.engine.world, id);
  if (note?.target.kind !== target.kind || note.target.id !== target.id) throw recordNotFound();
  return note;
}

/** The same for reading. @throws {Refusal} 404 also when the user may not read it */
export function readableNote(call: Call, target: Item): Note {
  const note = noteOf(call, target);
  if (!canSeeNote(call.engine, call.user, note)) throw notFound('Note');
  return note;
}

/** Edits the note; 202 when nothing but quick actions was left and the note is gone. */
export function updateNote(call: Call, note: Note): Answer {
  const body = call.parameters.text('body');
  if (body === undefined) {
    checkMayEdit(call.engine, actorOf(call), note);
    return ok(showNote(call.engine.world, note));
  }
  const result = rewriteNote(call.engine, actorOf(call), note, body);
  if (result.note === null) return carriedOut(result);
  return ok({ ...showNote(call.engine.world, result.note), commands_changes: result.commandsChanges });
}

export function deleteNote(call: Call, note: Note): Answer {
  call.operations.deleteNote(actorOf(call), note);
  return noContent;
}

function carriedOut({ commandsChanges, summary }: WrittenNote): Answer {
  return { status: 202, body: { commands_changes: commandsChanges, summary } };
}

function listNotes(call: Call, target: Item): Answer {
  const { parameters } = call;
  const by = parameters.oneOf('order_by', ['created_at', 'updated_at']) ?? 'created_at';
  const direction = (parameters.oneOf('sort', ['asc', 'desc']) ?? 'desc') === 'asc' ? 1 : -1;
  const filter =
    parameters.oneOf('activity_filter', ['all_notes', 'only_comments', 'only_activity']) ?? 'all_notes';
  const notes = notesOn(call.engine.world, target)
    .filter((note) => canSeeNote(call.engine, call.user, note))
    .filter((note) => filter === 'all_notes' || note.system === (filter === 'only_activity'))
    .toSorted((one, other) => {
      const [a, b] =
        by === 'created_at' ? [one.createdAt, other.createdAt] : [one.updatedAt, other.updatedAt];
      return direction * (a === b ? one.id - other.id : a < b ? -1 : 1);
    });
  return paged(call, notes, (note) => showNote(call.engine.world, note));
}

/** A note of quick actions only is carried out, not kept: 202 with what it changed. */
function createNote(call: Call, target: Item): Answer {
  const actor = actorOf(call);
  const internal = call.parameters.boolean('internal') ?? call.parameters.boolean('confidential') ?? false;
  if (internal && !canWriteInternal(call, target)) throw forbidden();
  const body = call.parameters.required('body');
  const result = writeNote(call.engine, actor, target, { body, internal });
  if (result.note === null) return carriedOut(result);
  return created({
    ...showNote(call.engine.world, result.note),
    commands_changes: result.commandsChanges,
  });
}

function canWriteInternal(call: Call, target: Item): boolean {
  return canSee(call.engine.world, call.user, { ...target, confidential: true });
}

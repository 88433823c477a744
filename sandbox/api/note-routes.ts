import { canSeeNote, writeNote } from '#sandbox/note-writes.ts';
import type { Item } from '#sandbox/reading.ts';
import { canSee, forbidden, notFound } from '#sandbox/reading.ts';
import type { Note } from '#sandbox/world.ts';
import type { Answer, Call, Route } from './call.ts';
import { actorOf, created, epicById, issueOf, noContent, numberPart, ok, PAGING } from './call.ts';
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
      answer: (call) => ok(showNote(call.engine.world, noteOf(call, targetOf(call)))),
    },
    {
      method: 'PUT',
      path: `${path}/:note_id`,
      parameters: ['body', 'confidential'],
      answer(call) {
        const note = noteOf(call, targetOf(call));
        const body = call.parameters.text('body');
        if (body === undefined) return ok(showNote(call.engine.world, note));
        return ok(showNote(call.engine.world, call.operations.updateNote(actorOf(call), note, body)));
      },
    },
    {
      method: 'DELETE',
      path: `${path}/:note_id`,
      parameters: [],
      answer(call) {
        call.operations.deleteNote(actorOf(call), noteOf(call, targetOf(call)));
        return noContent;
      },
    },
  ];
}

function notesOn(call: Call, target: Item): Note[] {
  return call.engine.world.notes.filter(
    (note) =>
      note.target.kind === target.kind &&
      note.target.id === target.id &&
      canSeeNote(call.engine, call.user, note),
  );
}

function noteOf(call: Call, target: Item): Note {
  const id = numberPart(call, 'note_id');
  const note = notesOn(call, target).find((it) => it.id === id);
  if (note === undefined) throw notFound('Note');
  return note;
}

function listNotes(call: Call, target: Item): Answer {
  const { parameters } = call;
  const by = parameters.oneOf('order_by', ['created_at', 'updated_at']) ?? 'created_at';
  const direction = (parameters.oneOf('sort', ['asc', 'desc']) ?? 'desc') === 'asc' ? 1 : -1;
  const filter =
    parameters.oneOf('activity_filter', ['all_notes', 'only_comments', 'only_activity']) ?? 'all_notes';
  const notes = notesOn(call, target)
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
  const { note, commandsChanges, summary } = writeNote(call.engine, actor, target, {
    body: call.parameters.required('body'),
    internal,
  });
  if (note === null) return { status: 202, body: { commands_changes: commandsChanges, summary } };
  return created({ ...showNote(call.engine.world, note), commands_changes: commandsChanges });
}

function canWriteInternal(call: Call, target: Item): boolean {
  return canSee(call.engine.world, call.user, { ...target, confidential: true });
}

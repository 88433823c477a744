import { Refusal } from '#sandbox/operations.ts';
import type { Item } from '#sandbox/reading.ts';
import { notFound } from '#sandbox/reading.ts';
import type { Thread } from '#sandbox/threads.ts';
import { readable, resolveNote, resolveThread, threadsOf, writeInThread } from '#sandbox/threads.ts';
import type { Answer, Call, Route } from './call.ts';
import { actorOf, created, epicById, issueOf, ok, PAGING } from './call.ts';
import { deleteNote, noteOf, readableNote, updateNote } from './note-routes.ts';
import { paged } from './paging.ts';
import { requireAll } from './parameters.ts';
import { showNote, showThread } from './show.ts';

/**
 * Threads of issues (by iid) and epics (by global id).
 *
 * @see https://docs.gitlab.com/api/discussions/ and lib/api/discussions.rb
 */
export const DISCUSSION_ROUTES: readonly Route[] = [
  ...discussionRoutes('/projects/:id/issues/:iid/discussions', (call) => issueOf(call)),
  ...discussionRoutes('/groups/:id/epics/:epic_id/discussions', epicById),
];

function discussionRoutes(path: string, targetOf: (call: Call) => Item): Route[] {
  return [...threadRoutes(path, targetOf), ...threadNoteRoutes(`${path}/:discussion_id/notes`, targetOf)];
}

function threadRoutes(path: string, targetOf: (call: Call) => Item): Route[] {
  return [
    {
      method: 'GET',
      path,
      parameters: PAGING,
      signedIn: true,
      answer: (call) => listThreads(call, targetOf(call)),
    },
    {
      method: 'POST',
      path,
      parameters: ['body', 'created_at'],
      answer(call) {
        requireAll(call.parameters, ['body']);
        const target = targetOf(call);
        const body = call.parameters.required('body');
        const note = writeInThread(call.engine, actorOf(call), target, { body });
        return created(showThread(call.engine.world, { id: note.discussionId, notes: [note] }));
      },
    },
    {
      method: 'GET',
      path: `${path}/:discussion_id`,
      parameters: [],
      signedIn: true,
      answer: (call) => ok(showThread(call.engine.world, threadOf(call, targetOf(call), 'Discussion'))),
    },
    {
      method: 'PUT',
      path: `${path}/:discussion_id`,
      parameters: ['resolved'],
      answer(call) {
        requireAll(call.parameters, ['resolved']);
        const target = targetOf(call);
        const thread = threadOf(call, target, 'Discussion');
        const resolved = call.parameters.boolean('resolved') ?? false;
        resolveThread(call.engine, actorOf(call), { target, thread, resolved });
        return ok(showThread(call.engine.world, thread));
      },
    },
  ];
}

function threadNoteRoutes(path: string, targetOf: (call: Call) => Item): Route[] {
  return [
    {
      method: 'GET',
      path,
      parameters: [],
      signedIn: true,
      answer(call) {
        const { notes } = threadOf(call, targetOf(call), 'Notes');
        return ok(notes.map((note) => showNote(call.engine.world, note)));
      },
    },
    {
      method: 'POST',
      path,
      parameters: ['body', 'created_at'],
      answer(call) {
        requireAll(call.parameters, ['body']);
        return reply(call, targetOf(call));
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
      parameters: ['body', 'resolved'],
      answer: (call) => changeNote(call, targetOf(call)),
    },
    {
      method: 'DELETE',
      path: `${path}/:note_id`,
      parameters: [],
      // GitLab looks the note up by its id alone; the thread in the path is not compared.
      answer: (call) => deleteNote(call, noteOf(call, targetOf(call))),
    },
  ];
}

/** Pages count all threads; one with nothing to read for the user is left out of its page. */
function listThreads(call: Call, target: Item): Answer {
  const { world } = call.engine;
  const page = paged(call, threadsOf(world, target), (thread) => readable(call.engine, call.user, thread));
  const seen = (page.body as readonly (Thread | null)[]).filter((thread) => thread !== null);
  return { ...page, body: seen.map((thread) => showThread(world, thread)) };
}

/** The readable part of a thread. @throws {Refusal} 404 `404 <what> Not Found` */
function threadOf(call: Call, target: Item, what: 'Discussion' | 'Notes'): Thread {
  const id = call.part('discussion_id');
  const thread = threadsOf(call.engine.world, target).find((it) => it.id === id);
  const seen = thread === undefined ? null : readable(call.engine, call.user, thread);
  if (seen === null) throw notFound(what);
  return seen;
}

/** Replies to a thread. That a system note cannot be replied to is not confirmed on an instance. */
function reply(call: Call, target: Item): Answer {
  const [first] = threadOf(call, target, 'Discussion').notes;
  if (first === undefined || first.system)
    throw new Refusal(400, { message: '400 Bad request - Discussion can not be replied to.' });
  const body = call.parameters.required('body');
  const note = writeInThread(call.engine, actorOf(call), target, { body, inReplyTo: first });
  return created(showNote(call.engine.world, note));
}

/** Takes exactly one of `body` and `resolved`. */
function changeNote(call: Call, target: Item): Answer {
  const given = ['body', 'resolved'].filter((name) => call.parameters.has(name));
  if (given.length === 0)
    throw new Refusal(400, {
      error: 'body, resolved are missing, exactly one parameter must be provided',
    });
  if (given.length === 2) throw new Refusal(400, { error: 'body, resolved are mutually exclusive' });
  const note = noteOf(call, target);
  const resolved = call.parameters.boolean('resolved');
  if (resolved === undefined) return updateNote(call, note);
  resolveNote(call.engine, actorOf(call), { target, note, resolved });
  return ok(showNote(call.engine.world, note));
}

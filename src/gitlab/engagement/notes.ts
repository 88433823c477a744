/** Notes on epics and issues, and reactions to them. @see https://docs.gitlab.com/api/notes/ */
import { z } from 'zod';
import type { ActualEpic, ActualIssue, ActualNote } from '#domain/engagement/state.ts';
import { parseAnswer } from '#gitlab/http/answer.ts';
import { type Connection, readList } from '#gitlab/http/connection.ts';
import { lookBeforeRepeat, orNull } from '#gitlab/http/look-before-repeat.ts';
import { Note, Reaction } from './schema.ts';
import type { Session } from './session.ts';

/** A note of ours with the same text that is older than this is another one, not the one whose answer was lost. */
const RECENT_MS = 10 * 60_000;

/** Reads all notes of an epic or issue, oldest first, without system notes. */
export async function readNotes(
  { connection }: Session,
  target: ActualEpic | ActualIssue,
): Promise<readonly ActualNote[]> {
  const { group, epicNotes, issueNotes } = connection;
  const projectId = projectOf(target);
  const order = { orderBy: 'created_at', sort: 'asc' } as const;
  const notes = await readList<ActualNote>(connection, {
    what: `GET ${notesPath(target)}`,
    item: Note,
    fetchPage: (page) =>
      projectId === null
        ? epicNotes.all(group, target.id, { ...order, ...page })
        : issueNotes.all(projectId, target.iid, { ...order, ...page }),
  });
  return notes.filter((note) => !note.system);
}

/** Writes a note on an epic or issue. */
export async function createNote(
  session: Session,
  target: ActualEpic | ActualIssue,
  body: string,
  internal = false,
): Promise<ActualNote> {
  const { connection } = session;
  return await lookBeforeRepeat<ActualNote>(connection, {
    send: async () =>
      parseAnswer(Note, await postNote(connection, target, body, internal), `POST ${notesPath(target)}`),
    find: () => findNote(session, target, body),
  });
}

/** Replaces the text of a note. */
export async function updateNote(
  { connection }: Session,
  target: ActualEpic | ActualIssue,
  note: Pick<ActualNote, 'id'>,
  body: string,
): Promise<ActualNote> {
  const requests = {
    path: `${notesPath(target)}/${note.id}`,
    edit: () => putNote(connection, target, { ...note, body }),
    show: () => showNote(connection, target, note.id),
  };
  return await editNote(connection, requests, body);
}

/** Deletes a note of ours; one that is gone already is as wanted. */
export async function deleteNote(
  { connection }: Session,
  target: ActualEpic | ActualIssue,
  note: Pick<ActualNote, 'id'>,
): Promise<void> {
  await lookBeforeRepeat<'gone'>(connection, {
    send: async () => {
      await orNull(removeNote(connection, target, note.id).then(() => 'gone'));
      return 'gone';
    },
    find: async () => ((await orNull(showNote(connection, target, note.id))) === null ? 'gone' : null),
  });
}

/**
 * Reacts to a comment on an issue. GitLab answers **404** to a reaction that is there already.
 *
 * @see https://docs.gitlab.com/api/emoji_reactions/
 */
export async function react(
  { connection, me }: Session,
  { projectId, iid }: ActualIssue,
  noteId: number,
  emoji: string,
): Promise<void> {
  const { issueNoteReactions } = connection;
  const what = `/projects/${projectId}/issues/${iid}/notes/${noteId}/award_emoji`;
  const { id: ownId } = await me.get();
  await lookBeforeRepeat<'reacted'>(connection, {
    send: async () => {
      await issueNoteReactions.award(projectId, iid, noteId, emoji);
      return 'reacted';
    },
    find: async () => {
      const answer = await orNull(issueNoteReactions.all(projectId, iid, noteId));
      // The comment is gone: there is nothing to react to any more.
      if (answer === null) return 'reacted';
      const awards = parseAnswer(z.array(Reaction), answer, `GET ${what}`);
      return awards.some(({ name, user }) => name === emoji && user.id === ownId) ? 'reacted' : null;
    },
  });
}

/** Requests that change and read one note. */
export interface NoteRequests {
  /** Path of the note, for messages: `/projects/7/issues/3/notes/12`. */
  readonly path: string;
  readonly edit: () => Promise<unknown>;
  readonly show: () => Promise<unknown>;
}

/** Edits a note. The edit is repeated only where a look shows that it did not land. */
export async function editNote(
  connection: Connection,
  { path, edit, show }: NoteRequests,
  body: string,
): Promise<ActualNote> {
  return await lookBeforeRepeat<ActualNote>(connection, {
    send: async () => parseAnswer(Note, await edit(), `PUT ${path}`),
    find: async () => {
      const answer = await orNull(show());
      const now = answer === null ? null : parseAnswer(Note, answer, `GET ${path}`);
      return now?.body.trim() === body.trim() ? now : null;
    },
  });
}

/** Project of an issue, a tracking issue among them; `null` for an epic. */
export function projectOf(target: ActualEpic | ActualIssue): number | null {
  return target.kind === 'issue' ? target.projectId : (target.tracking?.projectId ?? null);
}

/** Where the notes of an item are: an issue is named by its iid, an epic, against the rule, by its id. */
function notesPath(target: ActualEpic | ActualIssue): string {
  const projectId = projectOf(target);
  return projectId === null
    ? `/groups/:id/epics/${target.id}/notes`
    : `/projects/${projectId}/issues/${target.iid}/notes`;
}

async function findNote(
  { connection, me }: Session,
  target: ActualEpic | ActualIssue,
  body: string,
): Promise<ActualNote | null> {
  const [{ id: ownId }, notes] = await Promise.all([me.get(), listNewestNotes(connection, target)]);
  const since = connection.now() - RECENT_MS;
  const isSame = (note: ActualNote): boolean =>
    note.author.id === ownId && note.body.trim() === body.trim() && Date.parse(note.createdAt) >= since;
  return notes.find(isSame) ?? null;
}

async function listNewestNotes(
  connection: Connection,
  target: ActualEpic | ActualIssue,
): Promise<readonly ActualNote[]> {
  const { group, issueNotes, epicNotes, pageSize } = connection;
  const newest = { orderBy: 'created_at', sort: 'desc', page: 1, perPage: pageSize } as const;
  const projectId = projectOf(target);
  const answer = await (projectId === null
    ? epicNotes.all(group, target.id, newest)
    : issueNotes.all(projectId, target.iid, newest));
  return parseAnswer(z.array(Note), answer, `GET ${notesPath(target)}`);
}

function postNote(
  { group, issueNotes, epicNotes }: Connection,
  target: ActualEpic | ActualIssue,
  body: string,
  internal: boolean,
): Promise<unknown> {
  const options = internal ? { internal: true } : {};
  const projectId = projectOf(target);
  return projectId === null
    ? epicNotes.create(group, target.id, body, options)
    : issueNotes.create(projectId, target.iid, body, options);
}

function putNote(
  { group, issueNotes, epicNotes }: Connection,
  target: ActualEpic | ActualIssue,
  { id, body }: Pick<ActualNote, 'id' | 'body'>,
): Promise<unknown> {
  const projectId = projectOf(target);
  return projectId === null
    ? epicNotes.edit(group, target.id, id, { body })
    : issueNotes.edit(projectId, target.iid, id, { body });
}

function showNote(
  { group, issueNotes, epicNotes }: Connection,
  target: ActualEpic | ActualIssue,
  id: number,
): Promise<unknown> {
  const projectId = projectOf(target);
  return projectId === null
    ? epicNotes.show(group, target.id, id)
    : issueNotes.show(projectId, target.iid, id);
}

function removeNote(
  { group, issueNotes, epicNotes }: Connection,
  target: ActualEpic | ActualIssue,
  id: number,
): Promise<unknown> {
  const projectId = projectOf(target);
  return projectId === null
    ? epicNotes.remove(group, target.id, id)
    : issueNotes.remove(projectId, target.iid, id);
}

import type { ActualNote } from '#domain/engagement/state.ts';
import type { Connection } from '#gitlab/http/connection.ts';
import { lookBeforeRepeat, orNull } from '#gitlab/http/look-before-repeat.ts';
import { Note, parseAnswer } from '#gitlab/http/schema.ts';

/** How one note is changed and read. */
export interface NoteRequests {
  /** Its path, for messages: `/projects/7/issues/3/notes/12`. */
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

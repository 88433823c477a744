/** Threads of issues. @see https://docs.gitlab.com/api/discussions/ */
import type { ActualIssue, ActualThread } from '#domain/engagement/state.ts';
import { parseAnswer } from '#gitlab/http/answer.ts';
import { readList } from '#gitlab/http/connection.ts';
import { lookBeforeRepeat } from '#gitlab/http/look-before-repeat.ts';
import { Thread } from './schema.ts';
import type { Session } from './session.ts';

/** Reads every thread of an issue, a single comment as one of one note; oldest first, without system notes. */
export async function readThreads(
  { connection }: Session,
  issue: ActualIssue,
): Promise<readonly ActualThread[]> {
  const threads = await readList<ActualThread>(connection, {
    what: `GET ${threadsPath(issue)}`,
    item: Thread,
    // GitLab counts threads of which the user may read nothing, and leaves them out.
    isCounted: false,
    fetchPage: (page) => connection.issueDiscussions.all(issue.projectId, issue.iid, { ...page }),
  });
  return threads.filter(({ notes }) => notes.length > 0);
}

/**
 * Opens a thread. A lost answer is looked up by the first line of the note.
 *
 * @param body begins with a line that no other thread begins with
 */
export async function openThread(session: Session, issue: ActualIssue, body: string): Promise<ActualThread> {
  const { connection, me } = session;
  const mark = firstLine(body);
  return await lookBeforeRepeat<ActualThread>(connection, {
    send: async () =>
      parseAnswer(
        Thread,
        await connection.issueDiscussions.create(issue.projectId, issue.iid, body),
        `POST ${threadsPath(issue)}`,
      ),
    find: async () => {
      const [{ id: ownId }, threads] = await Promise.all([me.get(), readThreads(session, issue)]);
      const isOurs = ({ notes: [first] }: ActualThread): boolean =>
        first !== undefined && first.author.id === ownId && firstLine(first.body) === mark;
      return threads.find(isOurs) ?? null;
    },
  });
}

function firstLine(body: string): string {
  return body.trimStart().split('\n', 1)[0]?.trim() ?? '';
}

function threadsPath({ projectId, iid }: ActualIssue): string {
  return `/projects/${projectId}/issues/${iid}/discussions`;
}

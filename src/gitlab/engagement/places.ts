/** The order of an epic's children. @see https://docs.gitlab.com/api/epic_issues/ */
import { z } from 'zod';
import { GitLabRefusedError } from '#domain/base/errors.ts';
import type { ActualEpic } from '#domain/engagement/state.ts';
import { readList } from '#gitlab/http/connection.ts';
import { lookBeforeRepeat } from '#gitlab/http/look-before-repeat.ts';
import type { Place } from '#ports/gitlab.ts';
import type { Session } from './session.ts';

/** A child: the global id of its issue, and the id of its assignment to the epic, by which it is moved. */
const Child = z
  .object({ id: z.int(), epic_issue_id: z.int() })
  .transform(({ id, epic_issue_id }) => ({ id, assignmentId: epic_issue_id }));
type Child = z.infer<typeof Child>;

/** Moves children of an epic, each right behind another: one list, and one request for each that does not stand there. */
export async function placeInEpic(
  session: Session,
  epic: ActualEpic,
  places: readonly Place[],
): Promise<'placed' | 'refused'> {
  const children = [...(await listChildren(session, epic))];
  try {
    for (const place of places) await moveBehind(session, epic, children, place);
    return 'placed';
  } catch (error) {
    if (error instanceof GitLabRefusedError) return 'refused';
    throw error;
  }
}

async function listChildren(
  { connection }: Session,
  { iid }: Pick<ActualEpic, 'iid'>,
): Promise<readonly Child[]> {
  const { group, epicIssues } = connection;
  return await readList<Child>(connection, {
    what: `GET /groups/${group}/epics/${iid}/issues`,
    item: Child,
    fetchPage: (page) => epicIssues.all(group, iid, { ...page }),
  });
}

/** `children` is kept as GitLab has them after the move. */
async function moveBehind(
  session: Session,
  epic: ActualEpic,
  children: Child[],
  place: Place,
): Promise<void> {
  const child = children.find(({ id }) => id === place.issue.id);
  const before = children.find(({ id }) => id === place.after.id);
  if (child === undefined || before === undefined || isBehind(children, place)) return;
  const { connection } = session;
  await lookBeforeRepeat<true>(connection, {
    send: async () => {
      // GitLab's name for the neighbour that comes *before* the moved one.
      const neighbour = { moveBeforeId: before.assignmentId };
      await connection.epicIssues.edit(connection.group, epic.iid, child.assignmentId, neighbour);
      return true;
    },
    find: async () => (isBehind(await listChildren(session, epic), place) ? true : null),
  });
  children.splice(children.indexOf(child), 1);
  children.splice(children.indexOf(before) + 1, 0, child);
}

function isBehind(children: readonly Child[], { issue, after }: Place): boolean {
  const at = children.findIndex(({ id }) => id === issue.id);
  return at > 0 && children[at - 1]?.id === after.id;
}

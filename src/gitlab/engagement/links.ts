/** Links between issues. @see https://docs.gitlab.com/api/issue_links/ */
import { z } from 'zod';
import { GitLabConflictError, GitLabRefusedError } from '#domain/base/errors.ts';
import type { ActualEpic, ActualIssue } from '#domain/engagement/state.ts';
import { parseAnswer } from '#gitlab/http/answer.ts';
import { backoffMs } from '#gitlab/http/backoff.ts';
import type { Connection } from '#gitlab/http/connection.ts';
import { isNotFound, lookBeforeRepeat, mayHaveLanded } from '#gitlab/http/look-before-repeat.ts';
import { AnswerLostError } from '#gitlab/http/to-app-error.ts';
import type { ActualLink } from '#ports/gitlab.ts';
import { projectOf } from './notes.ts';
import { Link } from './schema.ts';
import type { Session } from './session.ts';

const MAX_LINK_TRIES = 4;

/** Reads the links of an issue, of every type. */
export async function readLinks(
  { connection: { issueLinks, project } }: Session,
  issue: ActualIssue,
): Promise<readonly ActualLink[]> {
  const answer = await issueLinks.all(issue.projectId, issue.iid);
  return parseAnswer(z.array(Link), answer, `GET /projects/${project}/issues/${issue.iid}/links`);
}

/**
 * Makes one issue block another. A relation of another type or direction between the two is taken out first, because
 * GitLab refuses a second one with 409.
 */
export async function linkBlocks(
  session: Session,
  blocker: ActualIssue,
  blocked: ActualIssue,
): Promise<'created' | 'existed'> {
  const { connection } = session;
  for (let attempt = 1; ; attempt += 1) {
    try {
      await connection.issueLinks.create(blocker.projectId, blocker.iid, blocked.projectId, blocked.iid, {
        linkType: 'blocks',
      });
      return 'created';
    } catch (error) {
      if (!mayHaveLanded(error)) throw error;
      const isLost = error instanceof AnswerLostError;
      if (isLost) await connection.sleep(backoffMs(attempt, connection.random));
      const between = (await readLinks(session, blocker)).filter(({ issueId }) => issueId === blocked.id);
      if (between.some(({ type }) => type === 'blocks')) return isLost ? 'created' : 'existed';
      if ((between.length === 0 && !isLost) || attempt >= MAX_LINK_TRIES) throw error;
      for (const link of between) await removeLink(connection, blocker, link);
    }
  }
}

/** Takes away that one issue blocks another. */
export async function unlinkBlocks(
  session: Session,
  blocker: ActualIssue,
  blocked: ActualIssue,
): Promise<'removed' | 'absent'> {
  const links = await readLinks(session, blocker);
  const blocking = links.filter(({ issueId, type }) => issueId === blocked.id && type === 'blocks');
  for (const link of blocking) await removeLink(session.connection, blocker, link);
  return blocking.length === 0 ? 'absent' : 'removed';
}

/**
 * Relates the issue of a step to its tracking issue (Free has this link type only). Whether a lost request landed is
 * seen among the links of the step, which are few.
 */
export async function linkRelated(
  session: Session,
  epic: ActualEpic,
  issue: ActualIssue,
): Promise<'created' | 'existed' | 'refused'> {
  const { connection } = session;
  const projectId = projectOf(epic) ?? issue.projectId;
  const isThere = async (): Promise<boolean> =>
    (await readLinks(session, issue)).some(({ issueId }) => issueId === epic.id);
  return await lookBeforeRepeat<'created' | 'existed' | 'refused'>(connection, {
    send: async () => {
      try {
        await connection.issueLinks.create(projectId, epic.iid, issue.projectId, issue.iid, {
          linkType: 'relates_to',
        });
        return 'created';
      } catch (error) {
        if (error instanceof GitLabConflictError && (await isThere())) return 'existed';
        // A parent and its child, or the 101st relation of the tracking issue.
        if (error instanceof GitLabRefusedError && error.status === 422) return 'refused';
        throw error;
      }
    },
    find: async () => ((await isThere()) ? 'created' : null),
  });
}

/** A lost answer does not matter: the next look at the links finds out. */
async function removeLink({ issueLinks }: Connection, issue: ActualIssue, link: ActualLink): Promise<void> {
  try {
    await issueLinks.remove(issue.projectId, issue.iid, link.linkId);
  } catch (error) {
    if (!(error instanceof AnswerLostError) && !isNotFound(error)) throw error;
  }
}

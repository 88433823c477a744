/** Relations between the epics of a deal and its deliveries. @see https://docs.gitlab.com/api/linked_epics/ */
import { GitLabConflictError, GitLabRefusedError } from '#domain/base/errors.ts';
import type { ActualEpic } from '#domain/engagement/state.ts';
import { AnswerLostError } from '#gitlab/http/to-app-error.ts';
import { projectOf } from './notes.ts';
import type { Session } from './session.ts';

/**
 * Relates an epic, or a tracking issue, to another of its kind. One request whatever comes of it: GitLab answers 403 below
 * Ultimate, and 409 where the two are related already.
 */
export async function relateEpics(
  { connection }: Session,
  epic: ActualEpic,
  reference: string,
): Promise<'created' | 'existed' | 'refused'> {
  const [, place = '', sign, number] = /^(.+)([&#])(\d+)$/.exec(reference) ?? [];
  if (sign !== (epic.tracking === null ? '&' : '#')) return 'refused';
  const iid = Number(number);
  const { group, linkedEpics, issueLinks } = connection;
  try {
    if (sign === '&') await linkedEpics.create(group, epic.iid, iid, place);
    else
      await issueLinks.create(projectOf(epic) ?? connection.project, epic.iid, place, iid, {
        linkType: 'relates_to',
      });
    return 'created';
  } catch (error) {
    if (error instanceof GitLabConflictError) return 'existed';
    if (error instanceof GitLabRefusedError || error instanceof AnswerLostError) return 'refused';
    throw error;
  }
}

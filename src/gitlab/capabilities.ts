import { GitLabRefusedError } from '#domain/errors.ts';
import { type Capabilities, PREMIUM } from '#domain/state.ts';
import type { Connection } from './connection.ts';

/**
 * Asks this GitLab what it offers, with one read. Everything we need comes with the same licence (Premium), so
 * whether epics may be listed tells all of it: 403 means no.
 *
 * @throws GitLabRefusedError 401, 404: about the token and the group, not the licence.
 * @see https://docs.gitlab.com/api/epics/
 */
export async function probeCapabilities({ epics, group }: Connection): Promise<Capabilities> {
  try {
    await epics.all(group, { page: 1, perPage: 1 });
    return PREMIUM;
  } catch (error) {
    if (!(error instanceof GitLabRefusedError) || error.status !== 403) throw error;
    return { epics: false, blockingLinks: false, scopedLabels: false, multipleAssignees: false };
  }
}

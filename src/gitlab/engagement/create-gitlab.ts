import { type ConnectionOptions, connect } from '#gitlab/http/connection.ts';
import type { GitLab } from '#ports/gitlab.ts';
import { createLabelEvents } from './label-events.ts';
import { createPipelines } from './pipelines.ts';
import { createReader } from './read.ts';
import { createWriter } from './write.ts';

export type GitLabOptions = ConnectionOptions;

/**
 * Creates the adapter for one group (epics, labels) and one project (issues). Makes no request; keeps no state but
 * what hardly changes: what the tier offers, its user, found users, labels.
 *
 * The token needs the scope `api`, its user the role Planner (GitLab before 17.7: Reporter) in the group.
 */
export function createGitLab(options: GitLabOptions): GitLab {
  const connection = connect(options);
  const reader = createReader(connection);
  return {
    ...reader,
    ...createWriter(connection, reader),
    ...createLabelEvents(connection),
    ...createPipelines(connection, reader.whoAmI),
  };
}

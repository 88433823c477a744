/** Who changed the labels of an issue. */
import type { LabelEvent } from '#domain/label-approval.ts';
import type { GitLabReader } from '#ports/gitlab.ts';
import { type Connection, readList } from './connection.ts';
import { LabelChange } from './schema.ts';

export function createLabelEvents(connection: Connection): Pick<GitLabReader, 'readLabelEvents'> {
  return {
    async readLabelEvents({ projectId, iid }) {
      const events = await readList<LabelEvent>(connection, {
        what: `GET /projects/${projectId}/issues/${iid}/resource_label_events`,
        item: LabelChange,
        fetchPage: (page) => connection.issueLabelEvents.all(projectId, iid, { ...page }),
      });
      // GitLab documents no order.
      return events.toSorted((a, b) => a.id - b.id);
    },
  };
}

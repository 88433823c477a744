/** Who changed the labels of an issue. */
import type { LabelEvent } from '#domain/rulings/label-approval.ts';
import { type Connection, readList } from '#gitlab/http/connection.ts';
import { LabelChange } from '#gitlab/http/schema.ts';
import type { GitLabReader } from '#ports/gitlab.ts';

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

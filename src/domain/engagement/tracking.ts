import type { ActualEpic, ActualIssue } from './state.ts';

/** Puts an issue in the place of an epic: the tracking issue, where GitLab has no epics. */
export function asTracking(issue: ActualIssue): ActualEpic {
  const { id, iid, title, description, state, labels, url, reference, author } = issue;
  const { createdAt, updatedAt, closedAt, projectId, confidential } = issue;
  const item = { id, iid, title, description, state, labels, url, reference, author };
  return { kind: 'epic', ...item, confidential, createdAt, updatedAt, closedAt, tracking: { projectId } };
}

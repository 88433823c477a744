import { labelValues, WORKFLOW_STATES, type WorkflowState } from '#domain/base/labels.ts';
import type { Settings } from '#domain/base/settings.ts';
import type { ActualIssue } from '#domain/engagement/state.ts';

/** The states that people set by hand; the others are views of the facts. */
const SET_BY_PEOPLE: readonly WorkflowState[] = ['in progress', 'waiting'];

/**
 * Reads the state that the labels of an issue show. Of several, as on GitLab Free where a new label does not replace
 * its siblings, the one that people set counts; of two set by people none.
 */
export function currentLabel(
  issue: ActualIssue | null,
  settings: Pick<Settings, 'labels'>,
): WorkflowState | null {
  const values = labelValues(issue?.labels ?? [], 'workflow', settings.labels);
  const known = WORKFLOW_STATES.filter((state) => values.includes(state));
  const chosen = known.length > 1 ? known.filter((state) => SET_BY_PEOPLE.includes(state)) : known;
  return chosen.length === 1 ? (chosen[0] ?? null) : null;
}

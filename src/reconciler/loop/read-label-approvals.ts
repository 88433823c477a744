/** Approvals that people give by setting a label, where a step allows that. */
import type { AssessInput } from '#domain/assess/assess.ts';
import { mayCommand } from '#domain/comments/rights.ts';
import { withInstances } from '#domain/rulings/instances.ts';
import { approvalByLabel } from '#domain/rulings/label-approval.ts';
import { rolesOf } from '#domain/rulings/people.ts';
import type { Approval, Rulings } from '#domain/rulings/rulings.ts';
import type { GitLabReader } from '#ports/gitlab.ts';
import { isSettled } from './read-comments.ts';

type Reader = Pick<GitLabReader, 'readLabelEvents' | 'readAccessLevel'>;
type Facts = Pick<AssessInput, 'process' | 'sow' | 'found' | 'settings'> & { readonly rulings: Rulings };

/**
 * Reads all approvals, those by label as they stand now. Who set a label is asked when the label is new, and again
 * when the step is closed: the record in the epic can be edited. One request then, and none while there is no such
 * label.
 */
export async function readLabelApprovals(gitlab: Reader, facts: Facts): Promise<readonly Approval[]> {
  const { approvals, instances } = facts.rulings;
  const { steps } = withInstances(facts.process, instances);
  const byLabel = await Promise.all(
    steps.map(async ({ id, done_when: { approval: rule } }): Promise<readonly Approval[]> => {
      const issue = facts.found.issues.get(id);
      if (rule?.label === undefined || issue === undefined) return [];
      const known = approvals.filter(({ step, note }) => step === id && note === null);
      if (isSettled({ issue }, facts)) return known;
      if (!issue.labels.includes(rule.label)) return [];
      if (known.length > 0 && issue.state === 'opened') return known;
      const events = await gitlab.readLabelEvents(issue);
      const approval = approvalByLabel(id, rule.label, events, facts.settings.calendar);
      if (approval === null || !rolesOf(approval.by, facts, facts.settings).has(rule.role)) return [];
      return mayCommand(await gitlab.readAccessLevel(approval.byId)) ? [approval] : [];
    }),
  );
  return [...approvals.filter(({ note }) => note !== null), ...byLabel.flat()];
}

/** Approvals that people give by setting a label, where a step allows that. */
import type { AssessInput } from '#domain/assess/assess.ts';
import { wasDone } from '#domain/assess/was-done.ts';
import { mayCommand } from '#domain/comments/rights.ts';
import type { Step } from '#domain/process/process.ts';
import { withInstances } from '#domain/rulings/instances.ts';
import { approvalByLabel, isSameLabel, type LabelEvent, lastEvent } from '#domain/rulings/label-approval.ts';
import { rolesOf } from '#domain/rulings/people.ts';
import type { Approval, LabelId, Rulings } from '#domain/rulings/rulings.ts';
import type { GitLabReader } from '#ports/gitlab.ts';

type Reader = Pick<GitLabReader, 'readLabelEvents' | 'readAccessLevel' | 'readLabelIds'>;
type Facts = Pick<AssessInput, 'process' | 'sow' | 'found' | 'settings'> & {
  readonly rulings: Rulings;
  /** The instant of the run, ISO 8601. */
  readonly now: string;
};
type ByLabel = Pick<Rulings, 'approvals' | 'labelIds'>;

/**
 * Reads all approvals, those by label as they stand now. Who set a label is asked when the label is new, and again
 * when the step is closed: the record in the epic can be edited. One request then, and none while there is no such
 * label. Which label has the name is looked up once, at the launch with the labels that are read anyway.
 */
export async function readLabelApprovals(gitlab: Reader, facts: Facts): Promise<ByLabel> {
  const { approvals, instances } = facts.rulings;
  const { steps } = withInstances(facts.process, instances);
  let labelIds = await knownIds(gitlab, steps, facts);
  const byLabel: Approval[] = [];
  for (const { id, done_when } of steps) {
    const rule = done_when.approval;
    const issue = facts.found.issues.get(id);
    if (rule?.label === undefined || issue === undefined) continue;
    const known = approvals.filter(({ step, note }) => step === id && note === null);
    const isSettled = wasDone(id, issue, facts.found, facts.settings);
    if (isSettled) byLabel.push(...known);
    if (isSettled || !issue.labels.includes(rule.label)) continue;
    if (known.length > 0 && issue.state === 'opened') {
      byLabel.push(...known);
      continue;
    }
    const events = await gitlab.readLabelEvents(issue);
    labelIds = await withNewId(gitlab, lastEvent(events, rule.label), { labelIds, now: facts.now });
    const { calendar } = facts.settings;
    const approval = approvalByLabel(id, rule.label, events, { ids: labelIds, calendar });
    if (approval === null || !rolesOf(approval.by, facts, facts.settings).has(rule.role)) continue;
    if (mayCommand(await gitlab.readAccessLevel(approval.byId))) byLabel.push(approval);
  }
  return { approvals: [...approvals.filter(({ note }) => note !== null), ...byLabel], labelIds };
}

async function knownIds(
  gitlab: Reader,
  steps: readonly Step[],
  { rulings: { labelIds }, now }: Facts,
): Promise<LabelId[]> {
  const names = new Set(steps.flatMap(({ done_when: { approval } }) => approval?.label ?? []));
  const unknown = [...names].filter((label) => !labelIds.some(({ name }) => name === label));
  if (unknown.length === 0) return labelIds;
  const ids = await gitlab.readLabelIds();
  return [...labelIds, ...unknown.map((name) => ({ name, id: ids.get(name) ?? null, since: now }))];
}

/** Another label has the name by now: it counts where it is set from now on. */
async function withNewId(
  gitlab: Reader,
  event: LabelEvent | undefined,
  { labelIds, now }: { readonly labelIds: LabelId[]; readonly now: string },
): Promise<LabelId[]> {
  const { label, labelId } = event ?? { label: null, labelId: null };
  if (event === undefined || label === null || labelId === null) return labelIds;
  if (labelIds.some(({ name, id }) => name === label && id === labelId) || isSameLabel(event, labelIds))
    return labelIds;
  const isNew = (await gitlab.readLabelIds({ anew: true })).get(label) === labelId;
  return isNew ? [...labelIds, { name: label, id: labelId, since: now }] : labelIds;
}

/** Approvals that people give by setting a label, where a step allows that. */
import type { AssessInput } from '#domain/assess/assess.ts';
import { wasDone } from '#domain/assess/was-done.ts';
import type { StepKey } from '#domain/base/keys.ts';
import { mayCommand } from '#domain/comments/rights.ts';
import type { ActualIssue } from '#domain/engagement/state.ts';
import { approvalRules, approvalsAsked } from '#domain/process/approvals.ts';
import type { ApprovalRule, Step } from '#domain/process/process.ts';
import { withInstances } from '#domain/rulings/instances.ts';
import { approvalByLabel, isSameLabel, type LabelEvent, lastEvent } from '#domain/rulings/label-approval.ts';
import { rolesOf } from '#domain/rulings/people.ts';
import { type Approval, isForRole, type LabelId, type Rulings } from '#domain/rulings/rulings.ts';
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
    const rules = approvalsAsked(done_when, facts.sow);
    const issue = facts.found.issues.get(id);
    if (issue === undefined || rules.every(({ label }) => label === undefined)) continue;
    const known = approvals.filter(({ step, note }) => step === id && note === null);
    if (wasDone(id, issue, facts.found, facts.settings)) {
      byLabel.push(...known);
      continue;
    }
    const ofStep = await readOfStep(gitlab, { id, issue, rules, known, labelIds }, facts);
    byLabel.push(...ofStep.approvals);
    labelIds = ofStep.labelIds;
  }
  return { approvals: [...approvals.filter(({ note }) => note !== null), ...byLabel], labelIds };
}

interface StepLabels {
  readonly id: StepKey;
  readonly issue: ActualIssue;
  readonly rules: readonly ApprovalRule[];
  readonly known: readonly Approval[];
  readonly labelIds: LabelId[];
}

/** Approvals by the labels of one step; its label changes are asked for once, and only where a label is new or the step closed. */
async function readOfStep(gitlab: Reader, labels: StepLabels, facts: Facts): Promise<ByLabel> {
  const { id, issue, rules, known } = labels;
  let { labelIds } = labels;
  let events: readonly LabelEvent[] | null = null;
  const approvals: Approval[] = [];
  for (const { label, role } of rules) {
    if (label === undefined || !issue.labels.includes(label)) continue;
    const before = known.filter((approval) => isForRole(approval, role, rules[0]?.role));
    if (before.length > 0 && issue.state === 'opened') {
      approvals.push(...before);
      continue;
    }
    events ??= await gitlab.readLabelEvents(issue);
    labelIds = await withNewId(gitlab, lastEvent(events, label), { labelIds, now: facts.now });
    const { calendar } = facts.settings;
    const approval = approvalByLabel(id, label, events, { ids: labelIds, calendar });
    if (approval === null || !rolesOf(approval.by, facts, facts.settings).has(role)) continue;
    if (mayCommand(await gitlab.readAccessLevel(approval.byId)))
      approvals.push({ ...approval, roles: [role] });
  }
  return { approvals, labelIds };
}

async function knownIds(
  gitlab: Reader,
  steps: readonly Step[],
  { rulings: { labelIds }, now }: Facts,
): Promise<LabelId[]> {
  const rules = steps.flatMap(({ done_when }) => approvalRules(done_when));
  const names = new Set(rules.flatMap(({ label }) => label ?? []));
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

/** Who has approved a step, and who may not because the work or the wish is their own. */

import type { StepKey } from '#domain/base/keys.ts';
import type { Settings } from '#domain/base/settings.ts';
import type { ActualIssue, ActualUser } from '#domain/engagement/state.ts';
import { approvalsAsked } from '#domain/process/approvals.ts';
import type { Step } from '#domain/process/process.ts';
import { assigneeFor } from '#domain/rulings/people.ts';
import type { Rulings } from '#domain/rulings/rulings.ts';
import type { Subject } from '#domain/sow/subject.ts';
import { type ApprovalReading, readApprovals } from './approvals.ts';
import { type ChangeReadings, effectsNameOf } from './changes.ts';
import type { StepStatus } from './step-status.ts';

/** What is known, beside the step and its issue, when its approvals are read. */
interface ApprovalContext {
  readonly sow: Subject;
  readonly settings: Settings;
  readonly rulings: Rulings;
  readonly today: string;
  /** Steps before this one, assessed. */
  readonly earlier: ReadonlyMap<StepKey, StepStatus>;
  readonly changes: ChangeReadings;
}

/**
 * Reads the approvals that a step asks for, those of its change request among them.
 *
 * @param issue `null`: it is made in this run
 */
export function approvalsOf(
  step: Step,
  issue: ActualIssue | null,
  context: ApprovalContext,
): readonly ApprovalReading[] {
  const { sow, settings, rulings, today, earlier } = context;
  const before = (key: StepKey): readonly ActualUser[] => {
    const status = earlier.get(key);
    return status === undefined ? [] : doersOf(status.step, status.issue, context);
  };
  return readApprovals(approvalsAsked(step.done_when, sow), {
    key: step.id,
    approvals: approvalsOfNow(step.id, context),
    doers: [...doersOf(step, issue, context), ...requesterOf(step.id, context)],
    doersOf: before,
    sources: { sow, rulings },
    settings,
    today,
  });
}

/** Approvals, waived ones too, without those of a change request that were about another text of its effects. */
function approvalsOfNow(key: StepKey, { rulings, changes }: ApprovalContext): Rulings['approvals'] {
  const reading = changes.get(key);
  if (reading === undefined || reading.applied !== null) return rulings.approvals;
  const name = effectsNameOf(reading);
  return rulings.approvals.filter(({ step, effects }) => step !== key || (effects ?? '') === name);
}

/** Who has asked for a change does not approve it. */
function requesterOf(key: StepKey, { rulings, changes }: ApprovalContext): readonly ActualUser[] {
  if (!changes.has(key)) return [];
  return rulings.instances.flatMap(({ step, byId, by }) =>
    step === key ? [{ id: byId, username: by }] : [],
  );
}

/** Nobody: an issue that is made in this run has no user's id yet. */
const NO_ID = -1;

/** Who does a step: whoever is assigned, or will be when the issue is made, and whoever closed it. */
function doersOf(
  { owner }: Step,
  issue: ActualIssue | null,
  { sow, rulings, settings }: ApprovalContext,
): readonly ActualUser[] {
  if (issue !== null) return issue.closedBy === null ? issue.assignees : [...issue.assignees, issue.closedBy];
  const username = assigneeFor(owner, { sow, rulings }, settings);
  return username === null ? [] : [{ id: NO_ID, username }];
}

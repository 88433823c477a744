/** What changes on issues that exist: links, labels, states, blocks, doubles. */

import { currentLabel } from '#domain/assess/assess.ts';
import type { PendingChange } from '#domain/assess/outlook.ts';
import { evidenceToWrite } from '#domain/assess/recorded-evidence.ts';
import type { Assessment, StepStatus } from '#domain/assess/step-status.ts';
import type { StepKey } from '#domain/base/keys.ts';
import { labelName, type WorkflowState } from '#domain/base/labels.ts';
import type { Settings } from '#domain/base/settings.ts';
import type { Drift } from '#domain/drift/drift.ts';
import { isInHolder } from '#domain/engagement/identify.ts';
import type { ActualIssue } from '#domain/engagement/state.ts';
import { assigneeFor } from '#domain/rulings/people.ts';
import { readManagedBlock, sameBlock } from '#domain/text/managed-block.ts';
import { encodeMarker } from '#domain/text/marker.ts';
import { resolveReferences } from '#domain/text/references.ts';
import type { BlockContext } from '#domain/texts/block-context.ts';
import { violationNote } from '#domain/texts/notes.ts';
import { stepBlock } from '#domain/texts/step-block.ts';
import type { Action } from './action.ts';
import { stepLabels, stepMarker } from './creation.ts';
import { movesToEpic } from './holder.ts';
import type { PlanInput } from './input.ts';
import { type LabelChanges, leftLabels, staysOut } from './leave-drift.ts';

/** Open doubles are closed; doubles of a step that is itself closed stay as they are once closed. */
export function planTwins({ found }: PlanInput): Action[] {
  const issues = found.twinIssues.filter(({ issue }) => issue.state === 'opened');
  const epics = found.twinEpics.filter(({ state }) => state === 'opened');
  return [
    ...issues.map(
      ({ step, issue }): Action => ({
        kind: 'close-twin',
        item: 'issue',
        id: issue.id,
        reference: issue.reference,
        original: { kind: 'step', step },
      }),
    ),
    ...epics.map(
      (epic): Action => ({
        kind: 'close-twin',
        item: 'epic',
        id: epic.id,
        reference: epic.reference,
        original: { kind: 'epic' },
      }),
    ),
  ];
}

/** @param left what people have made of things and are asked about: not put back */
export function planSteps(input: PlanInput, context: BlockContext, left: readonly Drift[]): Action[] {
  return input.assessment.steps.flatMap((status) =>
    status.issue === null ? [] : planStep({ status, issue: status.issue, left }, input, context),
  );
}

interface StepOnIssue {
  readonly status: StepStatus;
  readonly issue: ActualIssue;
  readonly left: readonly Drift[];
}

function planStep(on: StepOnIssue, input: PlanInput, context: BlockContext): Action[] {
  const { status } = on;
  const notes = status.violations.map(
    (violation): Action => ({
      kind: 'write-note',
      target: { kind: 'step', step: status.key },
      rule: violation.rule,
      body: violationNote(status, violation, context),
    }),
  );
  const update = updateIssue(on, input, context);
  return [...notes, ...(update === null ? [] : [update])];
}

/** The scopes of which an issue of ours carries one label each. */
const STEP_SCOPES = ['step', 'role', 'workflow'] as const;

function updateIssue(
  { status, issue, left }: StepOnIssue,
  input: PlanInput,
  context: BlockContext,
): Action | null {
  const { found, assessment, settings } = input;
  const scopes = STEP_SCOPES.map((scope) => labelName(scope, '', settings.labels));
  const wanted = labelChanges(issue.labels, stepLabels(status, context), scopes);
  const { addLabels, removeLabels } = leftLabels(wanted, status.key, left);
  const state = stateChange(status, issue);
  const block = blockChange(
    issue.description,
    encodeMarker(stepMarker(assessment, status.key)),
    stepBlock(status, context),
    found.issues,
    'issue',
  );
  const isOutside = movesToEpic(input) || !isInHolder(status.key, issue, found);
  const joinEpic = isOutside && !staysOut(status.key, left);
  const was = currentLabel(issue, settings);
  const { assignee, dueDate } = context.pending?.get(status.key) ?? { assignee: null, dueDate: null };
  const evidence = evidenceToWrite(status.step, status.run, issue.description);
  const why = [
    ...(state === 'opened' ? ['reopen: something it needs is missing'] : []),
    ...(state === 'closed' ? [closingReason(status)] : []),
    ...(was === status.state ? [] : [`${was ?? 'no state'} → ${status.state}`]),
    ...(addLabels.length + removeLabels.length > 0 && was === status.state ? ['repair labels'] : []),
    ...(block !== null && was === status.state ? ['update the kept lines'] : []),
    ...(joinEpic ? [`put into its ${context.holder}`] : []),
    ...(assignee === null ? [] : [`assign ${assignee}`]),
    ...(dueDate === null ? [] : [`due ${dueDate}`]),
    ...(evidence === null ? [] : [`fill in ${evidence.field}`]),
  ];
  if (why.length === 0) return null;
  return {
    kind: 'update-issue',
    step: status.key,
    addLabels,
    removeLabels,
    state,
    block,
    assignee,
    dueDate,
    joinEpic,
    evidence,
    why,
  };
}

function closingReason({ waiver, acceptance, run, step }: StepStatus): string {
  if (waiver?.skip === true) return `close: skipped by ${waiver.by}`;
  if (run?.state === 'success') return 'close: its pipeline succeeded';
  return acceptance?.reached === true && step.until === undefined
    ? `close: accepted by silence on ${acceptance.lastDay}`
    : 'close: it ends with the engagement';
}

/** What this run changes on each issue, apart from labels, state and text. */
export function pendingChanges(input: PlanInput): ReadonlyMap<StepKey, PendingChange> {
  const { assessment, settings, followed } = input;
  return new Map(
    assessment.steps.flatMap((status) => {
      const { issue, key } = status;
      if (issue === null) return [];
      const assignee = assigneeChange(status, issue, currentLabel(issue, settings), input);
      const wanted = followed.effects.dueDates.find(({ step }) => step === key)?.date ?? null;
      const dueDate = wanted === issue.dueDate ? null : wanted;
      return assignee === null && dueDate === null ? [] : [[key, { assignee, dueDate }] as const];
    }),
  );
}

/**
 * Who is to be assigned now, `null` to leave it. Only where nobody is: when a step becomes ready, or at once when its
 * role has gone to somebody else; then also where the one assignee is who had the role before. A person whom people
 * have chosen stays.
 */
function assigneeChange(
  status: StepStatus,
  issue: ActualIssue,
  was: WorkflowState | null,
  { assessment, settings, followed }: PlanInput,
): string | null {
  const role = status.step.owner;
  const holder = assigneeFor(role, assessment, settings);
  const moved = followed.effects.roles.includes(role);
  const turned = status.state === 'ready' && was !== 'ready';
  if (holder === null || status.done || (!turned && !moved)) return null;
  if (issue.assignees.length === 0) return holder;
  const earlier = earlierHolders(role, assessment, settings);
  const [only] = issue.assignees;
  const ours = issue.assignees.length === 1 && only !== undefined && earlier.has(only.username);
  return moved && ours && only.username !== holder ? holder : null;
}

/** Whom we may have assigned before: by the SOW, the settings, or an earlier appointment. */
function earlierHolders(role: string, { sow, rulings }: Assessment, settings: Settings): ReadonlySet<string> {
  const without = { sow, rulings: { appointments: [] } };
  const usual = assigneeFor(role, without, settings);
  const appointed = rulings.appointments.filter((one) => one.role === role).map(({ username }) => username);
  return new Set([
    ...(usual === null ? [] : [usual]),
    ...appointed,
    ...(settings.roles[role]?.slice(0, 1) ?? []),
  ]);
}

function stateChange(status: StepStatus, issue: ActualIssue): 'opened' | 'closed' | null {
  if (issue.state === 'closed') return status.done ? null : 'opened';
  return status.done ? 'closed' : null;
}

/** Adds what is missing and removes other labels of the same scopes: on Free, scoped labels do not exclude each other. */
export function labelChanges(
  actual: readonly string[],
  desired: readonly string[],
  scopes: readonly string[],
): LabelChanges {
  return {
    addLabels: desired.filter((label) => !actual.includes(label)),
    removeLabels: actual.filter(
      (label) => !desired.includes(label) && scopes.some((scope) => label.startsWith(scope)),
    ),
  };
}

/** The new block text when it differs from what stands there; a description whose marker line is not as it should be differs. */
export function blockChange(
  description: string,
  marker: string,
  desired: string,
  issues: ReadonlyMap<StepKey, ActualIssue>,
  scope: 'issue' | 'epic',
): string | null {
  const current = readManagedBlock(description);
  const same =
    current !== null &&
    encodeMarker(current.marker) === marker &&
    sameBlock(current.content, resolveReferences(desired, issues, scope));
  return same ? null : desired;
}

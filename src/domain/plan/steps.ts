/** What changes on issues that exist: links, labels, states, blocks, doubles. */

import { currentLabel } from '#domain/assess/assess.ts';
import { emptyCells } from '#domain/assess/filled-cells.ts';
import type { PendingChange } from '#domain/assess/outlook.ts';
import { runCellsToWrite } from '#domain/assess/run-evidence.ts';
import { stageCells } from '#domain/assess/stage-cells.ts';
import type { StepStatus } from '#domain/assess/step-status.ts';
import { lastMinutesCells } from '#domain/assess/trackers.ts';
import type { StepKey } from '#domain/base/keys.ts';
import { labelName, type WorkflowState } from '#domain/base/labels.ts';
import { isSameUser } from '#domain/base/username.ts';
import { itemName } from '#domain/comments/follow-comments.ts';
import { realDue } from '#domain/dates/real-due.ts';
import { foreignStateNote } from '#domain/drift/notes.ts';
import type { ActualIssue } from '#domain/engagement/state.ts';
import { reminderNote, reminderRule } from '#domain/reminders/notes.ts';
import { assigneeFor, isAssignedByRole } from '#domain/rulings/people.ts';
import type { BlockContext } from '#domain/texts/block-context.ts';
import { ASKING, settledNote, violationNote } from '#domain/texts/notes.ts';
import { stepBlock } from '#domain/texts/step-block.ts';
import type { Action } from './action.ts';
import { blockChange, labelChanges } from './changes.ts';
import { stepLabels, stepMarker } from './creation.ts';
import { dueDatesNow } from './dates.ts';
import type { Draft, PlanInput } from './input.ts';
import { keptInIssue, keptToWrite, keptWhy } from './kept.ts';
import { leftLabels, staysOpen } from './left.ts';
import { inOrderOfArrival, joinsEpic } from './places.ts';

/** Closes open doubles; doubles of a step that is itself closed stay as they are once closed. */
export function planTwins({ facts: { found }, left }: Pick<Draft, 'facts' | 'left'>): readonly Action[] {
  const issues = found.twinIssues.map(
    ({ step, issue }) => ({ item: 'issue', twin: issue, original: { kind: 'step', step } }) as const,
  );
  const epics = found.twinEpics.map(
    (epic) => ({ item: 'epic', twin: epic, original: { kind: 'epic' } }) as const,
  );
  return [...issues, ...epics]
    .filter(({ twin }) => twin.state === 'opened' && !staysOpen(twin.id, left))
    .map(({ item, twin: { id, reference }, original }): Action => {
      return { kind: 'close-twin', item, id, reference, original };
    });
}

/** Writes the reminders, one note each. */
export function planReminderNotes({ due, context }: Pick<Draft, 'due' | 'context'>): readonly Action[] {
  return due.flatMap((reminder): Action[] => {
    const status = context.assessment.steps.find(({ key }) => key === reminder.step);
    if (status === undefined) return [];
    const body = reminderNote(reminder, status, context);
    const target = { kind: 'step', step: reminder.step } as const;
    return [{ kind: 'write-note', target, rule: reminderRule(reminder), body }];
  });
}

type StepDraft = Pick<Draft, 'facts' | 'wishes' | 'settings' | 'context' | 'left' | 'tell' | 'coming'>;

/** Changes the issues that are there, each after a note about every rule broken on it. */
export function planSteps(draft: StepDraft): readonly Action[] {
  return inOrderOfArrival(draft).flatMap((status) => {
    if (status.issue === null) return [];
    const update = updateIssue(status, status.issue, draft);
    return [
      ...violationNotes(status, draft),
      ...foreignStateNotes(status, draft),
      ...(update === null ? [] : [update]),
      ...settledNotes(status, status.issue, draft),
    ];
  });
}

/** Says why a label of the team is gone, before it is. */
function foreignStateNotes({ key, state }: StepStatus, { tell, settings }: StepDraft): readonly Action[] {
  return tell.flatMap(({ target, is }): Action[] => {
    if (is.kind !== 'foreign-state' || is.step !== key) return [];
    const body = foreignStateNote(is.labels, state, { settings });
    return [{ kind: 'write-note', target, rule: 'foreign-state', body }];
  });
}

/** A close that was judged under the policy `warn` has its note already. */
function violationNotes(status: StepStatus, { context }: Pick<Draft, 'context'>): readonly Action[] {
  if (status.settled !== null) return [];
  return status.violations.map(
    (violation): Action => ({
      kind: 'write-note',
      target: { kind: 'step', step: status.key },
      rule: violation.rule,
      body: violationNote(status, violation, context),
    }),
  );
}

/** Ends the notes on the issue of a step that is done: its last word is not that something is missing. */
function settledNotes(
  status: StepStatus,
  issue: ActualIssue,
  { context }: Pick<Draft, 'context'>,
): readonly Action[] {
  if (!status.done || status.violations.length > 0) return [];
  const reading = context.assessment.rulings.readings.find(({ item }) => item === itemName(issue));
  return ASKING.filter(
    (rule) =>
      reading?.asking?.includes(rule) === true &&
      !(rule === 'acceptance' && status.acceptance?.reached === true),
  ).map(
    (rule): Action => ({
      kind: 'write-note',
      target: { kind: 'step', step: status.key },
      rule,
      body: settledNote(rule, status),
      ends: true,
    }),
  );
}

/** The scopes of which an issue of ours carries one label each. */
const STEP_SCOPES = ['step', 'role', 'workflow'] as const;

function updateIssue(status: StepStatus, issue: ActualIssue, draft: StepDraft): Action | null {
  const { settings, context, left, coming } = draft;
  const { found, assessment } = draft.facts;
  const scopes = STEP_SCOPES.map((scope) => labelName(scope, '', settings.labels));
  const wanted = labelChanges(issue.labels, stepLabels(status, context), scopes);
  const { addLabels, removeLabels } = leftLabels(wanted, status.key, left);
  const state = issueStateChange(status, issue);
  const kept = keptInIssue(status, context);
  const wantedBlock = stepBlock(status, context, kept.byHand);
  const block = blockChange(issue, stepMarker(assessment, status.key), wantedBlock, {
    issues: found.issues,
    coming,
  });
  const joinEpic = joinsEpic(status, issue, draft);
  const was = currentLabel(issue, settings);
  const { assignee, dueDate } = context.pending?.get(status.key) ?? { assignee: null, dueDate: null };
  const known = [
    ...runCellsToWrite(status.step, status.run),
    ...lastMinutesCells(status, assessment),
    ...(status.staged && status.done
      ? (stageCells(status.step, assessment.sow, assessment.today) ?? [])
      : []),
  ];
  const evidence = emptyCells(known, issue.description, status.step);
  const why = [
    ...(state === 'opened' ? ['reopen: something it needs is missing'] : []),
    ...(state === 'closed' ? [closingReason(status)] : []),
    ...(was === status.state ? [] : [`${was ?? 'no state'} → ${status.state}`]),
    ...(addLabels.length + removeLabels.length > 0 && was === status.state ? ['repair labels'] : []),
    ...(block !== null && was === status.state ? ['update the kept lines'] : []),
    ...keptWhy(kept),
    ...(joinEpic ? [`put into its ${context.holder}`] : []),
    ...(assignee === null ? [] : [`assign ${assignee}`]),
    ...(dueDate === null ? [] : [`due ${dueDate}`]),
    ...evidence.map(({ field }) => `fill in ${field}`),
  ];
  if (why.length === 0) return null;
  return {
    kind: 'update-issue',
    step: status.key,
    addLabels,
    removeLabels,
    state,
    block,
    ...keptToWrite(kept),
    assignee,
    dueDate,
    joinEpic,
    evidence,
    why,
  };
}

function closingReason({ waiver, acceptance, run, step, staged }: StepStatus): string {
  if (waiver?.skip === true) return `close: skipped by ${waiver.by}`;
  if (run?.state === 'success') return 'close: its pipeline succeeded';
  if (staged) return 'close: the stage of the deal says that it is done';
  return acceptance?.reached === true && step.until === undefined
    ? `close: accepted by silence on ${acceptance.lastDay}`
    : 'close: it ends with the engagement';
}

type Asked = Pick<PlanInput, 'facts' | 'said' | 'settings'>;

/** Changes of this run on each issue, apart from labels, state and text. */
export function pendingChanges(input: Asked, context: BlockContext): ReadonlyMap<StepKey, PendingChange> {
  const { settings } = input;
  const { assessment } = input.facts;
  const dates = dueDatesNow(input, context);
  return new Map(
    assessment.steps.flatMap((status) => {
      const { issue, key } = status;
      if (issue === null) return [];
      const assignee = assigneeChange(status, issue, currentLabel(issue, settings), input);
      const wanted = dates.get(key) ?? realDue(status, assessment, settings.calendar);
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
  { facts: { assessment }, said: { followed }, settings }: Asked,
): string | null {
  const role = status.step.owner;
  const assignee = assigneeFor(role, assessment, settings);
  const moved = followed.effects.roles.includes(role);
  const turned = status.state === 'ready' && was !== 'ready';
  if (assignee === null || status.done || (!turned && !moved)) return null;
  if (issue.assignees.length === 0) return assignee;
  if (
    !moved ||
    !isAssignedByRole({ assignees: issue.assignees, fellTo: status.fellTo }, role, assessment, settings)
  )
    return null;
  return isSameUser(issue.assignees[0]?.username, assignee) ? null : assignee;
}

/** Whether this run opens or closes the issue of a step. */
export function issueStateChange(status: StepStatus, issue: ActualIssue): 'opened' | 'closed' | null {
  if (issue.state === 'closed') return status.done ? null : 'opened';
  return status.done ? 'closed' : null;
}

/** From a decision to its record, and from a record back to the state it was made from. */

import { actionText } from './action-text.ts';
import type { Assessment, StepStatus, Violation } from './assess.ts';
import type { Broken, Decided, DecisionRecord, RecordedEpic, RecordedIssue } from './decision-record.ts';
import { RECORD_VERSION } from './decision-record.ts';
import { verdictOf } from './explain-verdict.ts';
import type { Followed } from './follow-comments.ts';
import { plainText } from './foreign-text.ts';
import type { Identified } from './identify.ts';
import { LABEL_SCOPES, labelValues } from './labels.ts';
import type { Action, Plan, PlanInput } from './plan.ts';
import { judge } from './policy.ts';
import { canonicalJson } from './record-line.ts';
import { reducedHolderText, reducedStepText } from './reduced-text.ts';
import { withoutAmounts } from './sow.ts';
import { decodeSowRecord } from './sow-record.ts';
import type { ActualEpic, ActualIssue, ActualState } from './state.ts';

export interface DecisionToRecord {
  readonly input: PlanInput;
  readonly plan: Plan;
  /** What people have ruled by now, before a finished step appoints. */
  readonly heard: Followed;
}

export function recordOfDecision(
  decision: DecisionToRecord,
  { processDigest, ownUserId }: { readonly processDigest: string; readonly ownUserId: number },
): DecisionRecord {
  const { input, heard } = decision;
  const { assessment, found, claimed, resume, migrate, capabilities, lostLinks = [] } = input;
  const { id, profile } = assessment.process;
  const holders = [...(found.epic === null ? [] : [found.epic]), ...found.twinEpics];
  const tracking = [...holders, ...found.leftTracking, ...found.movedTracking];
  return {
    version: RECORD_VERSION,
    at: input.now,
    engagement: assessment.engagement,
    process: { id, profile, digest: processDigest },
    ownUserId,
    sow: sowBesides(input),
    options: { claimed, resume, migrate },
    epics: holders.filter((epic) => epic.tracking === null).map(recordedEpic),
    issues: [...tracking.flatMap(recordedTracking), ...issuesOf(found).map(recordedIssue)],
    capabilities,
    lostLinks: [...lostLinks],
    labels: labelsOf(input),
    heard: recordedHeard(heard),
    decided: decidedOf(decision),
  };
}

/** What two decisions are compared by. */
export function decidedOf({ input, plan }: Omit<DecisionToRecord, 'heard'>): Decided {
  const { assessment, found, settings } = input;
  const change = plan.actions.findLast((action) => action.kind === 'update-epic')?.state ?? null;
  return {
    steps: assessment.steps.map((status) => ({
      step: status.key,
      state: status.state,
      broken: status.violations.map(brokenRule),
      why: whyText(status, assessment),
    })),
    excluded: assessment.excluded.map(({ step, why }) => ({ step: step.id, why })),
    epic: (change ?? found.epic?.state) === 'closed' ? 'closed' : 'open',
    verdict: plan.actions.length === 0 ? 'go' : judge(plan, settings.policy).kind,
    actions: plan.actions.flatMap(actionTexts),
  };
}

function brokenRule(violation: Violation): Broken {
  const { rule } = violation;
  const steps = violation.waitsFor.map((step) => `step ${step}`);
  if (rule === 'started-while-blocked') return { rule, missing: steps };
  const { until, unticked, evidence, gates } = violation;
  return {
    rule,
    missing: [
      ...steps,
      ...(until === null ? [] : [`until ${until}`]),
      ...unticked.map((item) => `item ${plainText(item, 200)}`),
      ...evidence.map(
        ({ field, problem }) => `evidence ${field}${problem === 'missing' ? '' : `, ${problem}`}`,
      ),
      ...gates.map(({ gate }) => `gate ${gate}`),
    ],
  };
}

function whyText(status: StepStatus, assessment: Assessment): string {
  const whole = verdictOf(status, assessment, status.state).replace(`${status.state}: `, '');
  return status.violations.length === 0 ? whole : (whole.split('; ', 1)[0] ?? whole);
}

/** An update as one text for each thing that it changes, so that two of them can be told apart. */
function actionTexts(action: Action): readonly string[] {
  return action.kind === 'update-issue' || action.kind === 'update-epic'
    ? action.why.map((why) => actionText({ ...action, why: [why] }))
    : [actionText(action)];
}

/** The state that the decision was made from. */
export function recordedState(record: DecisionRecord): ActualState {
  const { engagement, capabilities } = record;
  return {
    engagement,
    epics: record.epics.map((epic): ActualEpic => ({ kind: 'epic', ...epic, url: '', tracking: null })),
    issues: record.issues.map((issue): ActualIssue => ({ kind: 'issue', ...issue, url: '' })),
    capabilities,
  };
}

/** What people had ruled. */
export function heardIn({ heard }: DecisionRecord): Followed {
  return { ...heard, answers: heard.answers.map((answer) => ({ ...answer, replies: [] })) };
}

function recordedHeard({ rulings, answers, effects }: Followed): DecisionRecord['heard'] {
  const { dueDates, roles, autoHealth, unpause } = effects;
  return {
    rulings,
    answers: answers.map(({ target, noteId, outcome, changes }) => ({ target, noteId, outcome, changes })),
    effects: { dueDates: [...dueDates], roles: [...roles], autoHealth, unpause },
  };
}

/** The SOW, where it is not the one in the epic. */
function sowBesides({ assessment, found }: PlanInput): DecisionRecord['sow'] {
  const record = decodeSowRecord(found.epic?.description ?? '');
  const inEpic = record.kind === 'ok' ? canonicalJson(withoutAmounts(record.sow)) : null;
  const sow = withoutAmounts(assessment.sow);
  return canonicalJson(sow) === inEpic ? null : sow;
}

/** Those under names of ours, and those that items here carry. */
function labelsOf({ labels, labelsRead, assessment, found, settings }: PlanInput): DecisionRecord['labels'] {
  if (labelsRead !== true) return null;
  const carried = new Set([
    ...(found.epic?.labels ?? []),
    ...issuesOf(found).flatMap((issue) => issue.labels),
  ]);
  const isOurs = (label: string): boolean =>
    label === assessment.engagement ||
    carried.has(label) ||
    LABEL_SCOPES.some((scope) => labelValues([label], scope, settings.labels).length > 0);
  return [...labels].filter(isOurs).toSorted();
}

function issuesOf(found: Identified): readonly ActualIssue[] {
  const all = [
    ...found.issues.values(),
    ...found.twinIssues.map(({ issue }) => issue),
    ...found.moved.values(),
    ...found.doubtful,
    ...found.doubtfulTracking,
  ];
  return [...new Map(all.map((issue) => [issue.id, issue])).values()];
}

function recordedEpic(epic: ActualEpic): RecordedEpic {
  const { id, iid, title, state, labels, reference, author, createdAt, updatedAt, closedAt } = epic;
  const described = { title, description: reducedHolderText(epic.description), labels: [...labels] };
  return { id, iid, ...described, state, reference, author, createdAt, updatedAt, closedAt };
}

/** A tracking issue: of what issues have beside epics, nothing decides anything. */
function recordedTracking(epic: ActualEpic): RecordedIssue[] {
  if (epic.tracking === null) return [];
  return [
    {
      ...recordedEpic(epic),
      projectId: epic.tracking.projectId,
      assignees: [],
      dueDate: null,
      epicId: null,
      confidential: false,
      blockingCount: null,
      closedBy: null,
      timeSpentSeconds: 0,
      notesCount: null,
      movedToId: null,
    },
  ];
}

function recordedIssue(issue: ActualIssue): RecordedIssue {
  const { kind: _, url: __, ...rest } = issue;
  return {
    ...rest,
    description: reducedStepText(issue.description),
    labels: [...issue.labels],
    assignees: [...issue.assignees],
  };
}

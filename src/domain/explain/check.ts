/** Completion and order rules of one engagement as findings, for people and for CI jobs. Changes nothing. */
import { openly } from '#domain/assess/audience.ts';
import { dealNews, endingNews } from '#domain/assess/hand-over-news.ts';
import type { Assessment, StepStatus, Violation } from '#domain/assess/step-status.ts';
import type { EngagementKey, StepKey } from '#domain/base/keys.ts';
import type { WorkflowState } from '#domain/base/labels.ts';
import type { Done } from '#domain/record/done.ts';
import type { Identified } from '#domain/record/identify.ts';
import type { Waiver } from '#domain/rulings/rulings.ts';
import { type Lack, lacksOfStep, lacksOfViolation, stepName, todosOf } from './missing.ts';

/** Name of the rule of a finding. Stable: CI jobs may filter by this name. */
export type CheckRule =
  | Violation['rule']
  | 'epic-closed-early'
  | 'not-done-yet'
  | 'record-damaged'
  | 'unknown-process'
  | 'engagement-not-seen'
  | 'intake-lost';

/** Broken rule, or another reason why an engagement does not pass, in words. */
export interface Finding {
  readonly rule: CheckRule;
  /** One sentence. */
  readonly message: string;
  /** Missing things, one phrase each. */
  readonly missing: readonly string[];
  /** Remedies, one sentence each. */
  readonly fix: readonly string[];
}

/** Findings about one step. */
export interface CheckedStep {
  readonly step: StepKey;
  readonly title: string;
  /** Reference and address of the step's issue; `null` without an issue. */
  readonly reference: string | null;
  readonly url: string | null;
  readonly state: WorkflowState;
  /** Exception under which the step may be closed, or was; `null` without one. */
  readonly waiver: Pick<Waiver, 'by' | 'on' | 'reason' | 'skip'> | null;
  readonly findings: readonly Finding[];
}

/** Verdict on one engagement, which passes when nothing is found. */
export interface EngagementCheck {
  readonly engagement: EngagementKey;
  /** Id of the process; `null` where nothing says which process this is. */
  readonly process: string | null;
  readonly url: string | null;
  /** Findings about the epic, or about the engagement as a whole. */
  readonly findings: readonly Finding[];
  /** What people should see and no rule forbids, such as a stage ahead of the issues: fails nothing. */
  readonly notices: readonly string[];
  /** Steps in reading order. */
  readonly steps: readonly CheckedStep[];
}

/**
 * Checks the rules of one engagement.
 *
 * @param until step that must be done by now; a step that does not apply to this engagement is passed over
 */
export function checkEngagement(
  everything: Assessment,
  found: Pick<Identified, 'epic' | 'restored'>,
  until: StepKey | null = null,
): EngagementCheck {
  const assessment = openly(everything);
  return {
    engagement: assessment.engagement,
    process: assessment.process.id,
    url: found.epic?.url ?? null,
    findings: [
      ...(found.restored === 'lost' || found.restored === 'altered' ? [recordDamaged(found.restored)] : []),
      ...(assessment.epicClosedEarly ? [closedEarly(assessment)] : []),
    ],
    notices: noticesOf(assessment),
    steps: assessment.steps.map((status) => checkStep(status, assessment, until)),
  };
}

/** What people should see of an engagement and breaks no rule, one line each: whether it ends, how its deal stands. */
export function noticesOf(assessment: Assessment): readonly string[] {
  return [...endingNews(assessment), ...dealNews(assessment)].map(({ head, text }) => `${head}: ${text}`);
}

/** Reports an engagement that cannot be judged at all, which is a violation too: nobody keeps the rules there. */
export function unjudged(engagement: EngagementKey, url: string | null, finding: Finding): EngagementCheck {
  return { engagement, process: null, url, findings: [finding], notices: [], steps: [] };
}

/** Number of engagements among checks: a pipeline that was lost is none. */
export function engagementsIn(checks: readonly EngagementCheck[]): number {
  return checks.filter(({ findings }) => findings.every(({ rule }) => rule !== 'intake-lost')).length;
}

/** All findings of an engagement, those about the epic first. */
export function findingsOf(check: EngagementCheck): readonly Finding[] {
  return [...check.findings, ...check.steps.flatMap(({ findings }) => findings)];
}

function checkStep(status: StepStatus, assessment: Assessment, until: StepKey | null): CheckedStep {
  const broken = status.violations.map((violation) => violationFinding(status, violation, assessment));
  const late =
    until === status.key && !status.done && broken.length === 0 ? [notDone(status, assessment)] : [];
  return {
    step: status.key,
    title: status.step.title,
    reference: status.issue?.reference ?? null,
    url: status.issue?.url ?? null,
    state: status.state,
    waiver: shownWaiver(status),
    findings: [...broken, ...late],
  };
}

function shownWaiver({ waiver }: StepStatus): CheckedStep['waiver'] {
  if (waiver === null) return null;
  const { by, on, reason, skip } = waiver;
  return { by, on, reason, skip };
}

function violationFinding(status: StepStatus, violation: Violation, assessment: Assessment): Finding {
  const { title } = status.step;
  if (status.settled !== null)
    return keptFinding(title, status.settled, lacksOfViolation(violation, assessment));
  const by = status.issue?.closedBy?.username;
  const message =
    violation.rule === 'closed-too-early'
      ? `${title} was closed${by === undefined ? '' : ` by ${by}`} although something is still missing`
      : `${title} was moved to "${violation.label}" although an earlier step is not done`;
  return finding(violation.rule, message, lacksOfViolation(violation, assessment));
}

/** A close that was judged while rules were only told: it stays, and is listed until somebody gives a reason for it. */
function keptFinding(title: string, { by, on }: Done, lacks: readonly Lack[]): Finding {
  const message = `${title} was closed${by === null ? '' : ` by ${by}`} on ${on} although something was missing; the policy was "warn" then, so it stays closed`;
  const { missing, fix } = finding('closed-too-early', message, lacks);
  return {
    rule: 'closed-too-early',
    message,
    missing,
    fix: [...fix, 'Or give the reason: /ps waive <reason>'],
  };
}

function notDone(status: StepStatus, assessment: Assessment): Finding {
  const lacks = lacksOfStep(status, assessment);
  const message = `${status.step.title} must be done by now and is ${status.state}`;
  if (lacks.length > 0) return finding('not-done-yet', message, lacks);
  const fix = status.issue === null ? 'Apply the SOW, so that its issue is created' : 'Close its issue';
  return { rule: 'not-done-yet', message, missing: ['its issue is not closed'], fix: [fix] };
}

function recordDamaged(how: 'lost' | 'altered'): Finding {
  return {
    rule: 'record-damaged',
    message: `The record in the epic was ${how === 'lost' ? 'lost' : 'altered'}; it is read from its protected copy`,
    missing: [],
    fix: ['Nothing: the next run that writes (service, sweep, apply) restores it'],
  };
}

function closedEarly(assessment: Assessment): Finding {
  const open = assessment.openClosingSteps.map((step) => stepName(step, assessment));
  return {
    rule: 'epic-closed-early',
    message: 'The epic is closed although not every closing step is done',
    missing: open.map((step) => `${step} is not done`),
    fix: open.map((step) => `Finish ${step}`),
  };
}

function finding(rule: CheckRule, message: string, lacks: readonly Lack[]): Finding {
  return { rule, message, missing: lacks.map(({ text }) => text), fix: todosOf(lacks) };
}

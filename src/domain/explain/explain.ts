/**
 * Why an engagement stands where it stands: every rule and condition with the value seen. Structured, so that the
 * CLI, JSON and pages say the same. Texts are plain; titles, items and values are as people wrote them.
 */

import type { Acceptance } from '#domain/assess/acceptance.ts';
import { type ApprovalSeen, approvalsSeen } from '#domain/assess/approvals.ts';
import { currentLabel } from '#domain/assess/assess.ts';
import { isConfidential, openly, WITHHELD_ITEM } from '#domain/assess/audience.ts';
import { type ChangeSeen, changeSeen } from '#domain/assess/change-seen.ts';
import type { EvidenceReading } from '#domain/assess/evidence.ts';
import type { GateReading } from '#domain/assess/gates.ts';
import { type Health, healthOf } from '#domain/assess/health.ts';
import { assigneesOf, titlesOf } from '#domain/assess/outlook.ts';
import type { Assessment, StepStatus } from '#domain/assess/step-status.ts';
import type { EngagementKey, StepKey } from '#domain/base/keys.ts';
import { labelValues, type WorkflowState } from '#domain/base/labels.ts';
import type { Settings } from '#domain/base/settings.ts';
import { forecastOf } from '#domain/dates/dated-steps.ts';
import type { Forecast, StepForecast } from '#domain/dates/forecast.ts';
import { cannotBeHeldText, reasonText } from '#domain/dates/reasons.ts';
import { type HoursSeen, hoursSeen } from '#domain/hours/seen.ts';
import { type ConditionCheck, describeCondition, evaluateCondition } from '#domain/process/condition.ts';
import type { Predecessor, Step } from '#domain/process/process.ts';
import type { Identified } from '#domain/record/identify.ts';
import { type RemindersSeen, remindersSeen } from '#domain/reminders/reminders.ts';
import type { Waiver } from '#domain/rulings/rulings.ts';
import { NO_HISTORY, type Revision, revisionOf } from '#domain/sow/history.ts';
import { readChecklist } from '#domain/text/checklist.ts';
import { type BlockContext, blockContext } from '#domain/texts/block-context.ts';
import { type OccurrencesSeen, occurrencesSeen } from '#domain/texts/tracker-lines.ts';
import { noticesOf } from './check.ts';
import { type DueExplanation, explainDue } from './due.ts';
import { lacksOfViolation } from './missing.ts';
import { verdictOf, wouldChange } from './verdict.ts';

/** Everything that explains where an engagement stands. */
export interface Explanation {
  readonly engagement: EngagementKey;
  readonly process: { readonly id: string; readonly name: string; readonly profile: string | null };
  readonly epic: EpicExplanation;
  /** Revision of the SOW that holds: 1 since the launch. */
  readonly revision: number;
  /** Later revisions, the oldest kept first. */
  readonly revisions: readonly Revision[];
  /** Day on which the last closing step is done, as things stand; `null`: nothing says when. */
  readonly forecastEnd: string | null;
  /** Open steps that decide that day, in order. */
  readonly criticalPath: readonly StepKey[];
  /** Hours used of those sold; `null`: none are sold, and nobody has recorded any. */
  readonly hours: HoursSeen | null;
  /** Steps in reading order, those left out as well. */
  readonly steps: readonly StepExplanation[];
}

/** Explanation of the epic: open, complete or closed, and why. */
export interface EpicExplanation {
  readonly reference: string | null;
  readonly url: string | null;
  readonly state: 'opened' | 'closed' | null;
  /** Closing steps. */
  readonly gates: readonly {
    readonly step: StepKey;
    readonly title: string;
    readonly state: WorkflowState | null;
    readonly done: boolean;
  }[];
  /** All closing steps are done; the older name of what is called closed. */
  readonly complete: boolean;
  /** Closed, and what comes after it is done; `null`: nothing comes after it. */
  readonly completed: boolean | null;
  readonly verdict: string;
  readonly health: Health;
  /** What people should see and breaks no rule, one sentence each: whether it ends, how its deal stands. */
  readonly notices: readonly string[];
  /** Issues left alone, because they carry our marker but were made by somebody unknown. */
  readonly leftAlone: readonly string[];
}

/** Condition under which a step belongs to an engagement, with the value seen. */
export interface ConditionExplanation {
  /** Condition in words: `deployment is aws`. */
  readonly text: string;
  readonly checks: readonly ConditionCheck[];
}

/** Explanation of one step: left out and why, or state, rules and values seen. */
export type StepExplanation =
  | {
      readonly included: false;
      readonly step: StepKey;
      readonly title: string;
      readonly condition: ConditionExplanation | null;
      readonly why: string;
      readonly wouldChange: readonly string[];
    }
  | {
      readonly included: true;
      readonly step: StepKey;
      readonly title: string;
      /** `null`: in every engagement. */
      readonly condition: ConditionExplanation | null;
      readonly role: string;
      readonly owners: readonly string[];
      readonly issue: IssueFacts | null;
      readonly predecessors: readonly PredecessorSeen[];
      readonly checklist: ChecklistSeen;
      readonly evidence: readonly EvidenceReading[];
      /** Approval, recorded time, labels, on-demand issues. */
      readonly gates: readonly GateReading[];
      /** Approvals one by one; absent where none is asked for. */
      readonly approvals?: readonly ApprovalSeen[];
      /** Of a change request. */
      readonly change?: ChangeSeen;
      /** The exception under which it may be closed, or is. */
      readonly waiver: Waiver | null;
      /** How the count of silence stands. */
      readonly acceptance: Acceptance | null;
      readonly due: DueExplanation;
      /** Day on which it will be done, as things stand; `null`: done, or nothing says when. */
      readonly forecast: string | null;
      /** Its date stays, and the forecast is later. */
      readonly cannotBeHeld: boolean;
      /** Why it is forecast for that day, or why its date cannot be held; `null` where there is no forecast. */
      readonly forecastReason: string | null;
      readonly reminders: RemindersSeen;
      /** Of a recurring step that has begun. */
      readonly occurrences?: OccurrencesSeen;
      /** The values of its workflow labels; exactly one when nobody has touched them. */
      readonly label: { readonly now: readonly string[]; readonly byFacts: WorkflowState };
      readonly broken: readonly { readonly rule: string; readonly missing: readonly string[] }[];
      readonly done: boolean;
      readonly verdict: string;
      readonly wouldChange: readonly string[];
    };

/** Facts of the step's issue in GitLab. */
export interface IssueFacts {
  readonly reference: string;
  readonly url: string;
  readonly state: 'opened' | 'closed';
  readonly closedBy: string | null;
  readonly closedAt: string | null;
}

/** Predecessor of a step, with the state that fulfils the order or not. */
export interface PredecessorSeen {
  readonly step: StepKey;
  readonly title: string;
  readonly until: Predecessor['until'];
  readonly state: WorkflowState;
  readonly fulfilled: boolean;
}

/** Checklist of a step as it was found. */
export interface ChecklistSeen {
  /** The step cannot be done while items are open. */
  readonly required: boolean;
  readonly items: readonly { readonly text: string; readonly done: boolean; readonly optional: boolean }[];
}

/** Explains an engagement: every rule and condition with the value seen. */
export function explain(input: {
  readonly assessment: Assessment;
  readonly found: Identified;
  readonly settings: Settings;
}): Explanation {
  const { found, settings } = input;
  const assessment = openly(input.assessment);
  const { process } = assessment;
  const context = blockContext(assessment, settings);
  const forecast = forecastOf(context);
  const history = found.record?.history ?? NO_HISTORY;
  const steps = process.steps.flatMap((step): StepExplanation[] => {
    const status = assessment.steps.find(({ key }) => key === step.id);
    if (status !== undefined) return [explainStep(status, context, forecast)];
    const excluded = assessment.excluded.find((candidate) => candidate.step.id === step.id);
    return excluded === undefined ? [] : [explainExcluded(excluded, assessment)];
  });
  return {
    engagement: assessment.engagement,
    process: { id: process.id, name: process.name, profile: process.profile },
    epic: explainEpic(context, found),
    revision: revisionOf(history),
    revisions: history.revisions,
    forecastEnd: forecast.end,
    criticalPath: forecast.criticalPath,
    hours: hoursSeen(assessment.hours.reading),
    steps,
  };
}

function explainEpic(context: BlockContext, found: Identified): EpicExplanation {
  const { assessment } = context;
  const closing = assessment.process.closeWhen.map((step) => {
    const status = assessment.steps.find(({ key }) => key === step);
    return {
      step,
      title: status?.step.title ?? step,
      state: status?.state ?? null,
      done: status?.done ?? false,
    };
  });
  const open = closing.filter(({ done }) => !done).map(({ title }) => title);
  return {
    reference: found.epic?.reference ?? null,
    url: found.epic?.url ?? null,
    state: found.epic?.state ?? null,
    gates: closing,
    complete: assessment.closed,
    completed: assessment.completed,
    verdict: epicVerdict(assessment, found, open.join(' and ')),
    health: healthOf(context, found.epic),
    notices: noticesOf(assessment),
    leftAlone: found.doubtful.map(({ reference }) => reference),
  };
}

function epicVerdict(
  { closed, completed, withdrawn, rulings, steps, epicClosedEarly }: Assessment,
  { epic }: Identified,
  open: string,
): string {
  if (epic === null) return 'not created yet';
  if (withdrawn) return `withdrawn on ${rulings.hold?.on} by ${rulings.hold?.by}: ${rulings.hold?.reason}`;
  if (closed && epic.state === 'opened') return 'its closing steps are done: the next run closes it';
  if (closed && completed === false) {
    const left = steps.filter(({ step, done }) => step.after_close === true && !done);
    return `closed, and completed when ${left.map(({ step }) => step.title).join(' and ')} ${left.length === 1 ? 'is' : 'are'} done`;
  }
  if (closed) return completed === null ? 'closed' : 'closed and completed';
  return epicClosedEarly
    ? `closed too early: it waits for ${open}`
    : `open: it closes by itself when ${open} ${open.includes(' and ') ? 'are' : 'is'} done`;
}

function explainExcluded(
  { step, why }: { readonly step: Step; readonly why: string },
  assessment: Assessment,
): StepExplanation {
  const condition = conditionOf(step, assessment);
  const change =
    condition === null
      ? []
      : [`It belongs to engagements where ${condition.text}: change the SOW and apply it again`];
  return { included: false, step: step.id, title: step.title, condition, why, wouldChange: change };
}

function conditionOf(step: Step, { sow }: Assessment): ConditionExplanation | null {
  if (step.when === undefined) return null;
  return { text: describeCondition(step.when), checks: evaluateCondition(step.when, sow).checks };
}

function explainStep(status: StepStatus, context: BlockContext, forecast: Forecast): StepExplanation {
  const { assessment, settings } = context;
  const { step, issue } = status;
  const occurrences = occurrencesSeen(status.key, context);
  return {
    included: true,
    step: status.key,
    title: step.title,
    condition: conditionOf(step, assessment),
    role: step.owner,
    owners: assigneesOf(status, context),
    issue:
      issue === null
        ? null
        : {
            reference: issue.reference,
            url: issue.url,
            state: issue.state,
            closedBy: issue.closedBy?.username ?? null,
            closedAt: issue.closedAt,
          },
    predecessors: status.after.map((predecessor) => predecessorSeen(predecessor, status, assessment)),
    checklist: { required: step.done_when.checklist, items: checklistOf(status, assessment) },
    evidence: status.evidence,
    gates: status.gates,
    ...(status.approvals.length === 0 ? {} : { approvals: approvalsSeen(status.approvals) }),
    waiver: status.waiver,
    acceptance: status.acceptance,
    due: explainDue(status, context),
    ...(occurrences === null ? {} : { occurrences }),
    ...(status.change === null ? {} : { change: changeSeen(status, status.change) }),
    forecast: forecast.steps.get(status.key)?.forecast ?? null,
    cannotBeHeld: forecast.steps.get(status.key)?.cannotBeHeld ?? false,
    forecastReason: forecastReason(forecast.steps.get(status.key), context),
    reminders: remindersSeen(status, context),
    label: { now: labelValues(issue?.labels ?? [], 'workflow', settings.labels), byFacts: status.state },
    broken: status.violations.map((violation) => ({
      rule: violation.rule,
      missing: lacksOfViolation(violation, assessment).map(({ text }) => text),
    })),
    done: status.done,
    verdict: verdictOf(status, assessment, currentLabel(issue, settings)),
    wouldChange: wouldChange(status, assessment),
  };
}

function forecastReason(forecast: StepForecast | undefined, context: BlockContext): string | null {
  if (forecast === undefined || forecast.because === null) return null;
  const { assessment, settings } = context;
  const why = reasonText(forecast.because, titlesOf(assessment));
  const held = cannotBeHeldText(forecast, assessment.sow, settings.calendar, assessment.plain);
  return held === null ? why : `${why}; ${held}`;
}

function checklistOf(status: StepStatus, assessment: Assessment): ChecklistSeen['items'] {
  const items = readChecklist(status.issue?.description ?? '');
  return isConfidential(status, assessment) ? items.map((item) => ({ ...item, text: WITHHELD_ITEM })) : items;
}

function predecessorSeen(
  predecessor: Predecessor,
  status: StepStatus,
  assessment: Assessment,
): PredecessorSeen {
  const before = assessment.steps.find(({ key }) => key === predecessor.step);
  return {
    step: predecessor.step,
    title: before?.step.title ?? predecessor.step,
    until: predecessor.until,
    state: before?.state ?? 'blocked',
    fulfilled: !status.waitsFor.some(({ step }) => step === predecessor.step),
  };
}

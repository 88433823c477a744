/**
 * What the facts say: for each step where it stands and which rules are broken, and whether the engagement is
 * complete. The one place that decides; plan, check, explain, report and notes all read its answer.
 */
import { readChecklist } from './checklist.ts';
import { evaluateCondition } from './condition.ts';
import { type EvidenceReading, readEvidence } from './evidence.ts';
import type { Identified } from './identify.ts';
import type { EngagementKey, StepKey } from './keys.ts';
import { labelValues, WORKFLOW_STATES, type WorkflowState } from './labels.ts';
import type { EvidenceField, Predecessor, ProcessDefinition, Step } from './process.ts';
import type { Settings } from './settings.ts';
import type { Sow } from './sow.ts';
import type { ActualIssue } from './state.ts';
import { stepsFor } from './step-order.ts';

/** A broken rule on one step. */
export type Violation =
  | {
      readonly rule: 'closed-too-early';
      readonly waitsFor: readonly StepKey[];
      readonly unticked: readonly string[];
      readonly evidence: readonly EvidenceReading[];
      readonly until: StepKey | null;
    }
  | {
      readonly rule: 'started-while-blocked';
      readonly label: WorkflowState;
      readonly waitsFor: readonly StepKey[];
    };

export interface StepStatus {
  readonly key: StepKey;
  readonly step: Step;
  /** What it comes after in this engagement (steps that do not apply are passed over). */
  readonly after: readonly Predecessor[];
  readonly issue: ActualIssue | null;
  /** Where it stands by the facts. */
  readonly state: WorkflowState;
  /** Closed, and rightly so. */
  readonly done: boolean;
  readonly started: boolean;
  /** Predecessors not fulfilled. */
  readonly waitsFor: readonly Predecessor[];
  /** Required checklist items that are not ticked. */
  readonly unticked: readonly string[];
  readonly evidence: readonly EvidenceReading[];
  readonly violations: readonly Violation[];
}

export interface Assessment {
  readonly engagement: EngagementKey;
  readonly process: ProcessDefinition;
  readonly sow: Sow;
  /** In reading order. */
  readonly steps: readonly StepStatus[];
  /** The keys of `steps`, every step after its predecessors. */
  readonly order: readonly StepKey[];
  readonly excluded: readonly { readonly step: Step; readonly why: string }[];
  readonly openGates: readonly StepKey[];
  /** All completion gates are done: the epic is to be closed. */
  readonly complete: boolean;
  /** The epic is closed although it is not complete. */
  readonly epicClosedEarly: boolean;
}

export function assess(input: {
  readonly engagement: EngagementKey;
  readonly process: ProcessDefinition;
  readonly sow: Sow;
  readonly found: Identified;
  readonly settings: Settings;
}): Assessment {
  const { engagement, process, sow, found, settings } = input;
  const { included, excluded } = stepsFor(process, sow);
  const statuses = new Map<StepKey, StepStatus>();
  for (const { step, after } of included) {
    const issue = found.issues.get(step.id) ?? null;
    const closer = step.until === undefined ? null : (issue?.closedBy ?? null);
    const endedByUs = closer !== null && closer.id === found.epic?.author.id;
    statuses.set(step.id, assessStep({ step, after, issue, sow, settings, earlier: statuses, endedByUs }));
  }
  const reading = process.steps.flatMap((step) => statuses.get(step.id) ?? []);
  const openGates = process.closeWhen.filter((gate) => statuses.get(gate)?.done !== true);
  const complete = openGates.length === 0;
  const steps = reading.map((status) =>
    complete ? closedWithEpic(status) : endedInTime(status, statuses, settings),
  );
  const order = included.map(({ step }) => step.id);
  return {
    engagement,
    process,
    sow,
    steps,
    order,
    excluded,
    openGates,
    complete,
    epicClosedEarly: found.epic?.state === 'closed' && !complete,
  };
}

interface StepInput {
  readonly step: Step;
  readonly after: readonly Predecessor[];
  readonly issue: ActualIssue | null;
  readonly sow: Sow;
  readonly settings: Settings;
  readonly earlier: ReadonlyMap<StepKey, StepStatus>;
  /** Closed by Procession together with the epic: then nobody is asked for a list or evidence, even if the epic opens again. */
  readonly endedByUs: boolean;
}

function assessStep(input: StepInput): StepStatus {
  const { step, after, issue, earlier, settings } = input;
  const waitsFor = after.filter(
    ({ step: id, until }) => !(until === 'started' ? earlier.get(id)?.started : earlier.get(id)?.done),
  );
  const hard = waitsFor.filter(({ until }) => until === 'done').map(({ step: id }) => id);
  const facts = readFacts(input);
  const closed = issue?.state === 'closed';
  const incomplete = !input.endedByUs && (facts.unticked.length > 0 || facts.evidence.some(isMissing));
  const early: Violation[] =
    closed && (hard.length > 0 || incomplete)
      ? [
          {
            rule: 'closed-too-early',
            waitsFor: hard,
            unticked: facts.unticked,
            evidence: facts.evidence.filter(isMissing),
            until: null,
          },
        ]
      : [];
  const done = closed && (early.length === 0 || settings.policy.mode === 'warn');
  const label = currentLabel(issue, settings);
  const moved: Violation[] =
    !done && hard.length > 0 && (label === 'in progress' || label === 'waiting')
      ? [{ rule: 'started-while-blocked', label, waitsFor: hard }]
      : [];
  const state = stateOf({
    done,
    label,
    hard: hard.length > 0,
    soft: waitsFor.length > hard.length,
    keep: settings.policy.mode === 'warn' && moved.length > 0,
  });
  const started = done || state === 'in progress' || state === 'waiting';
  return {
    key: step.id,
    step,
    after,
    issue,
    state,
    done,
    started,
    waitsFor,
    ...facts,
    violations: [...early, ...moved],
  };
}

/**
 * | done | hard blocked | only soft blocked | label now | state |
 * |---|---|---|---|---|
 * | yes | | | any | done |
 * | no | yes | | any | blocked |
 * | no | no | yes | in progress, waiting | as the label says: people know better than a hint |
 * | no | no | yes | other | blocked |
 * | no | no | no | in progress, waiting | as the label says |
 * | no | no | no | other | ready |
 */
function stateOf(input: {
  done: boolean;
  label: WorkflowState | null;
  hard: boolean;
  soft: boolean;
  keep: boolean;
}): WorkflowState {
  const { done, label, hard, soft, keep } = input;
  if (done) return 'done';
  if (hard && !keep) return 'blocked';
  if (label === 'in progress' || label === 'waiting') return label;
  return soft ? 'blocked' : 'ready';
}

/** The state its labels show; with several (possible on Free) none counts. */
export function currentLabel(
  issue: ActualIssue | null,
  settings: Pick<Settings, 'labels'>,
): WorkflowState | null {
  const values = labelValues(issue?.labels ?? [], 'workflow', settings.labels);
  const known = WORKFLOW_STATES.filter((state) => values.includes(state));
  return known.length === 1 ? (known[0] ?? null) : null;
}

function readFacts({ step, issue, sow }: StepInput): Pick<StepStatus, 'unticked' | 'evidence'> {
  if (issue === null) return { unticked: [], evidence: [] };
  const unticked = step.done_when.checklist
    ? readChecklist(issue.description)
        .filter(({ done, optional }) => !done && !optional)
        .map(({ text }) => text)
    : [];
  return { unticked, evidence: readEvidence(issue.description, evidenceFor(step, sow)) };
}

/** The evidence fields that apply to this SOW. */
export function evidenceFor(step: Step, sow: Sow): readonly EvidenceField[] {
  return step.done_when.evidence.filter(
    ({ when }) => when === undefined || evaluateCondition(when, sow).holds,
  );
}

/** Steps that run alongside end with the engagement. */
function closedWithEpic(status: StepStatus): StepStatus {
  return status.step.until === undefined || status.done
    ? status
    : { ...status, state: 'done', done: true, violations: [] };
}

/** Steps that run alongside others may end only after the step named in `until`. */
function endedInTime(
  status: StepStatus,
  all: ReadonlyMap<StepKey, StepStatus>,
  settings: Settings,
): StepStatus {
  const { until } = status.step;
  if (!status.done || until === undefined || all.get(until)?.done !== false) return status;
  const violation: Violation = { rule: 'closed-too-early', waitsFor: [], unticked: [], evidence: [], until };
  if (settings.policy.mode === 'warn') return { ...status, violations: [violation] };
  const label = currentLabel(status.issue, settings);
  return {
    ...status,
    done: false,
    state: label === 'in progress' || label === 'waiting' ? label : 'ready',
    violations: [violation],
  };
}

/** A required field that is empty, or any field whose value is of the wrong kind. */
export function isMissing(reading: EvidenceReading): boolean {
  return reading.problem !== null;
}

/**
 * What the facts say: for each step where it stands and which rules are broken, and whether the engagement is
 * complete. The one place that decides; plan, check, explain, report and notes all read its answer.
 */

import type { EngagementKey, StepKey } from '#domain/base/keys.ts';
import type { WorkflowState } from '#domain/base/labels.ts';
import type { Settings } from '#domain/base/settings.ts';
import type { Identified } from '#domain/engagement/identify.ts';
import type { ActualIssue } from '#domain/engagement/state.ts';
import type { Predecessor, ProcessDefinition, Step } from '#domain/process/process.ts';
import { stepsFor } from '#domain/process/step-order.ts';
import { withInstances } from '#domain/rulings/instances.ts';
import type { PipelineRun } from '#domain/rulings/pipeline-run.ts';
import { NO_RULINGS, type Rulings, type Waiver } from '#domain/rulings/rulings.ts';
import type { Sow } from '#domain/sow/sow.ts';
import type { Acceptance } from './acceptance.ts';
import { assessStep, currentLabel } from './assess-step.ts';
import type { EvidenceReading } from './evidence.ts';
import type { GateReading } from './gates.ts';

export { currentLabel, evidenceFor } from './assess-step.ts';

/** A broken rule on one step. */
export type Violation =
  | {
      readonly rule: 'closed-too-early';
      readonly waitsFor: readonly StepKey[];
      readonly unticked: readonly string[];
      readonly evidence: readonly EvidenceReading[];
      readonly gates: readonly GateReading[];
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
  /** Closed, and rightly so (or about to be closed by us). */
  readonly done: boolean;
  readonly started: boolean;
  /** Predecessors not fulfilled. */
  readonly waitsFor: readonly Predecessor[];
  /** Required checklist items that are not ticked. */
  readonly unticked: readonly string[];
  readonly evidence: readonly EvidenceReading[];
  /** Approval, time, labels, on-demand issues. */
  readonly gates: readonly GateReading[];
  /** The exception under which it may be closed, or is. */
  readonly waiver: Waiver | null;
  /** How the count of silence stands. */
  readonly acceptance: Acceptance | null;
  /** Of the pipeline that does the step, the last run. */
  readonly run: PipelineRun | null;
  readonly violations: readonly Violation[];
}

export interface Assessment {
  readonly engagement: EngagementKey;
  /** With one step for each on-demand issue. */
  readonly process: ProcessDefinition;
  readonly sow: Sow;
  readonly rulings: Rulings;
  /** `2026-11-25` in the calendar's time zone. */
  readonly today: string;
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

export interface AssessInput {
  readonly engagement: EngagementKey;
  readonly process: ProcessDefinition;
  readonly sow: Sow;
  readonly found: Identified;
  readonly settings: Settings;
  /** `2026-11-25` */
  readonly today: string;
  /** Without it nobody has ruled anything. */
  readonly rulings?: Rulings;
}

export function assess(input: AssessInput): Assessment {
  const { engagement, sow, found, settings, today, rulings = NO_RULINGS } = input;
  const process = withInstances(input.process, rulings.instances);
  const { included, excluded } = stepsFor(process, sow);
  const statuses = new Map<StepKey, StepStatus>();
  const isClosed = (key: StepKey): boolean => found.issues.get(key)?.state === 'closed';
  for (const { step, after } of included) {
    const issue = found.issues.get(step.id) ?? null;
    const closer = step.until === undefined ? null : (issue?.closedBy ?? null);
    const endedByUs = closer !== null && closer.id === found.epic?.author.id;
    const context = { sow, settings, rulings, today, earlier: statuses, isClosed, endedByUs };
    statuses.set(step.id, assessStep({ step, after, issue }, context));
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
    rulings,
    today,
    steps,
    order,
    excluded,
    openGates,
    complete,
    epicClosedEarly: found.epic?.state === 'closed' && !complete,
  };
}

/** Steps that run alongside end with the engagement. */
function closedWithEpic(status: StepStatus): StepStatus {
  return status.step.until === undefined || status.done
    ? status
    : { ...status, state: status.waiver === null ? 'done' : 'waived', done: true, violations: [] };
}

/** Steps that run alongside others may end only after the step named in `until`. */
function endedInTime(
  status: StepStatus,
  all: ReadonlyMap<StepKey, StepStatus>,
  settings: Settings,
): StepStatus {
  const { until } = status.step;
  if (!status.done || status.waiver !== null || until === undefined || all.get(until)?.done !== false)
    return status;
  const violation: Violation = {
    rule: 'closed-too-early',
    waitsFor: [],
    unticked: [],
    evidence: [],
    gates: [],
    until,
  };
  if (settings.policy.mode === 'warn') return { ...status, violations: [violation] };
  const label = currentLabel(status.issue, settings);
  return {
    ...status,
    done: false,
    state: label === 'in progress' || label === 'waiting' ? label : 'ready',
    violations: [violation],
  };
}

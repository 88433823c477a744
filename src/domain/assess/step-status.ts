import type { EngagementKey, StepKey } from '#domain/base/keys.ts';
import type { WorkflowState } from '#domain/base/labels.ts';
import type { ActualIssue } from '#domain/engagement/state.ts';
import type { Predecessor, ProcessDefinition, Step } from '#domain/process/process.ts';
import type { Done } from '#domain/record/record.ts';
import type { PipelineRun } from '#domain/rulings/pipeline-run.ts';
import type { Rulings, Waiver } from '#domain/rulings/rulings.ts';
import type { Sow } from '#domain/sow/sow.ts';
import type { Acceptance } from './acceptance.ts';
import type { EvidenceReading } from './evidence.ts';
import type { GateReading } from './gates.ts';

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
  /** That it is done is decided already, and recorded: nothing judges it again while its issue is closed. */
  readonly settled: Done | null;
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
  /** Closing steps that are not done. */
  readonly openClosingSteps: readonly StepKey[];
  /** All closing steps are done: the epic is to be closed. */
  readonly complete: boolean;
  /** The epic is closed although it is not complete. */
  readonly epicClosedEarly: boolean;
}

/** Whether its pipeline is about to start or at work: it waits for nobody. */
export function isAutomatic({ step, run, waiver, done }: StepStatus): boolean {
  if (step.pipeline === undefined || waiver !== null || done) return false;
  return run === null || run.state === 'wanted' || run.state === 'running';
}

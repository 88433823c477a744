import type { EngagementKey, StepKey } from '#domain/base/keys.ts';
import type { WorkflowState } from '#domain/base/labels.ts';
import type { ActualIssue } from '#domain/engagement/state.ts';
import type { Hours } from '#domain/hours/hours.ts';
import type { Predecessor, ProcessDefinition, Step } from '#domain/process/process.ts';
import type { ProposalMemory } from '#domain/proposals/memory.ts';
import type { Chained, ChainedStep } from '#domain/record/chained.ts';
import type { Done } from '#domain/record/done.ts';
import type { EngagementRecord } from '#domain/record/record.ts';
import type { TrackerMemory } from '#domain/recurring/memory.ts';
import type { PipelineRun } from '#domain/rulings/pipeline-run.ts';
import type { Rulings, Waiver } from '#domain/rulings/rulings.ts';
import type { StageMemory } from '#domain/sow/deal-stage.ts';
import type { Subject } from '#domain/sow/subject.ts';
import type { Acceptance } from './acceptance.ts';
import type { ApprovalReading } from './approvals.ts';
import type { Change } from './changes.ts';
import type { EvidenceReading } from './evidence.ts';
import type { GateReading } from './gates.ts';
import type { Gone } from './gone.ts';
import type { HandOver } from './hand-over-state.ts';
import type { Taken } from './taken.ts';

/** Broken rule on one step. */
export type Violation =
  | {
      readonly rule: 'closed-too-early';
      readonly waitsFor: readonly StepKey[];
      readonly unticked: readonly string[];
      readonly evidence: readonly EvidenceReading[];
      readonly gates: readonly GateReading[];
      readonly gone: Gone | null;
      readonly until: StepKey | null;
    }
  | {
      readonly rule: 'started-while-blocked';
      readonly label: WorkflowState;
      readonly waitsFor: readonly StepKey[];
    };

/** Answer of the assessment for one step. */
export interface StepStatus {
  readonly key: StepKey;
  readonly step: Step;
  /** Predecessors in this engagement (steps that do not apply are passed over). */
  readonly after: readonly Predecessor[];
  readonly issue: ActualIssue | null;
  /** State by the facts. */
  readonly state: WorkflowState;
  /** Closed, and rightly so (or about to be closed by us). */
  readonly done: boolean;
  readonly started: boolean;
  /** Day from which on it could be done; `null` while it is blocked, or has no issue. */
  readonly since: string | null;
  /** Predecessors not fulfilled. */
  readonly waitsFor: readonly Predecessor[];
  /** Required checklist items that are not ticked; those of the template where its list is gone. */
  readonly unticked: readonly string[];
  /** What the description has lost of its template; `null` while it has list and table. */
  readonly gone: Gone | null;
  readonly evidence: readonly EvidenceReading[];
  /** Approvals that are asked for, in the order of their rules. */
  readonly approvals: readonly ApprovalReading[];
  /** Approval, time, labels, on-demand issues, pipeline. */
  readonly gates: readonly GateReading[];
  /** Of a change request. */
  readonly change: Change | null;
  /** Exception under which the step may be closed, or was. */
  readonly waiver: Waiver | null;
  /** Count of silence of the step. */
  readonly acceptance: Acceptance | null;
  /** Last run of the pipeline that does the step. */
  readonly run: PipelineRun | null;
  /** The deal is in the stage that fills in the rest of the step, and closes it. */
  readonly staged: boolean;
  /** Due date that the issue got when it was made; `null`: unknown, or there is no issue. */
  readonly given: string | null;
  /** User whose issue it is because nobody had the role when it was given; `null`: that is not so, or unknown. */
  readonly fellTo: string | null;
  /** Recorded end of the step, which nothing judges again while the issue is closed. */
  readonly settled: Done | null;
  readonly violations: readonly Violation[];
  /** Steps of other engagements that stand for this one, none as long as they are not there; `null`: the step has an issue of its own. */
  readonly elsewhere: readonly ElsewhereStep[] | null;
}

/** Step of another engagement that stands for one of this. */
export interface ElsewhereStep extends ChainedStep {
  /** Key of the other engagement. */
  readonly engagement: EngagementKey;
}

/** Answer to where an engagement stands, from the facts alone. */
export interface Assessment {
  readonly engagement: EngagementKey;
  /** Process with one step for each on-demand issue. */
  readonly process: ProcessDefinition;
  /** Process of the engagement before it has steps for the items of the SOW. */
  readonly plain: ProcessDefinition;
  readonly sow: Subject;
  /** Only who may see confidential issues sees anything of the engagement. */
  readonly hidden: boolean;
  readonly rulings: Rulings;
  /** Members of the project among those whom roles name; absent: nobody was asked. */
  readonly members?: ReadonlySet<string>;
  /** Date in the calendar's time zone: `2026-11-25`. */
  readonly today: string;
  /** Memories of recurring steps that have begun, as this run leaves them. */
  readonly trackers: ReadonlyMap<StepKey, TrackerMemory>;
  readonly hours: Hours;
  /** What is kept of the evidence that a deal hands over, as this run leaves it. */
  readonly handed: EngagementRecord['handed'];
  /** What becomes of a deal. */
  readonly handOver: HandOver;
  /** Numbers of the SOWs that a deal leads to, the first one first, see `namedSows`; none of a SOW. */
  readonly named: readonly EngagementKey[];
  /** The other engagements of the chain, as far as they are known. */
  readonly chain: readonly Chained[];
  /** SOWs that came of another deal, although this one names them. */
  readonly taken: readonly Taken[];
  /** Stages of the deal beside the one that it is in; empty: there is nothing to be told of them. */
  readonly stages: StageMemory;
  /** Revision of the SOW, as recorded. */
  readonly revision: number;
  /** What people were asked by then, as recorded. */
  readonly proposals: readonly ProposalMemory[];
  /** Steps in reading order. */
  readonly steps: readonly StepStatus[];
  /** Keys of `steps`, every step after all its predecessors. */
  readonly order: readonly StepKey[];
  readonly excluded: readonly { readonly step: Step; readonly why: string }[];
  /** Closing steps that are not done. */
  readonly openClosingSteps: readonly StepKey[];
  /** All closing steps are done, so the work is finished and accepted: the epic is to be closed. */
  readonly closed: boolean;
  /** Closed, and all that comes after it is done (billed, paid); `null`: the process has nothing after the close. */
  readonly completed: boolean | null;
  /** The engagement was given up: what is not done will not be. */
  readonly withdrawn: boolean;
  /** Why people are asked whether the engagement is given up, as long as nobody has answered; absent: nobody is asked. */
  readonly ending?: string;
  /** The epic is closed although steps are missing. */
  readonly epicClosedEarly: boolean;
}

/** Tells whether the pipeline of a step is about to start or at work, so that the step waits for nobody. */
export function isAutomatic({ step, run, waiver, done }: StepStatus): boolean {
  if (step.pipeline === undefined || waiver !== null || done) return false;
  return run === null || run.state === 'wanted' || run.state === 'running';
}

/** Whether a step is to have an issue of its own and has none. */
export function lacksIssue({ issue, elsewhere }: Pick<StepStatus, 'issue' | 'elsewhere'>): boolean {
  return issue === null && elsewhere === null;
}

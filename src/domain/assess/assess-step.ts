/** What the facts say about one step, given what they say about those before it. */

import { localDate } from '#domain/base/calendar.ts';
import type { StepKey } from '#domain/base/keys.ts';
import type { WorkflowState } from '#domain/base/labels.ts';
import { lazily, once } from '#domain/base/lazily.ts';
import type { Settings } from '#domain/base/settings.ts';
import type { ActualIssue } from '#domain/engagement/state.ts';
import type { HoursReading } from '#domain/hours/reading.ts';
import { evaluateCondition } from '#domain/process/condition.ts';
import type { EvidenceField, Predecessor, ProcessDefinition, Step } from '#domain/process/process.ts';
import { awaitedStage } from '#domain/process/ready-when.ts';
import type { Done } from '#domain/record/done.ts';
import type { Touch } from '#domain/record/record.ts';
import type { TrackerMemory } from '#domain/recurring/memory.ts';
import { type PipelineRun, runOf } from '#domain/rulings/pipeline-run.ts';
import { type Rulings, saidSoFar, type Waiver } from '#domain/rulings/rulings.ts';
import type { StageMemory } from '#domain/sow/deal-stage.ts';
import type { Subject } from '#domain/sow/subject.ts';
import { readChecklist } from '#domain/text/checklist.ts';
import { readAcceptance, withoutFilled } from './acceptance.ts';
import { approvalGate, isApproved } from './approvals.ts';
import { changeGate } from './change-gate.ts';
import { type Change, type ChangeReadings, changeNow } from './changes.ts';
import { currentLabel } from './current-label.ts';
import { type EvidenceReading, readEvidence, withHours, withoutDaysToCome } from './evidence.ts';
import { withValues } from './filled-cells.ts';
import { readGates } from './gates.ts';
import { type Gone, readGone } from './gone.ts';
import { withRunEvidence } from './run-evidence.ts';
import { stageCells } from './stage-cells.ts';
import { approvalsOf } from './step-approvals.ts';
import type { StepStatus, Violation } from './step-status.ts';
import { minutesCells, minutesGate } from './trackers.ts';
import { waitsForOf } from './waits-for.ts';

interface StepInput {
  readonly step: Step;
  readonly after: readonly Predecessor[];
  readonly issue: ActualIssue | null;
  /** What is recorded of its end. */
  readonly recorded: Done | null;
  readonly given: string | null;
  readonly fellTo: string | null;
  /** What Procession put its issue to last. */
  readonly touch: Touch | null;
  /** An earlier run found its closed issue right, see `wasDone`. */
  readonly wasDone: boolean;
}

interface StepContext {
  readonly process: ProcessDefinition;
  readonly sow: Subject;
  readonly stages: StageMemory;
  readonly settings: Settings;
  readonly rulings: Rulings;
  readonly today: string;
  readonly earlier: ReadonlyMap<StepKey, StepStatus>;
  readonly isOver: (step: StepKey) => boolean;
  /** Memories of recurring steps. */
  readonly trackers: ReadonlyMap<StepKey, TrackerMemory>;
  readonly changes: ChangeReadings;
  readonly hours: HoursReading | null;
  /** Closed by Procession together with the epic: then nobody is asked for a list or evidence, even if the epic opens again. */
  readonly endedByUs: boolean;
}

type Facts = Pick<
  StepStatus,
  | 'unticked'
  | 'gone'
  | 'evidence'
  | 'approvals'
  | 'gates'
  | 'change'
  | 'waiver'
  | 'acceptance'
  | 'run'
  | 'staged'
>;

/**
 * Assesses one step. A step recorded as done stays done while the issue is closed, whatever checklist and evidence
 * say by now.
 */
export function assessStep(input: StepInput, context: StepContext): StepStatus {
  const { step, after, issue, recorded, given, fellTo } = input;
  const settled = issue?.state === 'closed' ? recorded : null;
  if (settled !== null && settled.how !== 'warn') return settledStatus(input, settled, context);
  const { earlier, settings } = context;
  const waitsFor = waitsForOf(after, earlier);
  const hard = waitsFor.filter(({ until }) => until === 'done').map(({ step: id }) => id);
  const facts = readFacts(input, hard.length > 0 ? null : possibleSince(input, context), context);
  const early = closedEarly(issue, hard, facts, context);
  const warnOnly = settings.policy.mode === 'warn';
  const done = isDone(issue, hard, facts, early.length === 0 || warnOnly || settled !== null);
  const label = currentLabel(issue, settings);
  const moved: Violation[] =
    !done && hard.length > 0 && (label === 'in progress' || label === 'waiting')
      ? [{ rule: 'started-while-blocked', label, waitsFor: hard }]
      : [];
  const state = stateOf({
    done,
    waived: facts.waiver !== null,
    label,
    hard: hard.length > 0,
    soft: waitsFor.length > hard.length || awaitedStage(step, context) !== null,
    keep: warnOnly && moved.length > 0,
  });
  const started = done || state === 'in progress' || state === 'waiting';
  const violations = [...early, ...moved];
  const since = state === 'blocked' ? null : startableSince(input, context);
  // Not a copy of the facts, which would read the description.
  return Object.assign(facts, {
    key: step.id,
    step,
    after,
    issue,
    state,
    done,
    started,
    since,
    waitsFor,
    given,
    fellTo,
    settled,
    violations,
    elsewhere: null,
    approvals: done ? facts.approvals : approvalsWhenOpen(step, issue, facts, context),
  });
}

/** Approvals as they stand when an issue that was closed too early is open again: who closed it has done nothing. */
function approvalsWhenOpen(
  step: Step,
  issue: ActualIssue | null,
  { approvals }: Facts,
  context: StepContext,
): Facts['approvals'] {
  return issue?.state === 'closed' ? approvalsOf(step, { ...issue, closedBy: null }, context) : approvals;
}

/** What is shown of a step that is done: its facts without what any rule says of them now. */
function settledStatus(input: StepInput, settled: Done, context: StepContext): StepStatus {
  const { step, after, issue, given, fellTo } = input;
  const facts = readFacts(input, possibleSince(input, context), context);
  const isWaived = facts.waiver !== null || settled.how === 'waiver';
  const { change, waiver, acceptance, run, staged } = facts;
  const state: WorkflowState = isWaived ? 'waived' : 'done';
  return lazily(
    {
      key: step.id,
      step,
      after,
      issue,
      state,
      done: true,
      started: true,
      since: startableSince(input, context),
      waitsFor: [],
      unticked: [],
      gone: null,
      approvals: facts.approvals.filter(isApproved),
      gates: facts.gates.filter(({ problem }) => problem === null),
      change,
      waiver,
      acceptance,
      run,
      staged,
      given,
      fellTo,
      settled,
      violations: [],
      elsewhere: null,
    },
    { evidence: () => facts.evidence.map((reading) => ({ ...reading, problem: null })) },
  );
}

function closedEarly(
  issue: ActualIssue | null,
  hard: readonly StepKey[],
  facts: Facts,
  { endedByUs }: StepContext,
): readonly Violation[] {
  if (issue?.state !== 'closed' || facts.waiver !== null) return [];
  const evidence = facts.evidence.filter(isMissing);
  const gates = facts.gates.filter(({ problem }) => problem !== null);
  const lacking = facts.unticked.length > 0 || evidence.length > 0 || gates.length > 0;
  if (hard.length === 0 && (endedByUs || !lacking)) return [];
  const { unticked, gone } = facts;
  return [{ rule: 'closed-too-early', waitsFor: hard, unticked, evidence, gates, gone, until: null }];
}

/** Also while the issue is still open, where closing it is up to us: a step that is skipped, accepted by silence, or done by its pipeline. */
function isDone(
  issue: ActualIssue | null,
  hard: readonly StepKey[],
  facts: Facts,
  mayCount: boolean,
): boolean {
  if (issue === null) return false;
  if (issue.state === 'closed') return mayCount;
  if (facts.waiver?.skip === true) return true;
  const isOurs = facts.acceptance?.reached === true || closesBySuccess(facts.run) || facts.staged;
  return isOurs && hard.length === 0 && !isLacking(facts);
}

function isLacking({ unticked, evidence, gates }: Facts): boolean {
  return unticked.length > 0 || evidence.some(isMissing) || gates.some(({ problem }) => problem !== null);
}

/**
 * | done | hard blocked | only soft blocked | label now | state |
 * |---|---|---|---|---|
 * | yes, under a waiver | | | any | waived |
 * | yes | | | any | done |
 * | no | yes | | any | blocked |
 * | no | no | yes | in progress, waiting | as the label says: people know better than a hint |
 * | no | no | yes | other | blocked |
 * | no | no | no | in progress, waiting | as the label says |
 * | no | no | no | other | ready |
 */
function stateOf(input: {
  done: boolean;
  waived: boolean;
  label: WorkflowState | null;
  hard: boolean;
  soft: boolean;
  keep: boolean;
}): WorkflowState {
  const { done, waived, label, hard, soft, keep } = input;
  if (done) return waived ? 'waived' : 'done';
  if (hard && !keep) return 'blocked';
  if (label === 'in progress' || label === 'waiting') return label;
  return soft ? 'blocked' : 'ready';
}

/** The day from which on the step could be done: its issue was made, and what it comes after was closed. */
function possibleSince({ issue, after }: StepInput, { earlier, settings }: StepContext): string | null {
  if (issue === null) return null;
  const closed = after.flatMap(({ step, until }) => {
    const before = until === 'done' ? earlier.get(step)?.issue : null;
    return before?.state === 'closed' ? (before.closedAt ?? []) : [];
  });
  const [last = issue.createdAt] = [issue.createdAt, ...closed].toSorted().toReversed();
  return localDate(last, settings.calendar);
}

/**
 * The day from which on the step could be done, with the start of those that it only waits for to be started: GitLab's
 * lists do not tell that, but when its label was set to ready the record does.
 */
function startableSince(input: StepInput, context: StepContext): string | null {
  const since = possibleSince(input, context);
  const { touch, after } = input;
  const isSoft = after.some(({ until }) => until === 'started');
  if (since === null || !isSoft || touch?.at == null || touch.to !== 'ready') return since;
  const ready = localDate(touch.at, context.settings.calendar);
  return ready > since ? ready : since;
}

/**
 * What the description says is read when somebody asks: nobody does of steps that wait, and descriptions are long.
 *
 * @param since from when on the step could be done; `null`: not yet
 */
function readFacts(
  { step, issue, recorded, wasDone }: StepInput,
  since: string | null,
  context: StepContext,
): Facts {
  const { sow, settings, rulings, today } = context;
  const run = step.pipeline === undefined ? null : runOf(step.id, rulings.runs);
  const approvals = approvalsOf(step, issue, context);
  const waiver = waiverOf(step.id, rulings);
  if (issue === null)
    return {
      unticked: [],
      gone: null,
      evidence: [],
      approvals,
      gates: [],
      change: changeIn({ step, issue, recorded }, { evidence: () => [], approvals, waiver }, context),
      waiver,
      acceptance: null,
      run,
      staged: false,
    };
  const fields = evidenceFor(step, sow);
  const written = once(() => writtenIn(issue, fields, context));
  const acceptance = readAcceptance(step, {
    sow,
    evidence: written,
    said: saidSoFar({ rulings, today }).filter((reminder) => reminder.step === step.id),
    since,
    wasDone: wasDone && recorded?.how !== 'warn',
    calendar: settings.calendar,
    today,
  });
  const memory = context.trackers.get(step.id);
  const staged = stageCells(step, sow, today);
  const evidence = once(() =>
    withValues(withRunEvidence(withoutFilled(written(), step, acceptance), step, run), [
      ...minutesCells(step, memory, issue),
      ...(staged ?? []),
    ]),
  );
  const isAccepted = acceptance?.reached === true;
  const isJudged = issue.state === 'opened' || recorded === null;
  const gone = once(() =>
    isJudged ? stillAsked(readGone(step, issue.description, fields, context), evidence(), isAccepted) : null,
  );
  const change = changeIn({ step, issue, recorded }, { evidence, approvals, waiver }, context);
  return lazily(
    {
      approvals,
      gates: [...approvals.map(approvalGate), ...gatesOf(step, issue, context), ...changeGate(change)],
      change,
      waiver,
      acceptance,
      run,
      staged: staged !== null,
    },
    {
      unticked: () => (isAccepted ? [] : [...untickedItems(step, issue), ...(gone()?.checklist ?? [])]),
      gone,
      evidence,
    },
  );
}

/** What people have written into the evidence table. */
function writtenIn(
  { description }: ActualIssue,
  fields: readonly EvidenceField[],
  { today, hours }: StepContext,
): readonly EvidenceReading[] {
  return withHours(withoutDaysToCome(readEvidence(description, fields), fields, today), fields, hours);
}

function gatesOf(step: Step, issue: ActualIssue, context: StepContext): Facts['gates'] {
  const { process, rulings, isOver, trackers } = context;
  const titles = (key: StepKey): string | null => process.steps.find(({ id }) => id === key)?.title ?? null;
  return [
    ...readGates({ key: step.id, step, issue, rulings, titles, isOver }),
    ...minutesGate(step, trackers.get(step.id)),
  ];
}

/** Where a change request stands; `null` of other steps. */
function changeIn(
  { step, issue, recorded }: Pick<StepInput, 'step' | 'issue' | 'recorded'>,
  {
    evidence,
    approvals,
    waiver,
  }: Pick<Facts, 'approvals' | 'waiver'> & { readonly evidence: () => Facts['evidence'] },
  { changes }: StepContext,
): Change | null {
  const reading = changes.get(step.id);
  if (reading === undefined) return null;
  const isClosed = issue?.state === 'closed' && (waiver !== null || recorded !== null);
  return changeNow(step, reading, {
    approved: approvals.every(isApproved),
    evidence: evidence(),
    over: waiver?.skip === true || isClosed,
  });
}

/** Without what nobody is asked for: the list that silence has accepted, a table in which nothing is missing. */
function stillAsked(gone: Gone, evidence: readonly EvidenceReading[], isAccepted: boolean): Gone | null {
  const checklist = isAccepted ? [] : gone.checklist;
  const fields = evidence.some(isMissing) ? gone.evidence : [];
  return checklist.length + fields.length === 0 ? null : { ...gone, checklist, evidence: fields };
}

/** The success of a pipeline closes the issue once. */
function closesBySuccess(run: PipelineRun | null): boolean {
  return run?.state === 'success' && !run.used;
}

function untickedItems(step: Step, issue: ActualIssue): readonly string[] {
  if (!step.done_when.checklist) return [];
  return readChecklist(issue.description)
    .filter(({ done, optional }) => !done && !optional)
    .map(({ text }) => text);
}

/** The last word counts; those that have expired are gone already, see `settleRulings`. */
function waiverOf(key: StepKey, rulings: Rulings): Waiver | null {
  return rulings.waivers.findLast(({ step }) => step === key) ?? null;
}

/** Evidence fields of a step that apply to this SOW. */
export function evidenceFor(step: Step, sow: Subject): readonly EvidenceField[] {
  return step.done_when.evidence.filter(
    ({ when }) => when === undefined || evaluateCondition(when, sow).holds,
  );
}

/** A required field that is empty, or any field whose value is of the wrong kind. */
function isMissing(reading: EvidenceReading): boolean {
  return reading.problem !== null;
}

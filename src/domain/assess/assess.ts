/**
 * What the facts say: for each step where it stands and which rules are broken, and whether the engagement is
 * complete. The one place that decides; plan, check, explain, report and notes all read its answer.
 */

import { localDate } from '#domain/base/calendar.ts';
import type { EngagementKey, StepKey } from '#domain/base/keys.ts';
import type { Settings } from '#domain/base/settings.ts';
import { hoursOf } from '#domain/hours/hours.ts';
import { type HoursStatement, NO_HOURS } from '#domain/hours/memory.ts';
import { droppedItems, withItems } from '#domain/process/items.ts';
import { isElsewhere, type ProcessDefinition } from '#domain/process/process.ts';
import { stepsFor } from '#domain/process/step-order.ts';
import { asMigrated } from '#domain/record/as-migrated.ts';
import type { Done } from '#domain/record/done.ts';
import type { Identified } from '#domain/record/identify.ts';
import type { Touch } from '#domain/record/record.ts';
import type { TrackerMemory } from '#domain/recurring/memory.ts';
import { withInstances } from '#domain/rulings/instances.ts';
import { isWithdrawn, NO_RULINGS, type Rulings, type Waiver } from '#domain/rulings/rulings.ts';
import { NO_HISTORY, revisionOf, type SowHistory } from '#domain/sow/history.ts';
import type { Subject } from '#domain/sow/subject.ts';
import { assessElsewhere, type ChainFacts } from './assess-elsewhere.ts';
import { assessStep } from './assess-step.ts';
import { isKeptHidden } from './audience.ts';
import { readChanges, withChanges } from './changes.ts';
import { currentLabel } from './current-label.ts';
import { handOverOf } from './hand-over.ts';
import { handedBy } from './handed.ts';
import { namedSows } from './named-sows.ts';
import type { Assessment, StepStatus, Violation } from './step-status.ts';
import { trackerMemories } from './trackers.ts';
import { wasDone } from './was-done.ts';

export { evidenceFor } from './assess-step.ts';
export { currentLabel } from './current-label.ts';

/** Facts about one engagement, and the rulings of people. */
export interface AssessInput {
  readonly engagement: EngagementKey;
  readonly process: ProcessDefinition;
  readonly sow: Subject;
  readonly found: Identified;
  readonly settings: Settings;
  /** Date in the calendar's time zone: `2026-11-25`. */
  readonly today: string;
  /** Rulings of people; absent: nobody has ruled anything. */
  readonly rulings?: Rulings;
  /** Memories of recurring steps as their threads have made them; absent: as recorded. */
  readonly trackers?: ReadonlyMap<StepKey, TrackerMemory>;
  /** Hours that are being imported; absent: none. */
  readonly statement?: HoursStatement | undefined;
  /** How the SOW came to be what it is; absent: as recorded. */
  readonly history?: SowHistory;
  /** The other engagements of the chain; absent: there are none. */
  readonly chained?: ChainFacts | undefined;
}

/** Assesses an engagement: every step in order, each with the verdicts on its predecessors, then the epic and what becomes of a deal. */
export function assess(input: AssessInput): Assessment {
  const { found } = input;
  const history = input.history ?? found.record?.history ?? NO_HISTORY;
  const chained = chainOf(input);
  const steps = assessSteps({ ...input, history, chained });
  const named = namedSows(input.sow, steps.process, found);
  const { chain, taken } = chained;
  const handed = handedBy({ ...steps, chain }, found.record);
  const assessed = { ...steps, chain, taken, named, stages: history.stage ?? {}, handed };
  return { ...assessed, handOver: handOverOf(assessed, history) };
}

/** What is known before the steps are assessed. */
interface Known extends AssessInput {
  readonly history: SowHistory;
  readonly chained: ChainFacts;
}

function assessSteps(
  input: Known,
): Omit<Assessment, 'chain' | 'taken' | 'named' | 'stages' | 'handed' | 'handOver'> {
  const { engagement, sow, found, history, chained, settings, today, rulings = NO_RULINGS } = input;
  const hours = hoursOf({
    memory: found.record?.hours ?? NO_HOURS,
    sow,
    issues: [...found.issues.values()],
    statement: input.statement,
    thresholds: settings.hours,
    calendar: settings.calendar,
    today,
  });
  const own = asMigrated(input.process, found.record?.migrated ?? null);
  const itemized = withItems(own, sow, found.issues.keys());
  const defined = withInstances(itemized, rulings.instances);
  const asked = { issues: found.issues, kept: { sow, history }, rulings, hours: hours.reading, settings };
  const changes = readChanges(defined, asked);
  const process = withChanges(defined, changes);
  const selected = stepsFor(process, sow);
  const recorded = input.trackers ?? found.record?.occurrences ?? new Map<StepKey, TrackerMemory>();
  const circumstances = {
    process,
    sow,
    settings,
    rulings,
    today,
    trackers: recorded,
    changes,
    hours: hours.reading,
    stages: history.stage ?? {},
    chained,
  };
  const statuses = judged(selected.included, circumstances, found);
  const reading = process.steps.flatMap((step) => statuses.get(step.id) ?? []);
  const openClosingSteps = process.closeWhen.filter((step) => statuses.get(step)?.done !== true);
  const closed = openClosingSteps.length === 0;
  const givenUp = !closed && isWithdrawn(rulings);
  const steps = reading.map((status) => {
    if (givenUp) return notDoneAnyMore(status);
    return closed ? closedWithEpic(status) : endedInTime(status, statuses, settings);
  });
  return {
    engagement,
    process,
    plain: own,
    sow,
    hidden: isKeptHidden(engagement, settings) && found.epic?.confidential !== false,
    rulings,
    today,
    revision: revisionOf(found.record?.history ?? NO_HISTORY),
    proposals: found.record?.proposals ?? [],
    trackers: trackerMemories(steps, {
      settings,
      rulings,
      today,
      recorded,
      launchedOn: found.epic === null ? today : localDate(found.epic.createdAt, settings.calendar),
    }),
    hours: closed ? { ...hours, due: [] } : hours,
    steps,
    order: selected.included.map(({ step }) => step.id),
    excluded: [...selected.excluded, ...droppedItems(own, itemized, found.issues.keys())],
    openClosingSteps,
    closed,
    completed: completedOf(steps, closed),
    withdrawn: givenUp,
    epicClosedEarly: found.epic?.state === 'closed' && !closed && !givenUp,
  };
}

type Circumstances = Omit<Parameters<typeof assessStep>[1], 'earlier' | 'isOver' | 'endedByUs'> & {
  readonly chained: ChainFacts;
};

/** Verdicts on steps, each made after those that it rests on, whatever the order in which they stand. */
function judged(
  steps: ReturnType<typeof stepsFor>['included'],
  circumstances: Circumstances,
  found: Identified,
): ReadonlyMap<StepKey, StepStatus> {
  const statuses = new Map<StepKey, StepStatus>();
  const waiting = new Map(steps.map((one) => [one.step.id, one]));
  const judge = (key: StepKey): void => {
    const one = waiting.get(key);
    if (one === undefined) return;
    waiting.delete(key);
    const { step, after } = one;
    for (const before of after) judge(before.step);
    if (isElsewhere(step)) {
      const { recorded } = recordedOf(key, found.record);
      statuses.set(
        key,
        assessElsewhere(
          { step, after, recorded, waiver: skipOf(key, circumstances.rulings) },
          circumstances.chained,
          statuses,
        ),
      );
      return;
    }
    const issue = found.issues.get(key) ?? null;
    const closer = step.until === undefined ? null : (issue?.closedBy ?? null);
    const endedByUs = closer !== null && closer.id === found.epic?.author.id;
    const known = {
      ...recordedOf(key, found.record),
      wasDone: wasDone(key, issue, found, circumstances.settings),
    };
    const context = { ...circumstances, earlier: statuses, isOver, endedByUs };
    statuses.set(key, assessStep({ step, after, issue, ...known }, context));
  };
  const isOver = (key: StepKey): boolean => {
    judge(key);
    return statuses.get(key)?.done ?? found.issues.get(key)?.state === 'closed';
  };
  for (const { step } of steps) judge(step.id);
  return statuses;
}

/** The exception by which a step is not to be done; one that only may lack something says nothing of other engagements. */
function skipOf(key: StepKey, { waivers }: Rulings): Waiver | null {
  return waivers.findLast(({ step, skip }) => step === key && skip) ?? null;
}

/** The other engagements: as they are where they were read, else as the record has them. */
function chainOf({ found, chained }: Pick<AssessInput, 'found' | 'chained'>): ChainFacts {
  const { keys, chain: read, left, taken } = chained ?? { keys: [], chain: [], left: [], taken: [] };
  const recorded = (found.record?.chain ?? []).filter(({ key }) => !left.includes(key));
  const known = recorded.map((one) => read.find(({ key }) => key === one.key) ?? one);
  return {
    keys,
    chain: [...known, ...read.filter(({ key }) => !known.some((one) => one.key === key))],
    left,
    taken,
  };
}

/** Whether what comes after the close is done, too; `null` where nothing comes after it. */
function completedOf(steps: readonly StepStatus[], closed: boolean): boolean | null {
  const after = steps.filter(({ step }) => step.after_close === true);
  return after.length === 0 ? null : closed && after.every(({ done }) => done);
}

function recordedOf(
  step: StepKey,
  record: Identified['record'],
): {
  readonly recorded: Done | null;
  readonly given: string | null;
  readonly fellTo: string | null;
  readonly touch: Touch | null;
} {
  return {
    recorded: record?.done.get(step) ?? null,
    given: record?.baseline.get(step) ?? null,
    fellTo: record?.fellTo.get(step) ?? null,
    touch: record?.touches.get(step) ?? null,
  };
}

/** Steps that run alongside end with the engagement. */
function closedWithEpic(status: StepStatus): StepStatus {
  return status.step.until === undefined || status.done
    ? status
    : { ...status, state: status.waiver === null ? 'done' : 'waived', done: true, violations: [] };
}

/** In an engagement that was given up nothing is missing any more; what is done stays done. */
function notDoneAnyMore(status: StepStatus): StepStatus {
  return status.done ? status : { ...status, state: 'withdrawn', since: null, waitsFor: [], violations: [] };
}

/** Steps that run alongside others may end only after the step named in `until`. */
function endedInTime(
  status: StepStatus,
  all: ReadonlyMap<StepKey, StepStatus>,
  settings: Settings,
): StepStatus {
  const { until } = status.step;
  if (
    !status.done ||
    status.settled !== null ||
    status.waiver !== null ||
    until === undefined ||
    all.get(until)?.done !== false
  )
    return status;
  const violation: Violation = {
    rule: 'closed-too-early',
    waitsFor: [],
    unticked: [],
    evidence: [],
    gates: [],
    gone: null,
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

/** Where a step stands whose issue another engagement has. */

import { compareText } from '#domain/base/compare-text.ts';
import type { EngagementKey, StepKey } from '#domain/base/keys.ts';
import type { WorkflowState } from '#domain/base/labels.ts';
import { elsewhereOf, type Predecessor, type Step } from '#domain/process/process.ts';
import type { Chained } from '#domain/record/chained.ts';
import type { Done } from '#domain/record/done.ts';
import type { Waiver } from '#domain/rulings/rulings.ts';
import type { ElsewhereStep, StepStatus } from './step-status.ts';
import type { Taken } from './taken.ts';
import { waitsForOf } from './waits-for.ts';

/** What is known of the other engagements. */
export interface ChainFacts {
  /** Keys of those that there will be; empty: nobody knows yet. */
  readonly keys: readonly EngagementKey[];
  /** Those that are there. */
  readonly chain: readonly Chained[];
  /** Those that are not of this deal, although it names them. */
  readonly taken: readonly Taken[];
  /** Those that the record names and that belong to the chain no longer. */
  readonly left: readonly EngagementKey[];
}

/** The less is done, the earlier it stands. */
const ORDER: readonly WorkflowState[] = [
  'withdrawn',
  'blocked',
  'ready',
  'in progress',
  'waiting',
  'waived',
  'done',
];

/**
 * Assesses a step by the steps of other engagements that stand for it: done when all of them are, else it stands where
 * the one stands that is least far. While there is none, it waits for the other engagement to begin. What is recorded
 * as done stays done until an issue of it is opened again. A manager may do without (`/ps skip`).
 */
export function assessElsewhere(
  {
    step,
    after,
    recorded,
    waiver,
  }: {
    readonly step: Step;
    readonly after: readonly Predecessor[];
    readonly recorded: Done | null;
    readonly waiver: Waiver | null;
  },
  every: Pick<ChainFacts, 'keys' | 'chain'>,
  earlier: ReadonlyMap<StepKey, StepStatus>,
): StepStatus {
  const facts = withoutWithdrawn(every);
  const waitsFor = waitsForOf(after, earlier);
  const elsewhere = stepsElsewhere(step, facts);
  const settled = settledOf(elsewhere, facts, recorded) ?? skippedOf(waiver);
  const done = settled !== null && (waiver !== null || waitsFor.length === 0 || recorded !== null);
  const isWaived =
    waiver !== null || (elsewhere.every((one) => one.state === 'waived') && elsewhere.length > 0);
  const state = done ? (isWaived ? 'waived' : 'done') : stateOf(elsewhere, waitsFor);
  return {
    key: step.id,
    step,
    after,
    issue: null,
    state,
    done,
    started: done || state === 'in progress' || state === 'waiting',
    since: null,
    waitsFor: done ? [] : waitsFor,
    unticked: [],
    gone: null,
    evidence: [],
    approvals: [],
    gates: [],
    change: null,
    waiver,
    acceptance: null,
    run: null,
    staged: false,
    given: null,
    fellTo: null,
    settled: done ? settled : null,
    violations: [],
    elsewhere,
  };
}

/** Without deliveries that were given up, as long as another goes on: nothing comes from them any more. */
function withoutWithdrawn({
  keys,
  chain,
}: Pick<ChainFacts, 'keys' | 'chain'>): Pick<ChainFacts, 'keys' | 'chain'> {
  const over = chain.filter(isGivenUp).map(({ key }) => key);
  const left = keys.filter((key) => !over.includes(key));
  return left.length === 0 ? { keys, chain } : { keys: left, chain };
}

/** Whether a delivery was given up. */
export function isGivenUp({ steps }: Chained): boolean {
  return steps.some(({ state }) => state === 'withdrawn');
}

/** The end of a step that a manager does without; `null`: nobody does. */
function skippedOf(waiver: Waiver | null): Done | null {
  return waiver === null ? null : { on: waiver.on, by: waiver.by, how: 'waiver' };
}

/** The steps that stand for one, in the order of the engagements that they are of. */
function stepsElsewhere(
  step: Step,
  { keys, chain }: Pick<ChainFacts, 'keys' | 'chain'>,
): readonly ElsewhereStep[] {
  const wanted = elsewhereOf(step);
  return keys.flatMap((key) => {
    const other = chain.find((one) => one.key === key);
    const name = wanted.find(({ process }) => process === other?.process)?.step;
    const found = other?.steps.find((one) => one.key === name);
    return found === undefined ? [] : [{ ...found, engagement: key }];
  });
}

/** The end of the last of them; `null` while one is open or missing. What was recorded holds as long as none is open. */
function settledOf(
  elsewhere: readonly ElsewhereStep[],
  { keys }: Pick<ChainFacts, 'keys'>,
  recorded: Done | null,
): Done | null {
  const ends = elsewhere.flatMap(({ done }) => done ?? []);
  if (ends.length < elsewhere.length) return null;
  if (recorded !== null) return recorded;
  if (keys.length === 0 || ends.length < keys.length) return null;
  return ends.toSorted((one, other) => compareText(one.on, other.on)).at(-1) ?? null;
}

function stateOf(elsewhere: readonly ElsewhereStep[], waitsFor: readonly Predecessor[]): WorkflowState {
  if (waitsFor.some(({ until }) => until === 'done')) return 'blocked';
  const [least = 'waiting'] = elsewhere
    .map(({ state }) => state)
    .toSorted((one, other) => ORDER.indexOf(one) - ORDER.indexOf(other));
  // All of them are done, and another is yet to begin.
  return least === 'done' || least === 'waived' ? 'waiting' : least;
}

import { AppError, GitLabConflictError } from '#domain/base/errors.ts';
import type { EngagementKey } from '#domain/base/keys.ts';
import { firstCreated, type KnownEngagements } from '#domain/engagement/known.ts';
import type { ActualState } from '#domain/engagement/state.ts';
import { type CountedChanges, changesThatCount, massChanges } from '#domain/policy/mass-change.ts';
import { nextLook } from '#domain/reminders/next-look.ts';
import { blockContext } from '#domain/texts/block-context.ts';
import type { ActualStates } from '#ports/gitlab.ts';
import { type FullSweeps, type LookedAt, lookOfSweep } from '#reconciler/loop/comment-look.ts';
import { createKnownChain, dealsLast, type KnownChain } from '#reconciler/loop/deals-last.ts';
import { type Decision, decide } from '#reconciler/loop/decide.ts';
import type { ReconcileDeps, ReconcileOptions } from '#reconciler/loop/deps.ts';
import { type Outcome, reconcile, settle } from '#reconciler/loop/reconcile.ts';
import type { Undecided } from '#reconciler/loop/undecided.ts';
import { isOver, readOptions } from './over.ts';

export interface SweepResult {
  readonly engagement: EngagementKey;
  readonly outcome: SweepOutcome;
  /** When there is something to do though nothing happens to it; `null`: not soon, or the next sweep sees a change. */
  readonly look: string | null;
  /** The epic's `updated_at` when its comments were looked at; `null`: something is left to look at. */
  readonly lookedAt: string | null;
  /** When the oldest item that names it was created; `null`: it was not read. */
  readonly createdAt: string | null;
  /** Nothing comes of it any more: a sweep that knows this may leave it out. */
  readonly over: boolean;
}

/**
 * The outcome, a brake across engagements, or the error that stopped this engagement; the others go on. What is over and has
 * not changed is left out.
 */
export type SweepOutcome =
  | Outcome
  | { readonly kind: 'left-out' }
  | { readonly kind: 'braked'; readonly why: string }
  | { readonly kind: 'failed'; readonly error: AppError };

export interface SweepOptions {
  /** Only engagements changed since this instant (ISO 8601, UTC). */
  readonly updatedAfter?: string;
  /** These besides. */
  readonly also?: readonly EngagementKey[];
  /** What earlier sweeps have looked at. Default: nothing. */
  readonly lookedAt?: LookedAt;
  /** Earlier full sweeps. Default: not known. */
  readonly before?: FullSweeps | undefined;
  /** What earlier sweeps know: a full one leaves out what is over. Default: nothing. */
  readonly known?: KnownEngagements | undefined;
  /** Reads also what is known to be over. */
  readonly whole?: boolean;
  /** Goes on where a brake would stop it. */
  readonly allowMassChange?: boolean;
  /** Told before each engagement is looked at; `done` counts from 0. */
  readonly onLook?: (engagement: EngagementKey, done: number, total: number) => void;
}

/** Whether something of the engagement was seen: what only carries a label of ours is none. */
export function isSeen({ outcome }: Pick<SweepResult, 'outcome'>): boolean {
  return outcome.kind !== 'absent' && outcome.kind !== 'not-won';
}

/** More decisions that change something are not kept until all are made: those engagements are read again. */
const MOST_KEPT = 100;

/** Reconciles every engagement, and gives all results together. */
export async function sweep(
  deps: ReconcileDeps,
  options: SweepOptions = {},
): Promise<readonly SweepResult[]> {
  const results: SweepResult[] = [];
  for await (const result of sweepEach(deps, options)) results.push(result);
  return results;
}

/**
 * Reconciles every engagement from one bulk read, and gives each result when it is there, so that nobody needs to hold
 * thousands: first those of engagements in which nothing is to be done. All is decided before anything is written, so that
 * one cause that would change many engagements is noticed before the first. One engagement that fails does not stop the
 * others; an error that is not ours ends the sweep. What kept a place from being read is thrown when all that is in the
 * other one is done.
 */
export async function* sweepEach(
  deps: ReconcileDeps,
  options: SweepOptions = {},
): AsyncGenerator<SweepResult> {
  const unread: AppError[] = [];
  const onUnread = (error: AppError): void => void unread.push(error);
  const states = await deps.gitlab.readAll({ ...readOptions(options), onUnread });
  const { leftOut = [] } = states;
  for (const engagement of leftOut) yield leftOutResult(engagement, options);
  const chain = createKnownChain(deps.settings);
  const going: Going = {
    chain,
    choicesOf: choicesFor(deps, options, chain),
    created: new Map(),
    over: new Set(leftOut),
    pending: [],
  };
  yield* decideEach(deps, dealsLast(readStates(deps, states, { ...options, onUnread })), going);
  yield* settlePending(deps, going, options.allowMassChange ?? false);
  for (const error of unread) throw error;
}

/** What a sweep carries from its first half, which decides, to its second, which writes. */
interface Going {
  readonly chain: KnownChain;
  readonly choicesOf: (engagement: EngagementKey) => Choices;
  readonly created: Map<EngagementKey, string | null>;
  /** Engagements that are over: a deal is only with its whole chain. */
  readonly over: Set<EngagementKey>;
  readonly pending: Pending[];
}

function choicesFor(deps: ReconcileDeps, options: SweepOptions, chain: KnownChain): Going['choicesOf'] {
  const { updatedAfter = null, allowMassChange = false, lookedAt = new Map(), known, before } = options;
  const now = deps.clock.now();
  return (engagement) => ({
    known: chain.known,
    comments: lookOfSweep(engagement, { updatedAfter, now, lookedAt, over: known?.over, before }),
    allowMassChange,
  });
}

/** Gives the results of engagements in which nothing is to be done; the others are pending then. */
async function* decideEach(
  deps: ReconcileDeps,
  states: AsyncIterable<ActualState>,
  { chain, choicesOf, created, over, pending }: Going,
): AsyncGenerator<SweepResult> {
  for await (const actual of states) {
    const { engagement } = actual;
    const createdAt = firstCreated(actual);
    created.set(engagement, createdAt);
    const choices = choicesOf(engagement);
    const decision = await attempt(deps, engagement, async () => await decide(deps, actual, choices));
    chain.keep(engagement, decision);
    if (!changesNothing(decision)) {
      pending.push(pendingOf(engagement, decision, pending.length < MOST_KEPT));
      continue;
    }
    const result = await resultOf(deps, engagement, decision, choices);
    const isDone = result.outcome.kind === 'unchanged' && decision.kind === 'decided';
    const isLast = isDone && isOver(decision, { look: result.look, others: over });
    if (isLast) over.add(engagement);
    yield* withHandedOver({ ...result, createdAt, over: isLast });
  }
}

/** Writes what is pending, one engagement after the other, but for those that a brake stops. */
async function* settlePending(
  deps: ReconcileDeps,
  { choicesOf, created, pending }: Going,
  allowMassChange: boolean,
): AsyncGenerator<SweepResult> {
  const stopped = massChanges(allowMassChange ? [] : pending, deps.settings.policy);
  for (let next = pending.shift(); next !== undefined; next = pending.shift()) {
    const { engagement, decision } = next;
    const why = stopped.get(engagement);
    const choices = choicesOf(engagement);
    const createdAt = created.get(engagement) ?? null;
    if (why !== undefined) yield { ...UNREAD, engagement, outcome: { kind: 'braked', why }, createdAt };
    else {
      const result =
        decision === null
          ? await readAgain(deps, engagement, choices)
          : await resultOf(deps, engagement, decision, choices);
      yield* withHandedOver({ ...UNREAD, ...result, createdAt });
    }
  }
}

/** What is known of an engagement that no bulk read has brought. */
export const UNREAD = { look: null, lookedAt: null, createdAt: null, over: false } as const;

/** An engagement of which everything stays as it is remembered. */
function leftOutResult(engagement: EngagementKey, { known, lookedAt }: SweepOptions): SweepResult {
  return {
    ...UNREAD,
    engagement,
    outcome: { kind: 'left-out' },
    lookedAt: lookedAt?.get(engagement) ?? null,
    createdAt: known?.created.get(engagement) ?? null,
    over: true,
  };
}

/** A result, and those of the deliveries that a deal has handed over with it: no bulk read has brought them. */
function* withHandedOver(result: SweepResult): Generator<SweepResult> {
  yield result;
  const { outcome } = result;
  const launched = 'handedOver' in outcome ? (outcome.handedOver ?? []) : [];
  for (const one of launched) yield { ...UNREAD, ...one };
}

/** What the decision and the outcome say of an engagement. */
type Settled = Pick<SweepResult, 'engagement' | 'outcome' | 'look' | 'lookedAt'>;
type Choices = Pick<ReconcileOptions, 'comments' | 'allowMassChange' | 'known'>;
type Failed = Extract<SweepOutcome, { kind: 'failed' }>;
type Decided = Decision | Undecided | Failed;

/** Engagement in which something is to be done; `decision: null`: it was not kept. */
interface Pending extends CountedChanges {
  readonly decision: Decided | null;
}

function changesNothing(decision: Decided): boolean {
  return decision.kind === 'decided'
    ? decision.plan.actions.length === 0
    : decision.kind === 'failed' || decision.kind === 'absent' || decision.kind === 'not-won';
}

function pendingOf(engagement: EngagementKey, decision: Decided, isKept: boolean): Pending {
  const changes = decision.kind === 'decided' ? changesThatCount(decision) : [];
  return { engagement, changes, decision: isKept ? decision : null };
}

async function resultOf(
  deps: ReconcileDeps,
  engagement: EngagementKey,
  decision: Decided,
  choices: Choices,
): Promise<Settled> {
  if (decision.kind === 'failed') return { engagement, outcome: decision, look: null, lookedAt: null };
  const outcome = await attempt(
    deps,
    engagement,
    async () => await settleRead(deps, engagement, decision, choices),
  );
  // What the run wrote has moved it since: the next sweep looks once more, and then no longer.
  const isDone = outcome.kind === 'unchanged' || outcome.kind === 'applied';
  const lookedAt =
    isDone && decision.kind === 'decided' ? (decision.facts.found.epic?.updatedAt ?? null) : null;
  return { engagement, outcome, look: lookAfter(deps, outcome), lookedAt };
}

async function readAgain(deps: ReconcileDeps, engagement: EngagementKey, choices: Choices): Promise<Settled> {
  const outcome = await attempt(
    deps,
    engagement,
    async () => await reconcile(deps, engagement, { ...choices, known: new Map() }),
  );
  return { engagement, outcome, look: lookAfter(deps, outcome), lookedAt: null };
}

function lookAfter({ settings, clock }: ReconcileDeps, outcome: SweepOutcome): string | null {
  return outcome.kind === 'unchanged'
    ? nextLook(blockContext(outcome.assessment, settings), clock.now())
    : null;
}

/** Engagements that are read side by side where a bulk read does not bring them. */
const AT_ONCE = 20;

async function* readStates(
  { gitlab }: ReconcileDeps,
  states: ActualStates,
  { also = [], onLook, onUnread }: SweepOptions & { readonly onUnread: (error: AppError) => void },
): AsyncGenerator<ActualState> {
  const seen = new Set<EngagementKey>();
  const given = (actual: ActualState): ActualState => {
    onLook?.(actual.engagement, seen.size, Math.max(states.length, seen.size + 1));
    seen.add(actual.engagement);
    return actual;
  };
  for (const actual of states) yield given(actual);
  const others = also.filter((engagement) => !seen.has(engagement));
  for (let start = 0; start < others.length; start += AT_ONCE) {
    const some = others.slice(start, start + AT_ONCE);
    const read = some.map(async (engagement) => await gitlab.readEngagement(engagement, { always: true }));
    for (const one of await Promise.allSettled(read))
      if (one.status === 'fulfilled') yield given(one.value);
      else if (one.reason instanceof AppError) onUnread(one.reason);
      else throw one.reason;
  }
}

async function attempt<T>(
  deps: ReconcileDeps,
  engagement: EngagementKey,
  work: () => Promise<T>,
): Promise<T | Failed> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    deps.logger.error('engagement could not be reconciled', {
      engagement,
      code: error.code,
      reason: error.message,
    });
    return { kind: 'failed', error };
  }
}

/** Settles from what the sweep has read; anew where another writer was faster. */
async function settleRead(
  deps: ReconcileDeps,
  engagement: EngagementKey,
  decision: Decision | Undecided,
  choices: ReconcileOptions,
): Promise<Outcome> {
  try {
    return await settle(deps, engagement, decision, choices);
  } catch (error) {
    if (!(error instanceof GitLabConflictError)) throw error;
    const { known: _, ...fresh } = choices;
    return await reconcile(deps, engagement, fresh);
  }
}

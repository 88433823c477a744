/** One engagement: read, decide, plan, policy, apply. The same loop behind the service, the CLI and CI jobs. */

import type { Assessment } from '#domain/assess/step-status.ts';
import { GitLabConflictError } from '#domain/base/errors.ts';
import type { EngagementKey } from '#domain/base/keys.ts';
import type { ActualState } from '#domain/engagement/state.ts';
import type { Plan } from '#domain/plan/action.ts';
import { movesNext } from '#domain/plan/dates.ts';
import { isStopped } from '#domain/plan/epic.ts';
import { newlyWanted } from '#domain/plan/pipelines.ts';
import { judge } from '#domain/policy/policy.ts';
import { oneIssueWarnings } from '#domain/process/items.ts';
import type { Identified } from '#domain/record/identify.ts';
import { brakeNote, recordDamagedNote } from '#domain/texts/epic-notes.ts';
import { otherSowNote, sowTakenNote } from '#domain/texts/sow-notes.ts';
import { draftWarnings } from '#domain/versions/versions.ts';
import { applyPlan } from './apply-plan.ts';
import { type Decision, decide } from './decide.ts';
import type { PlacedDeps, ReconcileDeps, ReconcileOptions } from './deps.ts';
import { writeEpicNote } from './ensure-note.ts';
import { followChain, type HandedOver, letGo } from './follow-chain.ts';
import { keepOrder } from './keep-order.ts';
import { readWhole } from './look-closer.ts';
import { inPlaceOf } from './place.ts';
import { strangerWarnings } from './read-members.ts';
import type { StartedRuns } from './read-runs.ts';
import type { Undecided } from './undecided.ts';

/** Nothing was to be done, or everything was. */
interface Settled<K extends string> {
  readonly kind: K;
  readonly plan: Plan;
  readonly assessment: Assessment;
  readonly epicUrl: string | null;
  readonly warnings: readonly string[];
  /** Deliveries of a deal that this run has launched, or could not; absent: none was to be. */
  readonly handedOver?: readonly HandedOver<Outcome>[];
}

/** Outcome of reconciling one engagement. */
export type Outcome =
  | Settled<'unchanged'>
  | Settled<'applied'>
  | { readonly kind: 'shadow'; readonly plan: Plan; readonly assessment: Assessment }
  /** By the loop fuse, now or earlier. */
  | {
      readonly kind: 'paused';
      readonly plan: Plan;
      readonly assessment: Assessment;
      readonly change: string | null;
    }
  | { readonly kind: 'braked'; readonly plan: Plan; readonly assessment: Assessment; readonly why: string }
  | Undecided;

/** How often a launch that met another writer reads and plans again. */
const TRIES = 3;

/** Brings one engagement to its desired state. A second run makes no write. */
export async function reconcile(
  deps: ReconcileDeps,
  engagement: EngagementKey,
  options: ReconcileOptions = {},
): Promise<Outcome> {
  for (let attempt = 1; ; attempt += 1) {
    // A launch is worth one read less: the engagement's label says whether there is something already.
    const always = attempt > 1 || options.sow === undefined;
    const actual = always
      ? await readWhole(deps.gitlab, engagement)
      : await deps.gitlab.readEngagement(engagement);
    try {
      return await reconcileState(deps, actual, { ...options, claimed: attempt > 1 });
    } catch (error) {
      if (!(error instanceof GitLabConflictError) || attempt === TRIES) throw error;
      deps.logger.info('another writer was faster; reading again', { engagement, attempt });
    }
  }
}

/**
 * Reconciles from a state already read: what a sweep does. @param options.claimed the engagement's label is known to
 * exist
 */
export async function reconcileState(
  deps: ReconcileDeps,
  actual: ActualState,
  options: ReconcileOptions & { readonly claimed?: boolean } = {},
): Promise<Outcome> {
  return await settle(deps, actual.engagement, await decide(deps, actual, options), options);
}

/** Carries out what was decided, or says on the epic why nothing could be. */
export async function settle(
  deps: ReconcileDeps,
  engagement: EngagementKey,
  decision: Decision | Undecided,
  options: ReconcileOptions,
): Promise<Outcome> {
  if (decision.kind === 'decided') return await carryOut(deps, decision, options);
  const placed = inPlaceOf(deps, engagement);
  if (decision.kind === 'record-damaged') await reportDamage(placed, engagement, decision.found);
  if (decision.kind === 'unknown-process' && decision.found !== null)
    return { ...decision, reopened: await keepOrder(placed, decision.found) };
  if (decision.kind === 'other-engagement')
    await reportOther(placed, decision.found, otherSowNote(engagement, decision.changes));
  if (decision.kind === 'sow-taken')
    await reportOther(placed, decision.found, sowTakenNote(engagement, decision.taken));
  return decision;
}

/** Says on the epic, once, that its SOW record was changed by hand. */
async function reportDamage(deps: PlacedDeps, engagement: EngagementKey, found: Identified): Promise<void> {
  if (found.epic === null || deps.settings.policy.mode === 'shadow') return;
  await writeEpicNote(deps.gitlab, found.epic, 'record-damaged', recordDamagedNote(engagement));
}

/** Says on the epic, where there is one, that something that came in was not taken for the engagement's. */
async function reportOther(deps: PlacedDeps, found: Identified, body: string): Promise<void> {
  if (found.epic === null || deps.settings.policy.mode === 'shadow') return;
  await writeEpicNote(deps.gitlab, found.epic, 'other-sow', body);
}

/** Carries out what {@link decide} has decided, as far as the policy allows. */
export async function carryOut(
  deps: ReconcileDeps,
  decision: Decision,
  options: ReconcileOptions,
): Promise<Outcome> {
  await letGo(deps, decision, reconcile);
  const outcome = await carryOutAlone(deps, decision, options);
  if (options.chained === true) return outcome;
  const { handedOver, warnings } = await followChain(
    deps,
    { decision, outcome, told: options.sow !== undefined, again: options.again },
    reconcile,
  );
  if (outcome.kind !== 'applied' && outcome.kind !== 'unchanged') return outcome;
  return {
    ...outcome,
    warnings: [...outcome.warnings, ...warnings],
    ...(handedOver.length === 0 ? {} : { handedOver }),
  };
}

async function carryOutAlone(
  deps: ReconcileDeps,
  decision: Decision,
  options: ReconcileOptions,
): Promise<Outcome> {
  const { plan: wanted, said, wishes } = decision;
  const { assessment, found } = decision.facts;
  const { gitlab } = inPlaceOf(deps, assessment.engagement);
  const isPaused = found.memory.paused && !wishes.resume;
  if (isPaused && wanted.actions.length === 0)
    return { kind: 'paused', plan: wanted, assessment, change: null };
  if (wanted.actions.length === 0)
    return { kind: 'unchanged', plan: wanted, assessment, epicUrl: found.epic?.url ?? null, warnings: [] };
  const verdict = judge(wanted, deps.settings.policy, options.allowMassChange);
  if (verdict.kind === 'shadow') return { kind: 'shadow', plan: wanted, assessment };
  if (verdict.kind === 'braked') {
    if (found.epic !== null)
      await writeEpicNote(gitlab, found.epic, 'brake', brakeNote(assessment, verdict.why));
    return { kind: 'braked', plan: wanted, assessment, why: verdict.why };
  }
  const applied = await applyPlan({
    gitlab,
    clock: deps.clock,
    plan: wanted,
    process: assessment.process,
    found,
    seal: deps.seal,
    onProgress: options.onProgress,
    onDone: options.onDone,
  });
  const { pausedOver: change } = wanted;
  if (change !== null || isPaused) return { kind: 'paused', plan: wanted, assessment, change };
  const outcome: Settled<'applied'> = {
    kind: 'applied',
    plan: wanted,
    assessment,
    epicUrl: applied.epic?.url ?? null,
    warnings: [
      ...applied.warnings,
      ...(found.epic === null
        ? [
            ...strangerWarnings(assessment, deps.settings),
            ...draftWarnings(assessment.process),
            ...oneIssueWarnings(assessment.process, assessment.sow),
          ]
        : []),
    ],
  };
  const wants =
    !isStopped(decision) &&
    (newlyWanted(wanted.rulings, said.recorded).length > 0 || movesNext(wanted.rulings));
  const goesOn = applied.started.size > 0 || wants || wanted.turn === 'take-up';
  return goesOn ? await goOn(deps, outcome, options, applied.started) : outcome;
}

/** What was written down as wanted is done: pipelines start, dates move. What was started is written down. */
async function goOn(
  deps: ReconcileDeps,
  outcome: Settled<'applied'>,
  options: ReconcileOptions,
  started: StartedRuns,
): Promise<Outcome> {
  const { engagement } = outcome.assessment;
  const actual = await deps.gitlab.readEngagement(engagement, { always: true });
  const { comments: _, ...others } = options;
  const then = await reconcileState(deps, actual, { ...others, started, claimed: true, chained: true });
  return then.kind === 'applied'
    ? { ...outcome, assessment: then.assessment, warnings: [...outcome.warnings, ...then.warnings] }
    : outcome;
}

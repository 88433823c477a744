/** A deal and what came of it are two engagements: what changes in one is carried to the other in the same run. */

import { handOverOf } from '#domain/assess/hand-over.ts';
import type { Assessment } from '#domain/assess/step-status.ts';
import { GitLabRefusedError } from '#domain/base/errors.ts';
import type { EngagementKey } from '#domain/base/keys.ts';
import type { PlanFacts } from '#domain/plan/input.ts';
import { NO_HISTORY } from '#domain/sow/history.ts';
import type { Sow } from '#domain/sow/sow.ts';
import { isDeal } from '#domain/sow/subject.ts';
import type { Decision } from './decide.ts';
import type { ReconcileDeps, ReconcileOptions } from './deps.ts';
import type { ReadChain } from './read-chain.ts';

/** Reconciles another engagement of the chain. */
type Reconcile<T> = (deps: ReconcileDeps, engagement: EngagementKey, options: ReconcileOptions) => Promise<T>;

/** Delivery that a deal has handed over in this run, and what came of that. */
export interface HandedOver<T> {
  readonly engagement: EngagementKey;
  readonly outcome: T;
}

/** What came of carrying on along a chain. */
interface Followed<T> {
  readonly handedOver: readonly HandedOver<T>[];
  readonly warnings: readonly string[];
}

/**
 * Carries on along the chain after one engagement is settled: a delivery that a deal has handed over is launched, one
 * that does not know its deal yet learns of it, and a deal looks again when its delivery was changed. After a crash the next
 * run finds each of it again; the last one where it is told that it runs `again`, because the delivery needs nothing then.
 */
export async function followChain<T>(
  deps: ReconcileDeps,
  {
    decision,
    outcome,
    told,
    again = false,
  }: {
    readonly decision: Decision;
    readonly outcome: { readonly kind: string };
    /** The source of the engagement is at hand. */
    readonly told: boolean;
    readonly again: boolean | undefined;
  },
  reconcile: Reconcile<T>,
): Promise<Followed<T>> {
  const none = { handedOver: [], warnings: [] };
  if (outcome.kind !== 'applied' && outcome.kind !== 'unchanged') return none;
  const { assessment } = decision.facts;
  if (isDeal(assessment.sow))
    return { ...none, handedOver: await followDeal(deps, { ...decision, told }, reconcile) };
  if (outcome.kind === 'applied' || again)
    return { ...none, warnings: await tellDeal(deps, assessment, reconcile) };
  return none;
}

/**
 * Lets go of SOWs that the source of a deal names no longer: first they forget the deal, then the deal forgets them, so
 * that a crash in between repeats it.
 */
export async function letGo<T>(
  deps: ReconcileDeps,
  { chained, facts: { assessment } }: Decision,
  reconcile: Reconcile<T>,
): Promise<void> {
  const { engagement, sow } = assessment;
  for (const key of isDeal(sow) ? chained.left : [])
    await reconcile(deps, key, { chained: true, leaves: engagement });
}

/** The deliveries of a deal: launched when it is their time, and told of the deal. */
async function followDeal<T>(
  deps: ReconcileDeps,
  { chained, facts, told }: Decision & { readonly told: boolean },
  reconcile: Reconcile<T>,
): Promise<readonly HandedOver<T>[]> {
  const { engagement: deal } = facts.assessment;
  const launch = toLaunch(facts, chained, told);
  const untold = chained.chain
    .filter(({ knows, isWhole }) => knows.length === 0 || !isWhole)
    .map(({ key }) => key);
  const joins = [...new Set([...(launch === null ? [] : [launch.sow.number]), ...untold])];
  const handed: HandedOver<T>[] = [];
  for (const key of joins) {
    const isLaunch = launch?.sow.number === key;
    const launching = isLaunch ? ({ sow: launch, amend: 'never' } as const) : {};
    const outcome = await reconcile(deps, key, { deal, chained: true, ...launching });
    if (isLaunch) handed.push({ engagement: key, outcome });
  }
  if (joins.length > 0) await reconcile(deps, deal, { chained: true, joins });
  return handed;
}

/** What a deal hands over now; `null`: nothing. A delivery that is gone is made again when the deal is told of, as its SOW would. */
function toLaunch(
  { assessment, asking, found }: PlanFacts,
  { chain }: Pick<ReadChain, 'chain'>,
  told: boolean,
): Sow | null {
  const { handOver } = assessment;
  if (handOver.kind === 'ready') return handOver.sow;
  const isGone = handOver.kind === 'done' && !chain.some(({ key }) => key === handOver.sow);
  if (!told || !isGone) return null;
  const history = asking?.history ?? found.record?.history ?? NO_HISTORY;
  const again = handOverOf({ ...assessment, chain: [] }, history);
  return again.kind === 'ready' ? again.sow : null;
}

/**
 * A deal whose delivery was changed shows it. Whom GitLab refuses the place of deals goes on with the delivery, which is
 * settled by then: a sweep tells the deal as soon as it may.
 *
 * @returns why a deal was not told
 */
async function tellDeal<T>(
  deps: ReconcileDeps,
  { chain }: Pick<Assessment, 'chain'>,
  reconcile: Reconcile<T>,
): Promise<readonly string[]> {
  const warnings: string[] = [];
  for (const { key } of chain)
    try {
      await reconcile(deps, key, { chained: true });
    } catch (error) {
      if (!(error instanceof GitLabRefusedError)) throw error;
      deps.logger.error('a deal was not told of its delivery', { engagement: key, reason: error.message });
      warnings.push(`${key} does not show this yet: ${error.message}`);
    }
  return warnings;
}

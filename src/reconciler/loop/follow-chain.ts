/** A deal and what came of it are two engagements: what changes in one is carried to the other in the same run. */

import type { Assessment } from '#domain/assess/step-status.ts';
import type { EngagementKey } from '#domain/base/keys.ts';
import { handOverNow } from '#domain/plan/hand-over.ts';
import type { PlanFacts } from '#domain/plan/input.ts';
import type { Sow } from '#domain/sow/sow.ts';
import { isDeal } from '#domain/sow/subject.ts';
import type { Decision } from './decide.ts';
import type { ReconcileDeps, ReconcileOptions } from './deps.ts';
import type { ReadChain } from './read-chain.ts';

/** Reconciles another engagement of the chain. */
type Reconcile = (
  deps: ReconcileDeps,
  engagement: EngagementKey,
  options: ReconcileOptions,
) => Promise<unknown>;

/**
 * Carries on along the chain after one engagement is settled: a delivery that a deal has handed over is launched, one
 * that does not know its deal yet learns of it, and a deal looks again when its delivery was changed. After a crash the next
 * run finds each of it again; the last one where it is told that it runs `again`, because the delivery needs nothing then.
 */
export async function followChain(
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
  reconcile: Reconcile,
): Promise<void> {
  if (outcome.kind !== 'applied' && outcome.kind !== 'unchanged') return;
  const { assessment } = decision.facts;
  if (isDeal(assessment.sow)) await followDeal(deps, { ...decision, told }, reconcile);
  else if (outcome.kind === 'applied' || again) await tellDeal(deps, assessment, reconcile);
}

/**
 * Lets go of SOWs that the source of a deal names no longer: first they forget the deal, then the deal forgets them, so
 * that a crash in between repeats it.
 */
export async function letGo(
  deps: ReconcileDeps,
  { chained, facts: { assessment } }: Decision,
  reconcile: Reconcile,
): Promise<void> {
  const { engagement, sow } = assessment;
  for (const key of isDeal(sow) ? chained.left : [])
    await reconcile(deps, key, { chained: true, leaves: engagement });
}

/** The deliveries of a deal: launched when it is their time, and told of the deal. */
async function followDeal(
  deps: ReconcileDeps,
  { chained, facts, told }: Decision & { readonly told: boolean },
  reconcile: Reconcile,
): Promise<void> {
  const { engagement: deal } = facts.assessment;
  const launch = toLaunch(facts, chained, told);
  const untold = chained.chain
    .filter(({ knows, isWhole }) => knows.length === 0 || !isWhole)
    .map(({ key }) => key);
  const joins = [...new Set([...(launch === null ? [] : [launch.sow.number]), ...untold])];
  for (const key of joins)
    await reconcile(deps, key, {
      deal,
      chained: true,
      ...(launch?.sow.number === key ? { sow: launch, amend: 'never' } : {}),
    });
  if (joins.length > 0) await reconcile(deps, deal, { chained: true, joins });
}

/** What a deal hands over now; `null`: nothing. A delivery that is gone is made again when the deal is told of, as its SOW would. */
function toLaunch(facts: PlanFacts, { chain }: Pick<ReadChain, 'chain'>, told: boolean): Sow | null {
  const { assessment, found } = facts;
  const handOver = handOverNow(facts);
  if (handOver.kind === 'ready') return handOver.sow;
  const isGone =
    handOver.kind === 'over' &&
    found.epic?.state === 'opened' &&
    !chain.some(({ key }) => key === handOver.to);
  if (!told || !isGone) return null;
  const unhanded = { ...found, record: found.record && { ...found.record, handed: null } };
  const again = handOverNow({ ...facts, assessment: { ...assessment, chain: [] }, found: unhanded });
  return again.kind === 'ready' && again.sow.sow.number === handOver.to ? again.sow : null;
}

/** A deal whose delivery was changed shows it. */
async function tellDeal(
  deps: ReconcileDeps,
  { chain }: Pick<Assessment, 'chain'>,
  reconcile: Reconcile,
): Promise<void> {
  for (const { key } of chain) await reconcile(deps, key, { chained: true });
}

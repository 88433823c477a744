/** A deal and what came of it are two engagements: what changes in one is carried to the other in the same run. */

import type { Assessment } from '#domain/assess/step-status.ts';
import type { EngagementKey } from '#domain/base/keys.ts';
import { handOverNow } from '#domain/plan/hand-over.ts';
import { isDeal } from '#domain/sow/subject.ts';
import type { Decision } from './decide.ts';
import type { ReconcileDeps, ReconcileOptions } from './deps.ts';

/** Reconciles another engagement of the chain. */
type Reconcile = (
  deps: ReconcileDeps,
  engagement: EngagementKey,
  options: ReconcileOptions,
) => Promise<unknown>;

/**
 * Carries on along the chain after one engagement is settled: a delivery that a deal has handed over is launched, one
 * that does not know its deal yet learns of it, and a deal looks again when its delivery was changed. Each of it is found
 * again by the next run after a crash.
 */
export async function followChain(
  deps: ReconcileDeps,
  { decision, outcome }: { readonly decision: Decision; readonly outcome: { readonly kind: string } },
  reconcile: Reconcile,
): Promise<void> {
  if (outcome.kind !== 'applied' && outcome.kind !== 'unchanged') return;
  const { assessment } = decision.facts;
  if (isDeal(assessment.sow)) await followDeal(deps, decision, reconcile);
  else if (outcome.kind === 'applied') await tellDeal(deps, assessment, reconcile);
}

/** The deliveries of a deal: launched when it is their time, and told of the deal. */
async function followDeal(
  deps: ReconcileDeps,
  { chained, facts }: Decision,
  reconcile: Reconcile,
): Promise<void> {
  const { assessment } = facts;
  const { engagement: deal } = assessment;
  const isThere = (key: EngagementKey): boolean =>
    [...chained.chain, ...chained.taken].some((other) => other.key === key);
  const handOver = handOverNow(facts);
  const launch = handOver.kind === 'ready' && !isThere(handOver.sow.sow.number) ? handOver.sow : null;
  const untold = chained.chain
    .filter(({ knows, isWhole }) => knows.length === 0 || !isWhole)
    .map(({ key }) => key);
  const joins = [...(launch === null ? [] : [launch.sow.number]), ...untold];
  for (const key of joins)
    await reconcile(deps, key, {
      deal,
      chained: true,
      ...(launch?.sow.number === key ? { sow: launch } : {}),
    });
  if (joins.length > 0) await reconcile(deps, deal, { chained: true, joins });
}

/** A deal whose delivery was changed shows it. */
async function tellDeal(
  deps: ReconcileDeps,
  { chain }: Pick<Assessment, 'chain'>,
  reconcile: Reconcile,
): Promise<void> {
  for (const { key } of chain) await reconcile(deps, key, { chained: true });
}

/** A deal and what came of it are two engagements: what changes in one is carried to the other in the same run. */

import type { Assessment } from '#domain/assess/step-status.ts';
import type { EngagementKey } from '#domain/base/keys.ts';
import { handOverOf } from '#domain/hand-over/hand-over.ts';
import { sowsOfDeal } from '#domain/sow/chain.ts';
import type { Decision } from './decide.ts';
import type { ReconcileDeps, ReconcileOptions } from './deps.ts';
import type { Outcome } from './reconcile.ts';

/** Reconciles another engagement of the chain. */
type Reconcile = (
  deps: ReconcileDeps,
  engagement: EngagementKey,
  options: ReconcileOptions,
) => Promise<Outcome>;

/**
 * Carries on along the chain after one engagement is settled: a delivery that a deal has handed over is launched, one
 * that does not know its deal yet learns of it, and a deal looks again when its delivery was changed. Each of it is found
 * again by the next run after a crash.
 */
export async function followChain(
  deps: ReconcileDeps,
  { decision, outcome }: { readonly decision: Decision; readonly outcome: Outcome },
  reconcile: Reconcile,
): Promise<void> {
  if (outcome.kind !== 'applied' && outcome.kind !== 'unchanged') return;
  const { assessment } = decision.facts;
  if (sowsOfDeal(assessment.sow).length > 0) await followDeal(deps, decision, reconcile);
  else if (outcome.kind === 'applied') await tellDeal(deps, assessment, reconcile);
}

/** The deliveries of a deal: launched when it is their time, and told of the deal. */
async function followDeal(deps: ReconcileDeps, { chained, facts }: Decision, reconcile: Reconcile): Promise<void> {
  const { assessment } = facts;
  const { engagement: deal } = assessment;
  const launched = handOverOf(assessment);
  const told: EngagementKey[] = [];
  for (const key of sowsOfDeal(assessment.sow)) {
    const other = chained.chain.find((one) => one.key === key);
    const sow = other === undefined && launched.kind === 'ready' ? launched.sow : undefined;
    if (other === undefined ? sow?.sow.number !== key : other.knows.length > 0) continue;
    await reconcile(deps, key, { deal, chained: true, ...(sow === undefined ? {} : { sow }) });
    told.push(key);
  }
  if (told.length > 0) await reconcile(deps, deal, { chained: true });
}

/** A deal whose delivery was changed shows it. */
async function tellDeal(
  deps: ReconcileDeps,
  { chain }: Pick<Assessment, 'chain'>,
  reconcile: Reconcile,
): Promise<void> {
  for (const { key } of chain) await reconcile(deps, key, { chained: true });
}

import type { ChainFacts } from '#domain/assess/assess-elsewhere.ts';
import { isHandedOver } from '#domain/assess/hand-over.ts';
import type { EngagementKey } from '#domain/base/keys.ts';
import { handOverNow } from '#domain/plan/hand-over.ts';
import type { PlanFacts } from '#domain/plan/input.ts';
import type { Identified } from '#domain/record/identify.ts';
import { chainedOf, type ReadChained } from '#domain/record/read-chained.ts';
import { sowsOfDeal } from '#domain/sow/chain.ts';
import { isDeal, type Subject } from '#domain/sow/subject.ts';
import type { ReconcileDeps, ReconcileOptions } from './deps.ts';
import { identifyAll } from './identify-all.ts';

/** What is known of the other engagements of a chain. */
export interface ReadChain extends ChainFacts {
  readonly chain: readonly ReadChained[];
  /** Those that came of another deal, although this one names them. */
  readonly taken: readonly ReadChained[];
}

/**
 * Reads the other engagements of a chain: of a deal those of its SOWs, as long as it is open; of a delivery its deal,
 * once, because the record keeps what is shown of it. What a sweep has read already costs nothing. A SOW belongs to a deal
 * that names it or has handed over to it; what a SOW itself says of its deal is believed by nobody.
 */
export async function readChain(
  deps: Pick<ReconcileDeps, 'gitlab' | 'settings' | 'seal'>,
  {
    engagement,
    sow,
    found,
  }: { readonly engagement: EngagementKey; readonly sow: Subject; readonly found: Identified },
  { known, deal, joins = [], leaves }: Pick<ReconcileOptions, 'known' | 'deal' | 'joins' | 'leaves'>,
): Promise<ReadChain> {
  const recorded = (found.record?.chain ?? []).map(({ key }) => key);
  if (isDeal(sow)) {
    const isOver = found.epic?.state === 'closed';
    const handed = found.record?.handed ?? null;
    const kept = isOver ? recorded : recorded.filter((key) => key === handed);
    const keys = [...new Set([...sowsOfDeal(sow), ...kept, ...joins])];
    const left = recorded.filter((key) => !keys.includes(key));
    const read = await readAll(deps, isOver ? keys.filter((key) => known?.has(key)) : keys, known);
    const isOurs = ({ knows }: ReadChained): boolean => knows.length === 0 || knows.includes(engagement);
    return { keys, chain: read.filter(isOurs), left, taken: read.filter((other) => !isOurs(other)) };
  }
  const left = recorded.filter((key) => key === leaves);
  const [parent = deal] = recorded.filter((key) => !left.includes(key));
  const isShown = parent === undefined || recorded.includes(parent);
  return { keys: [], chain: isShown ? [] : await readAll(deps, [parent], known), left, taken: [] };
}

/**
 * The number of a SOW that a deal would hand over now and that an engagement of others has; `null`: there is none. What
 * the deal's source names was read before; a number that people have typed is looked up when it is time.
 */
export async function readForeign(
  deps: Pick<ReconcileDeps, 'gitlab' | 'settings' | 'seal'>,
  facts: PlanFacts,
  chained: ReadChain,
  { known }: Pick<ReconcileOptions, 'known'>,
): Promise<EngagementKey | null> {
  const handOver = handOverNow(facts);
  if (handOver.kind !== 'ready') return null;
  const { sow } = handOver;
  const { number } = sow.sow;
  if (chained.taken.some(({ key }) => key === number)) return number;
  const there = chained.keys.includes(number) ? null : await readOne(deps, number, known);
  const { engagement: deal } = facts.assessment;
  return there === null || isHandedOver(there, { sow, deal }) ? null : number;
}

async function readAll(
  deps: Pick<ReconcileDeps, 'gitlab' | 'settings' | 'seal'>,
  keys: readonly EngagementKey[],
  known: ReconcileOptions['known'],
): Promise<readonly ReadChained[]> {
  const read = await Promise.all(keys.map(async (key) => await readOne(deps, key, known)));
  return read.flatMap((one) => one ?? []);
}

async function readOne(
  deps: Pick<ReconcileDeps, 'gitlab' | 'settings' | 'seal'>,
  key: EngagementKey,
  known: ReconcileOptions['known'],
): Promise<ReadChained | null> {
  const read = known?.get(key);
  if (read !== undefined) return read;
  return chainedOf(key, await identifyAll(deps, await deps.gitlab.readEngagement(key)), deps.settings);
}

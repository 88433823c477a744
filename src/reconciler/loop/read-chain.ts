import type { ChainFacts } from '#domain/assess/assess-elsewhere.ts';
import { namedSows } from '#domain/assess/named-sows.ts';
import type { Taken } from '#domain/assess/taken.ts';
import type { EngagementKey } from '#domain/base/keys.ts';
import type { ProcessDefinition } from '#domain/process/process.ts';
import type { Identified } from '#domain/record/identify.ts';
import { chainedOf, type ReadChained } from '#domain/record/read-chained.ts';
import { canComeOf, sowsOfDeal } from '#domain/sow/chain.ts';
import type { Deal } from '#domain/sow/deal.ts';
import { isDeal, type Subject } from '#domain/sow/subject.ts';
import type { ReconcileDeps, ReconcileOptions } from './deps.ts';
import { identifyAll } from './identify-all.ts';

/** What is known of the other engagements of a chain. */
export interface ReadChain extends ChainFacts {
  readonly chain: readonly ReadChained[];
}

/**
 * Reads the other engagements of a chain: of a deal those of its SOWs, as long as it is open; of a delivery its deal,
 * once, because the record keeps what is shown of it. What a sweep has read already costs nothing. A SOW belongs to a deal
 * that names it or has handed over to it; what a SOW itself says of its deal is believed by nobody.
 */
export async function readChain(
  deps: Pick<ReconcileDeps, 'gitlab' | 'processes' | 'settings' | 'seal'>,
  {
    engagement,
    sow,
    process,
    found,
  }: {
    readonly engagement: EngagementKey;
    readonly sow: Subject;
    readonly process: ProcessDefinition;
    readonly found: Identified;
  },
  { known, deal, joins = [], leaves }: Pick<ReconcileOptions, 'known' | 'deal' | 'joins' | 'leaves'>,
): Promise<ReadChain> {
  const recorded = (found.record?.chain ?? []).map(({ key }) => key);
  if (isDeal(sow)) {
    const isOver = found.epic?.state === 'closed';
    const isHanded = found.issues.get(process.handsOver?.after ?? '')?.state === 'closed';
    const kept = isOver ? recorded : isHanded ? recorded.slice(0, 1) : [];
    const keys = [...new Set([...namedSows(sow, process, found), ...kept, ...joins])];
    const read = await readAll(deps, isOver ? keys.filter((key) => known?.has(key)) : keys, known);
    const taken = read.flatMap(
      (other) => asDeal(other, deps.processes) ?? takenBy(other, { engagement, sow }) ?? [],
    );
    const deals = taken.flatMap(({ key, process: of }) => (of === undefined ? [] : [key]));
    const left = recorded.filter((key) => !keys.includes(key) || deals.includes(key));
    return { keys, chain: read.filter(({ key }) => taken.every((one) => one.key !== key)), left, taken };
  }
  const left = recorded.filter((key) => key === leaves);
  const [parent = deal] = recorded.filter((key) => !left.includes(key));
  const isShown = parent === undefined || recorded.includes(parent);
  return { keys: [], chain: isShown ? [] : await readAll(deps, [parent], known), left, taken: [] };
}

/**
 * An engagement that is a deal itself, under the number of its SOW: its process was about SOWs when it was launched, and
 * is about deals by now; `null`: it is a delivery.
 */
function asDeal({ key, process }: ReadChained, processes: ReconcileDeps['processes']): Taken | null {
  return processes.find(process, null)?.about === 'deal' ? { key, deal: null, process } : null;
}

/** Whose a SOW is that a deal names; `null`: it can be of that deal. */
function takenBy(
  { key, knows, sow: theirs }: ReadChained,
  { engagement, sow }: { readonly engagement: EngagementKey; readonly sow: Deal },
): Taken | null {
  const [deal = null] = knows;
  if (deal !== null) return knows.includes(engagement) ? null : { key, deal };
  return theirs === null || canComeOf(theirs, sow, !sowsOfDeal(sow).includes(key))
    ? null
    : { key, deal: null };
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

import type { ChainFacts } from '#domain/assess/assess-elsewhere.ts';
import type { EngagementKey } from '#domain/base/keys.ts';
import type { ActualState } from '#domain/engagement/state.ts';
import type { Identified } from '#domain/record/identify.ts';
import { chainedOf, type ReadChained } from '#domain/record/read-chained.ts';
import { dealOf, sowsOfDeal } from '#domain/sow/chain.ts';
import type { Subject } from '#domain/sow/subject.ts';
import type { ReconcileDeps, ReconcileOptions } from './deps.ts';
import { identifyAll } from './identify-all.ts';

/** What is known of the other engagements of a chain. */
export interface ReadChain extends ChainFacts {
  readonly chain: readonly ReadChained[];
}

/**
 * Reads the other engagements of a chain: of a deal those of its SOWs, as long as it is open; of a delivery its deal,
 * once, because the record keeps what is shown of it. What a sweep has read already costs nothing.
 */
export async function readChain(
  deps: Pick<ReconcileDeps, 'gitlab' | 'settings' | 'seal'>,
  { sow, found }: { readonly sow: Subject; readonly found: Identified },
  { known, deal }: Pick<ReconcileOptions, 'known' | 'deal'>,
): Promise<ReadChain> {
  const keys = sowsOfDeal(sow);
  const recorded = found.record?.chain ?? [];
  const parent = deal ?? dealOf(sow) ?? recorded[0]?.key ?? null;
  const isKnown = recorded.some(({ key }) => key === parent);
  const wanted = keys.length > 0 || parent === null ? keys : isKnown ? [] : [parent];
  const isOver = keys.length > 0 && found.epic?.state === 'closed';
  const toRead = isOver ? wanted.filter((key) => known?.has(key)) : wanted;
  const read = await Promise.all(toRead.map(async (key) => await readOne(deps, key, known)));
  return { keys, chain: read.flatMap((one) => one ?? []) };
}

async function readOne(
  deps: Pick<ReconcileDeps, 'gitlab' | 'settings' | 'seal'>,
  key: EngagementKey,
  known: ReadonlyMap<EngagementKey, ActualState> | undefined,
): Promise<ReadChained | null> {
  const state = known?.get(key) ?? (await deps.gitlab.readEngagement(key));
  return chainedOf(key, await identifyAll(deps, state), deps.settings);
}

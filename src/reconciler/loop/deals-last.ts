import { type EngagementKey, subjectOf } from '#domain/base/keys.ts';
import type { Settings } from '#domain/base/settings.ts';
import type { ActualState } from '#domain/engagement/state.ts';
import { chainedOf, type ReadChained } from '#domain/record/read-chained.ts';
import type { Judged } from './decide.ts';
import type { Undecided } from './undecided.ts';

/** Facts of deliveries that were read already, for the deals that they came of. */
export interface KnownChain {
  readonly known: ReadonlyMap<EngagementKey, ReadChained>;
  /** Keeps what a deal shows of an engagement, where that came of one. */
  keep(engagement: EngagementKey, decision: Judged | Undecided | { readonly kind: string }): void;
}

/** Begins with no facts. */
export function createKnownChain(settings: Pick<Settings, 'labels'>): KnownChain {
  const known = new Map<EngagementKey, ReadChained>();
  return {
    known,
    keep: (engagement, decision) => {
      if (!('facts' in decision)) return;
      const { found } = decision.facts;
      if ((found.record?.chain ?? []).length === 0 || subjectOf(engagement) === 'deal') return;
      const facts = chainedOf(engagement, found, settings);
      if (facts !== null) known.set(engagement, facts);
    },
  };
}

/** The states of many engagements, those of deals at the end: what came of them is known by then. */
export async function* dealsLast(
  states: Iterable<ActualState> | AsyncIterable<ActualState>,
): AsyncGenerator<ActualState> {
  const deals: ActualState[] = [];
  for await (const state of states)
    if (subjectOf(state.engagement) === 'deal') deals.push(state);
    else yield state;
  yield* deals;
}

import { isDeal } from '#domain/sow/subject.ts';
import type { Action } from './action.ts';
import { holderAfter } from './holder.ts';
import type { Draft } from './input.ts';

/**
 * Relates the epic of a deal to that of a delivery in the run in which the deal learns of it, and never again: whoever
 * takes the relation away has decided. The lines of both epics name the other in every tier.
 */
export function planRelations(draft: Pick<Draft, 'facts' | 'wishes'>): readonly Action[] {
  const { assessment, found } = draft.facts;
  if (!isDeal(assessment.sow)) return [];
  const known = new Set((found.record?.chain ?? []).map(({ key }) => key));
  const sign = holderAfter(draft) === 'epic' ? '&' : '#';
  return assessment.chain
    .filter(({ key, reference }) => !known.has(key) && reference.includes(sign))
    .map(({ key, reference }): Action => ({ kind: 'relate', engagement: key, reference }));
}

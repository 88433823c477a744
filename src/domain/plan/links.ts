/** The blocking links of an engagement: which there should be, and which are known to be there. */

import { type Edge, remembersLink } from '#domain/engagement/memory.ts';
import type { Identified } from '#domain/record/identify.ts';
import type { Action } from './action.ts';
import type { Draft, PlanFacts } from './input.ts';
import { staysUnlinked } from './left.ts';

/**
 * Links there should be: one per predecessor that must be done, where both have issues here. None where GitLab has no such links: labels and blocks
 * tell the order anyway.
 */
export function desiredLinks({
  assessment,
  capabilities,
}: Pick<PlanFacts, 'assessment' | 'capabilities'>): readonly Edge[] {
  if (!capabilities.blockingLinks) return [];
  const elsewhere = new Set(
    assessment.steps.filter((status) => status.elsewhere !== null).map(({ key }) => key),
  );
  return assessment.steps.flatMap(({ key, after }) =>
    after
      .filter(({ step, until }) => until === 'done' && !elsewhere.has(step) && !elsewhere.has(key))
      .map(({ step }) => ({ from: step, to: key })),
  );
}

/** Makes the links that are not known to be there. Making a link that is there after all does no harm. */
export function planLinks({
  facts,
  links,
  left,
}: Pick<Draft, 'facts' | 'links' | 'left'>): readonly Action[] {
  const isKnown = knownLinks(facts.found);
  return links
    .filter((edge) => !isKnown(edge) && !staysUnlinked(edge, left))
    .map((edge): Action => ({ kind: 'add-link', ...edge }));
}

/** Test of a link: whether it is remembered between the issues of now. */
export function knownLinks({
  issues,
  memory,
}: Pick<Identified, 'issues' | 'memory'>): (edge: Edge) => boolean {
  const ids = new Map([...issues].map(([step, issue]) => [step, issue.id]));
  return (edge) => remembersLink(memory, edge, ids);
}

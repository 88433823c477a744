/** The blocking links of an engagement: which there should be, and which are known to be there. */

import type { Identified } from '#domain/engagement/identify.ts';
import { type Edge, remembersLink } from '#domain/engagement/memory.ts';
import type { PlanInput } from './input.ts';

/** One per predecessor that must be done; none where GitLab has no such links: order is in labels and blocks anyway. */
export function desiredLinks({
  assessment,
  capabilities,
}: Pick<PlanInput, 'assessment' | 'capabilities'>): readonly Edge[] {
  if (!capabilities.blockingLinks) return [];
  return assessment.steps.flatMap(({ key, after }) =>
    after.filter(({ until }) => until === 'done').map(({ step }) => ({ from: step, to: key })),
  );
}

/** Those not known to be there. Making one that is there after all does no harm. */
export function missingLinks(input: PlanInput): readonly Edge[] {
  const isKnown = knownLinks(input.found);
  return desiredLinks(input).filter((edge) => !isKnown(edge));
}

/** Tells of a link whether it is remembered between the issues of now. */
export function knownLinks({
  issues,
  memory,
}: Pick<Identified, 'issues' | 'memory'>): (edge: Edge) => boolean {
  const ids = new Map([...issues].map(([step, issue]) => [step, issue.id]));
  return (edge) => remembersLink(memory, edge, ids);
}

import type { StepKey } from '#domain/base/keys.ts';
import type { DriftMemory } from '#domain/engagement/drift-memory.ts';
import type { Edge } from '#domain/engagement/memory.ts';
import type { Identified } from '#domain/record/identify.ts';
import { linkKey } from './drift.ts';

/**
 * The steps whose issue blocks fewer open issues than it should, by the count that GitLab shows in lists: links of
 * theirs are gone. Links that people are asked about do not count.
 *
 * @param remembered links known to have been there
 * @see ee/app/models/ee/issue_link.rb `blocking_issues_for_collection`: the count is that of open targets, and is
 * kept up when a link is deleted or a target closes
 */
export function suspectBlockers(
  remembered: readonly Edge[],
  { issues }: Pick<Identified, 'issues'>,
  { asked }: DriftMemory,
): readonly StepKey[] {
  const expected = new Map<StepKey, number>();
  for (const edge of remembered)
    if (issues.get(edge.to)?.state === 'opened' && !asked.has(linkKey(edge)))
      expected.set(edge.from, (expected.get(edge.from) ?? 0) + 1);
  return [...expected].flatMap(([step, count]) => {
    const seen = issues.get(step)?.blockingCount ?? null;
    return seen !== null && seen < count ? [step] : [];
  });
}

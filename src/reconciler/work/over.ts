/** Engagements in which nothing comes any more: a full sweep leaves them out, and reads them again once in a fortnight. */
import { type EngagementKey, subjectOf } from '#domain/base/keys.ts';
import type { KnownEngagements } from '#domain/engagement/known.ts';
import type { ReadAllOptions } from '#ports/gitlab.ts';
import type { Judged } from '#reconciler/loop/decide.ts';

/** One day more often than once in a fortnight, so that every fortnight has a sweep that leaves nothing out. */
export const WHOLE_EVERY_MS = 13 * 86_400_000;

/**
 * Whether nothing comes any more of an engagement in which nothing is to be done: closed and completed, or given up. Of a
 * deal only when nothing comes of what it handed over either, because its epic shows that.
 *
 * @param seen.look when it is to be looked at though nothing happens to it; `null`: never
 * @param seen.others those of the other engagements that are over
 */
export function isOver(
  { facts: { assessment, found } }: Judged,
  seen: { readonly look: string | null; readonly others: ReadonlySet<EngagementKey> },
): boolean {
  const { closed, completed, withdrawn, engagement } = assessment;
  const isDone = (closed && completed !== false) || withdrawn;
  if (!isDone || seen.look !== null || found.epic?.state !== 'closed' || found.memory.paused) return false;
  const chain = subjectOf(engagement) === 'deal' ? (found.record?.chain ?? []) : [];
  return chain.every(({ key }) => seen.others.has(key));
}

/** What a sweep asks GitLab for: what changed, everything but what is over, or everything. */
export function readOptions({
  updatedAfter,
  known,
  whole = false,
}: {
  readonly updatedAfter?: string | null | undefined;
  readonly known?: KnownEngagements | undefined;
  readonly whole?: boolean | undefined;
}): ReadAllOptions {
  if (updatedAfter != null) return { updatedAfter };
  return known === undefined || whole ? {} : { known };
}

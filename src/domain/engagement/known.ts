/** What an earlier read of everything has shown, by which a later one leaves out engagements that are over. */
import { msBetween } from '#domain/base/calendar.ts';
import type { EngagementKey } from '#domain/base/keys.ts';
import type { ActualState } from './state.ts';

/** Engagements that were seen before. */
export interface KnownEngagements {
  /** What changed since is read whatever is known of it. ISO 8601. */
  readonly changedSince: string;
  /** When the oldest item that names each engagement was created. ISO 8601. */
  readonly created: ReadonlyMap<EngagementKey, string>;
  /** Those in which nothing comes any more. They are left out until they change. */
  readonly over: ReadonlySet<EngagementKey>;
}

/** When the oldest item that names an engagement was created, ISO 8601; `null`: nothing names it. */
export function firstCreated({ epics, issues }: ActualState): string | null {
  const all = [...epics, ...issues].map(({ createdAt }) => createdAt);
  return all.reduce<string | null>(earlier, null);
}

/** The earlier of two instants, as far as they are known. */
export function earlier(one: string | null, other: string | null): string | null {
  if (one === null || other === null) return one ?? other;
  return msBetween(one, other) >= 0 ? one : other;
}

/** An engagement has some fourteen items, and a hundred are on a page. */
const REQUESTS_IN_BULK = 0.14;
/** One for its epics, one for its issues. */
const REQUESTS_ALONE = 2;

/**
 * Time of creation from which on everything is best read in bulk, and what is running and older one by one: where that
 * takes the fewest requests. ISO 8601.
 */
export function bulkFrom({ changedSince, created, over }: KnownEngagements): string {
  const newestFirst = [...created].toSorted(([, one], [, other]) => msBetween(one, other));
  let alone = newestFirst.filter(([engagement]) => !over.has(engagement)).length;
  let best = { from: changedSince, requests: alone * REQUESTS_ALONE };
  for (const [index, [engagement, from]] of newestFirst.entries()) {
    if (over.has(engagement)) continue;
    alone -= 1;
    const requests = (index + 1) * REQUESTS_IN_BULK + alone * REQUESTS_ALONE;
    if (requests <= best.requests) best = { from, requests };
  }
  return best.from;
}

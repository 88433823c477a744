import { msBetween } from './calendar.ts';

/**
 * Whether something that is remembered happened less than so long ago. A memory from the future was written by a clock
 * that was wrong, and counts for nothing: else everything would wait until that day has come.
 *
 * @param atMs milliseconds since 1970; `null`: nothing is remembered
 */
export function isRecent(atMs: number | null, withinMs: number, nowMs: number): boolean {
  return atMs !== null && atMs <= nowMs && nowMs - atMs < withinMs;
}

/** As {@link isRecent}, of instants in ISO 8601. */
export function isRecentInstant(at: string | null, withinMs: number, now: string): boolean {
  return at !== null && isRecent(0, withinMs, msBetween(at, now));
}

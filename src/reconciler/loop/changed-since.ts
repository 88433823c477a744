import { later } from './retry.ts';

/** Clocks differ, and GitLab's `updated_at` may be older than the moment it can be seen. */
const OVERLAP_MS = 120_000;

/**
 * Instant from which on to ask for changes, so that nothing since the last read is missed. @param lastRead ISO 8601,
 * UTC
 */
export function changedSince(lastRead: string): string {
  return later(lastRead, -OVERLAP_MS);
}

/** When failed work is tried again. */
import { AppError, GitLabRateLimitedError, GitLabRefusedError } from '#domain/base/errors.ts';

/** With doubling waits up to 15 minutes: about three days of GitLab being away, or of a token that has expired. */
const MAX_ATTEMPTS = 240;
/** A mistake of ours seldom heals by itself; a person should see it soon. */
const MAX_ATTEMPTS_AFTER_BUG = 3;
const FIRST_WAIT_MS = 1_000;
const LONGEST_WAIT_MS = 900_000;
/** Whatever GitLab asks for: the inbox takes longer waits for those of a clock that was wrong. */
const LONGEST_ASKED_MS = 1_800_000;

/** Fate of work that failed. */
export type Afterwards = { readonly kind: 'retry'; readonly afterMs: number } | { readonly kind: 'bury' };

/**
 * Follows the error's disposition: `retry` waits (as long as GitLab asked, else doubling with jitter), `stop` and
 * `reject` need a person and are dead letters at once. A token that GitLab no longer takes waits too: with a new one
 * everything goes on by itself.
 *
 * @param attempts how often the work has begun, from 1
 * @param random from 0 to 1
 */
export function afterFailure(error: unknown, attempts: number, random: number): Afterwards {
  const known = error instanceof AppError;
  const needsToken = error instanceof GitLabRefusedError && error.status === 401;
  if (known && error.disposition !== 'retry' && !needsToken) return { kind: 'bury' };
  if (attempts >= (known ? MAX_ATTEMPTS : MAX_ATTEMPTS_AFTER_BUG)) return { kind: 'bury' };
  const doubled = Math.min(FIRST_WAIT_MS * 2 ** (attempts - 1), LONGEST_WAIT_MS);
  const wanted =
    error instanceof GitLabRateLimitedError
      ? Math.max(doubled, Math.min(error.retryAfterSeconds * 1_000, LONGEST_ASKED_MS))
      : doubled;
  return { kind: 'retry', afterMs: Math.round(wanted * (1 + random / 2)) };
}

/** Instant later than another by some milliseconds. Both ISO 8601, UTC. */
export function later(instant: string, ms: number): string {
  return new Date(Date.parse(instant) + ms).toISOString();
}

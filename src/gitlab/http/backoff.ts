/** How long to wait before the next try: what GitLab asked for, else a growing random pause. */

/** GitLab's limits count per minute, so a minute is the wait that always suffices when it names none. */
const DEFAULT_RATE_LIMIT_SECONDS = 60;
const BASE_MS = 500;
const CAP_MS = 8_000;

/**
 * Exponential backoff with full jitter, in milliseconds: anything from 0 to 0.5 s after the first failure,
 * to 1 s after the second, …, never more than 8 s.
 *
 * @see https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/
 */
export function backoffMs(failures: number, random: () => number): number {
  return Math.round(random() * Math.min(CAP_MS, BASE_MS * 2 ** (failures - 1)));
}

/**
 * The seconds GitLab asks to wait: `Retry-After` (seconds or an HTTP date), else `RateLimit-Reset` (unix
 * seconds), else `undefined`. At least 1.
 *
 * @see https://docs.gitlab.com/administration/settings/user_and_ip_rate_limits/#response-headers
 */
export function askedSeconds(headers: Readonly<Record<string, string>>, nowMs: number): number | undefined {
  const after = headers['retry-after']?.trim();
  if (after !== undefined && after !== '') {
    if (/^\d+$/.test(after)) return Math.max(1, Number(after));
    const at = Date.parse(after);
    if (!Number.isNaN(at)) return Math.max(1, Math.ceil((at - nowMs) / 1000));
  }
  const reset = headers['ratelimit-reset']?.trim();
  if (reset !== undefined && /^\d+$/.test(reset)) return Math.max(1, Math.ceil(Number(reset) - nowMs / 1000));
  return undefined;
}

/** Seconds to wait after a 429: those of {@link askedSeconds}, without a header one window of GitLab's limiter. */
export function rateLimitSeconds(headers: Readonly<Record<string, string>>, nowMs: number): number {
  return askedSeconds(headers, nowMs) ?? DEFAULT_RATE_LIMIT_SECONDS;
}

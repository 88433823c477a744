/** Requests that GitLab still grants in this period, and grants in all. */
export interface RateLimit {
  readonly remaining: number;
  readonly limit: number;
}

/**
 * Reads `RateLimit-Remaining` and `RateLimit-Limit`, which GitLab sends with every answer where a limit is switched
 * on (older ones only with a 429). Several limits at once: GitLab sends the one with the least left.
 *
 * @see https://docs.gitlab.com/administration/settings/user_and_ip_rate_limits/#response-headers
 */
export function rateLimitOf(headers: Readonly<Record<string, string>>): RateLimit | null {
  const remaining = count(headers['ratelimit-remaining']);
  const limit = count(headers['ratelimit-limit']);
  return remaining === null || limit === null ? null : { remaining, limit };
}

function count(text: string | undefined): number | null {
  return text !== undefined && /^\d{1,15}$/.test(text.trim()) ? Number(text) : null;
}

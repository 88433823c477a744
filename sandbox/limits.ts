import { Refusal } from './operations.ts';

/**
 * GitLab's rate limits, all off at first. Set a number of requests per minute to switch one on, `null` to switch it off.
 * @see https://docs.gitlab.com/administration/settings/user_and_ip_rate_limits/
 */
export interface Limits {
  /** All API requests of one user: Rack::Attack, answers in plain text. */
  apiPerMinute: number | null;
  /** Creating issues; epics share it. */
  issueCreationPerMinute: number | null;
  noteCreationPerMinute: number | null;
  /** `search=` on issues and epics. */
  searchPerMinute: number | null;
  /** `POST …/hooks/:id/test/…` and `…/resend`; GitLab allows 5. */
  hookTestPerMinute: number | null;
  /** Whether the application's own 429 carries `Retry-After: 60`; older versions do not. */
  retryAfter: boolean;
  /** Counts an action; throws the application's 429 when it is over its limit. */
  count(action: LimitedAction, userId: number): void;
  /** Counts an API request: refused by Rack::Attack when it is over the limit, else what its answer tells of the limit. */
  countRequest(userKey: string): Counted;
  /** Forgets what was counted. */
  reset(): void;
}

export type Counted =
  | { readonly kind: 'refused'; readonly response: Response }
  | { readonly kind: 'granted'; readonly headers: Readonly<Record<string, string>> };

export type LimitedAction = 'issueCreation' | 'noteCreation' | 'search' | 'hookTest';

const MINUTE_MS = 60_000;

export function createLimits(now: () => Date): Limits {
  const counts = new Map<string, number>();
  /** Counts within the running minute of the clock. */
  function take(key: string): number {
    const slot = `${key}@${Math.floor(now().getTime() / MINUTE_MS)}`;
    const count = (counts.get(slot) ?? 0) + 1;
    counts.set(slot, count);
    return count;
  }
  const limits: Limits = {
    apiPerMinute: null,
    issueCreationPerMinute: null,
    noteCreationPerMinute: null,
    searchPerMinute: null,
    hookTestPerMinute: null,
    retryAfter: true,
    count(action, userId) {
      const limit = limits[`${action}PerMinute`];
      if (limit === null || take(`${action}:${userId}`) <= limit) return;
      throw new TooManyRequests(limits.retryAfter);
    },
    countRequest(userKey) {
      const limit = limits.apiPerMinute;
      if (limit === null) return { kind: 'granted', headers: {} };
      const observed = take(`api:${userKey}`);
      const headers = rateLimitHeaders(limit, observed, now());
      return observed <= limit
        ? { kind: 'granted', headers }
        : { kind: 'refused', response: retryLater(headers, now()) };
    },
    reset() {
      counts.clear();
    },
  };
  return limits;
}

/**
 * The application limiter's answer.
 * @see https://gitlab.com/gitlab-org/gitlab/-/blob/master/lib/api/helpers/rate_limiter.rb
 */
export class TooManyRequests extends Refusal {
  readonly headers: Readonly<Record<string, string>>;
  constructor(retryAfter: boolean) {
    super(429, { message: { error: 'This endpoint has been requested too many times. Try again later.' } });
    this.headers = retryAfter ? { 'Retry-After': '60' } : {};
  }
}

/**
 * Also on answers that are not refused.
 * @see https://gitlab.com/gitlab-org/gitlab/-/blob/master/lib/gitlab/middleware/rack_attack_headers.rb
 */
function rateLimitHeaders(limit: number, observed: number, now: Date): Record<string, string> {
  const reset = (Math.floor(now.getTime() / MINUTE_MS) + 1) * 60;
  return {
    'RateLimit-Name': 'throttle_authenticated_api',
    'RateLimit-Limit': String(limit),
    'RateLimit-Observed': String(observed),
    'RateLimit-Remaining': String(Math.max(0, limit - observed)),
    'RateLimit-Reset': String(reset),
  };
}

function retryLater(headers: Readonly<Record<string, string>>, now: Date): Response {
  const reset = Number(headers['RateLimit-Reset']);
  const waitSeconds = Math.max(1, Math.ceil(reset - now.getTime() / 1000));
  return new Response('Retry later\n', {
    status: 429,
    headers: {
      'Content-Type': 'text/plain',
      ...headers,
      'RateLimit-ResetTime': new Date(reset * 1000).toUTCString(),
      'Retry-After': String(waitSeconds),
    },
  });
}

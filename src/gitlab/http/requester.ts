/**
 * The only HTTP of the product. gitbeaker's own handler repeats every request, also a `POST`, up to ten times
 * within 0.3 s on 429 and 502, and never reads `Retry-After`; this one repeats only what is safe to repeat.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { createRequesterFn, type RequesterType, type ResourceOptions } from '@gitbeaker/requester-utils';
import { askedSeconds, backoffMs, rateLimitSeconds } from './backoff.ts';
import { createLimit } from './concurrency-limit.ts';
import { exchange, type GitLabAnswer, type Outgoing } from './exchange.ts';
import { type RateLimit, rateLimitOf } from './rate-limit.ts';
import { type Failure, isAnswerLost, isResourceLock, toAppError } from './to-app-error.ts';
import { createWriteBudget, kindOfRequest, NO_LIMITS, type WriteBudget } from './write-budget.ts';

/** One exchange with GitLab, for metrics and logs. Holds no token and no user data. */
export interface ObservedRequest {
  readonly method: string;
  /** The path with every id replaced: `/projects/:id/issues/:n/links`. */
  readonly route: string;
  /** Status of the answer; `null` without one. */
  readonly status: number | null;
  readonly ms: number;
  /** Requests GitLab still grants; `null` where the answer does not tell. */
  readonly rateLimit: RateLimit | null;
}

/** Times, limits and observers of a requester. */
export interface RequesterOptions {
  /** Time for one try, connection and body included. Default 15 000. */
  readonly timeoutMs?: number;
  /** First try included. Default 4. */
  readonly maxAttempts?: number;
  /** Seconds that one call may wait for GitLab's rate limits in total before giving up. Default 60. */
  readonly maxRateLimitWaitSeconds?: number;
  /** Requests in flight at once. Default 8. */
  readonly maxConcurrent?: number;
  /** Budget of requests, shared by all connections with the same token. Default: one without limits. */
  readonly budget?: WriteBudget;
  /** Name sent with every request: `procession/1.2.0`. */
  readonly userAgent?: string;
  /** Called after every try. Must not throw. */
  readonly onRequest?: (request: ObservedRequest) => void;
  readonly sleep?: (ms: number) => Promise<unknown>;
  /** 0 ≤ x < 1, for jitter. */
  readonly random?: () => number;
  /** Milliseconds since 1970. */
  readonly now?: () => number;
}

/** Function through which gitbeaker sends requests. */
export type RequesterFn = (serviceOptions: ResourceOptions) => RequesterType;

/** Sends one request, again where that is safe. */
export type Send = (endpoint: string, given?: RequestOptions) => Promise<GitLabAnswer>;

/** Makes a `requesterFn` for gitbeaker. */
export function requesterFn(send: Send): RequesterFn {
  // The first function could change the options of a call; the second makes it.
  return createRequesterFn(
    async (_service, requestOptions) => requestOptions,
    (endpoint, given) => send(endpoint, given) as never,
  );
}

/**
 * Creates what sends requests. A `GET` is repeated on network errors, 5xx, 429 and 409 "Resource lock". A
 * write is repeated only where GitLab provably did nothing (429, "Resource lock", connection never made); where the
 * answer was lost, the requester throws `AnswerLostError`, and the operation above looks before it repeats. Redirects
 * and pages on another origin are never followed, so the token stays with `GITLAB_URL`.
 *
 * @throws AppError, always: no error of gitbeaker or `fetch` gets out.
 */
export function createSend(options: RequesterOptions = {}): Send {
  const { maxAttempts = 4, maxRateLimitWaitSeconds = 60, timeoutMs = 15_000 } = options;
  const { sleep = delay, random = Math.random, now = Date.now } = options;
  const limit = createLimit(options.maxConcurrent ?? 8);
  const budget = options.budget ?? createWriteBudget(NO_LIMITS, now);

  async function tryOnce(request: Outgoing): Promise<GitLabAnswer | Failure> {
    const startedAt = performance.now();
    const outcome = await exchange(request, timeoutMs);
    options.onRequest?.({
      method: request.method,
      route: routeOf(request.path),
      status: 'status' in outcome ? outcome.status : null,
      ms: performance.now() - startedAt,
      rateLimit: 'headers' in outcome ? rateLimitOf(outcome.headers) : null,
    });
    return outcome;
  }

  /** Milliseconds until the next try, or `null` when there must be none. */
  function pauseMs(
    request: Outgoing,
    failure: Failure,
    attempt: number,
    waitedSeconds: number,
  ): number | null {
    if (attempt >= maxAttempts || !isRepeatable(request.method, failure)) return null;
    const asked = failure.kind === 'status' ? askedByStatus(failure, now()) : undefined;
    if (asked === undefined) return backoffMs(attempt, random);
    return waitedSeconds + asked > maxRateLimitWaitSeconds ? null : asked * 1000;
  }

  return async (endpoint, given = {}) => {
    const request = toOutgoing(endpoint, given, options.userAgent);
    let waitedSeconds = 0;
    for (let attempt = 1; ; attempt += 1) {
      const ahead = budget.take(kindOfRequest(request.method, request.path), attempt > 1);
      if (ahead > 0) await sleep(ahead);
      const outgoing = typeof given.body === 'function' ? { ...request, body: await given.body() } : request;
      const outcome = await limit(() => tryOnce(outgoing));
      if (outcome.kind === 'answer') return outcome;
      const pause = pauseMs(outgoing, outcome, attempt, waitedSeconds);
      if (pause !== null && outcome.kind === 'status' && outcome.status === 429) budget.pause(pause);
      if (pause === null) throw toAppError(outgoing, outcome, now());
      if (outcome.kind === 'status') waitedSeconds += pause / 1000;
      // The jitter on top keeps the callers that were told the same second from coming back together.
      await sleep(
        pause + (outcome.kind === 'status' && outcome.status === 429 ? Math.round(random() * 500) : 0),
      );
    }
  };
}

function isRepeatable(method: string, failure: Failure): boolean {
  if (failure.kind === 'foreign') return false;
  if (failure.kind === 'status' && failure.status === 429) return true;
  if (isResourceLock(failure)) return true;
  if (failure.kind === 'no-answer' && !failure.sent) return true;
  return method === 'GET' && isAnswerLost(failure);
}

function askedByStatus(failure: Failure & { readonly kind: 'status' }, nowMs: number): number | undefined {
  if (failure.status === 429) return rateLimitSeconds(failure.headers, nowMs);
  return askedSeconds(failure.headers, nowMs);
}

/** Fields that gitbeaker hands to a request handler, as far as we use them. */
export interface RequestOptions {
  readonly method?: string;
  readonly prefixUrl?: string;
  readonly searchParams?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** As a function, which gitbeaker does not know: made right before every try, after all waits. */
  readonly body?: string | FormData | (() => Promise<string>);
  readonly signal?: AbortSignal;
}

function toOutgoing(endpoint: string, given: RequestOptions, userAgent: string | undefined): Outgoing {
  const base = (given.prefixUrl ?? '').replace(/\/+$/, '');
  const url = new URL(`${base}/${endpoint.replace(/^\/+/, '')}`);
  url.search = given.searchParams ?? '';
  return {
    method: given.method ?? 'GET',
    url,
    path: url.pathname.replace(/^.*?\/api\/v4(?=\/)/, ''),
    headers: {
      accept: 'application/json',
      ...given.headers,
      ...(userAgent === undefined ? {} : { 'user-agent': userAgent }),
    },
    body: typeof given.body === 'function' ? undefined : given.body,
    signal: given.signal,
  };
}

/** Replaces what names one thing, so that a metric has few series: group, project, label, number. */
function routeOf(path: string): string {
  return path
    .replace(/^\/(groups|projects)\/[^/]+/, '/$1/:id')
    .replace(/\/labels\/[^/]+$/, '/labels/:name')
    .replaceAll(/\/\d+(?=\/|$)/g, '/:n');
}

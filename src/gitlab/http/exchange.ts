/** One HTTP request and its complete answer, or the reason why there is none. Never throws. */
import { LONGEST_ANSWER_BYTES, readAnswer } from './read-answer.ts';
import type { Failure } from './to-app-error.ts';

/** Request as it goes over the wire. */
export interface Outgoing {
  readonly method: string;
  readonly url: URL;
  /** Path for messages: below `/api/v4`, without the query. */
  readonly path: string;
  /** Holds the token. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | FormData | undefined;
  readonly signal: AbortSignal | undefined;
}

/** A 2xx answer in the form gitbeaker expects. */
export interface GitLabAnswer {
  readonly kind: 'answer';
  readonly status: number;
  readonly headers: Record<string, string>;
  readonly body: unknown;
}

const MAX_REDIRECTS = 3;

/** The network said no before anything of the request was sent, so GitLab cannot have carried it out. */
const NEVER_SENT = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'UND_ERR_CONNECT_TIMEOUT']);
const CERTIFICATE = /CERT|SELF_SIGNED|UNABLE_TO_VERIFY/;

/** Sends the request, follows redirects of a `GET` on the same origin, and reads the answer, all within `timeoutMs`. */
export async function exchange(
  request: Outgoing,
  timeoutMs: number,
  limitBytes = LONGEST_ANSWER_BYTES,
): Promise<GitLabAnswer | Failure> {
  // Not AbortSignal.timeout(): every one of those runs out and aborts, long after the answer, for nobody.
  const patience = new AbortController();
  const timer = setTimeout(() => patience.abort(new DOMException('too late', 'TimeoutError')), timeoutMs);
  const signal =
    request.signal === undefined ? patience.signal : AbortSignal.any([patience.signal, request.signal]);
  try {
    let { url } = request;
    for (let redirects = 0; ; redirects += 1) {
      const response = await send(request, url, signal);
      const text = await readAnswer(response, limitBytes);
      if (text === null) return tooLong(request, response.status, limitBytes);
      const next = redirectOf(request, response, url);
      if (next === null) return toOutcome(request, response, text);
      if (!(next instanceof URL)) return next;
      if (redirects >= MAX_REDIRECTS) return { kind: 'foreign', reason: 'GitLab redirects in a circle.' };
      url = next;
    }
  } catch (error) {
    return noAnswer(error, timeoutMs);
  } finally {
    clearTimeout(timer);
  }
}

function send(request: Outgoing, url: URL, signal: AbortSignal): Promise<Response> {
  const { method, headers, body } = request;
  return fetch(url, { method, headers, body: body ?? null, signal, redirect: 'manual' });
}

function tooLong({ method }: Outgoing, status: number, limitBytes: number): Failure {
  const reason = `the answer is longer than ${Math.round(limitBytes / 1024 / 1024)} MiB, as no answer of GitLab is; the rest was not read.`;
  return method === 'GET' ? { kind: 'foreign', reason } : { kind: 'unreadable', status, reason };
}

/** Where a redirect leads, `null` when this is none, or the failure when it must not be followed. */
function redirectOf(request: Outgoing, response: Response, from: URL): URL | Failure | null {
  const location = response.headers.get('location');
  if (response.status < 300 || response.status >= 400 || location === null) return null;
  const to = URL.canParse(location, from.href) ? new URL(location, from.href) : null;
  if (to?.origin !== from.origin) {
    return {
      kind: 'foreign',
      reason: `GitLab redirects to ${to?.origin ?? 'an address that cannot be read'}; not followed, because the token belongs to ${from.origin}.`,
    };
  }
  if (request.method !== 'GET') {
    return {
      kind: 'foreign',
      reason: `GitLab redirects to ${to.pathname}; a write is not sent again elsewhere.`,
    };
  }
  return to;
}

function toOutcome(request: Outgoing, response: Response, text: string): GitLabAnswer | Failure {
  const { status } = response;
  const headers = Object.fromEntries(response.headers);
  if (!response.ok) return { kind: 'status', status, headers, body: withoutToken(text, request.headers) };
  if (request.method === 'GET') {
    const refusal = usePageNumber(headers, request.url);
    if (refusal !== null) return refusal;
  }
  if (status === 204 || text === '') return { kind: 'answer', status, headers, body: null };
  try {
    return { kind: 'answer', status, headers, body: JSON.parse(text) as unknown };
  } catch {
    const isJson = (headers['content-type'] ?? '').includes('json');
    if (isJson || request.method !== 'GET') {
      return {
        kind: 'unreadable',
        status,
        reason: `GitLab answered ${status} with JSON that cannot be read`,
      };
    }
    return { kind: 'foreign', reason: `answered ${status} with something that is not JSON.` };
  }
}

/**
 * Pages are asked for by number. GitLab writes its configured host into `Link`, which need not be the host we
 * reach it by, so a `Link` is read only where there is no number, and only on our own origin. It is taken out
 * of the headers, because gitbeaker would follow it by itself.
 *
 * @see https://docs.gitlab.com/api/rest/#offset-based-pagination
 */
function usePageNumber(headers: Record<string, string>, url: URL): Failure | null {
  const next = /<([^>]+)>\s*;\s*rel="?next"?/.exec(headers['link'] ?? '')?.[1];
  delete headers['link'];
  if (next === undefined || headers['x-next-page'] !== undefined) return null;
  const to = URL.canParse(next, url.href) ? new URL(next, url.href) : null;
  const page = to?.searchParams.get('page') ?? null;
  if (to === null || to.origin !== url.origin || page === null) {
    return {
      kind: 'foreign',
      reason: `the next page is said to be at ${to?.origin ?? 'an address that cannot be read'}; not read, because the token belongs to ${url.origin}.`,
    };
  }
  headers['x-next-page'] = page;
  return null;
}

/** A proxy that echoes the request would put the token into our error message. */
function withoutToken(text: string, headers: Readonly<Record<string, string>>): string {
  const token = headers['private-token'] ?? '';
  return token === '' ? text : text.replaceAll(token, '[token]');
}

function noAnswer(error: unknown, timeoutMs: number): Failure {
  if (error instanceof Error && error.name === 'TimeoutError') {
    return { kind: 'no-answer', reason: `GitLab did not answer within ${timeoutMs / 1000} s`, sent: true };
  }
  const { code, syscall } = networkCause(error);
  const sent = !(
    NEVER_SENT.has(code) ||
    syscall === 'connect' ||
    syscall === 'getaddrinfo' ||
    CERTIFICATE.test(code)
  );
  const hint = CERTIFICATE.test(code) ? '; for a private certificate authority set NODE_EXTRA_CA_CERTS' : '';
  return { kind: 'no-answer', reason: `GitLab could not be reached (${code}${hint})`, sent };
}

/** `fetch` wraps the system's error in `cause`, and several tried addresses in an `AggregateError`. */
function networkCause(error: unknown): { readonly code: string; readonly syscall: string } {
  let current: unknown = error;
  for (let depth = 0; depth < 4 && typeof current === 'object' && current !== null; depth += 1) {
    const { code, syscall, cause, errors } = current as Record<string, unknown>;
    if (typeof code === 'string') return { code, syscall: typeof syscall === 'string' ? syscall : '' };
    current = cause ?? (Array.isArray(errors) ? errors[0] : undefined);
  }
  return { code: 'network error', syscall: '' };
}

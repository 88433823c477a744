/**
 * Every failure of GitLab as one of our errors. Built from plain data only: a `Request` or a response in an
 * error (gitbeaker's own errors hold both) would carry the token into logs.
 */
import {
  type AppError,
  GitLabConflictError,
  GitLabRateLimitedError,
  GitLabRefusedError,
  GitLabUnavailableError,
  UnexpectedResponseError,
} from '#domain/base/errors.ts';
import { rateLimitSeconds } from './backoff.ts';

/** Request that was sent: `POST` and `/projects/services%2Fengagements/issues`. */
export interface RequestTarget {
  readonly method: string;
  readonly path: string;
}

/** Ways in which an exchange with GitLab can fail. */
export type Failure =
  /** No complete answer. `sent: false` when the request provably never reached GitLab. */
  | { readonly kind: 'no-answer'; readonly reason: string; readonly sent: boolean }
  /** An answer that is not 2xx. */
  | {
      readonly kind: 'status';
      readonly status: number;
      readonly headers: Readonly<Record<string, string>>;
      readonly body: string;
    }
  /** A 2xx answer cut off in the middle. */
  | { readonly kind: 'unreadable'; readonly status: number; readonly reason: string }
  /** An answer that GitLab's API does not give: HTML, a redirect elsewhere. */
  | { readonly kind: 'foreign'; readonly reason: string };

/**
 * Write whose answer was lost: GitLab may or may not have carried the write out. Stays inside `src/gitlab`, where a
 * look comes before the next try; to everyone else it is a {@link GitLabUnavailableError}.
 */
export class AnswerLostError extends GitLabUnavailableError {}

const MAX_REASON = 300;

const ADVICE: Readonly<Record<number, string>> = {
  400: 'GitLab does not take a value that was sent.',
  401: 'The token is invalid, expired or revoked: set GITLAB_TOKEN to a valid one.',
  403: "The token's user lacks the role, the token lacks the `api` scope, or the GitLab tier lacks the feature.",
  404: "It does not exist, or the token's user cannot see it: check `gitlab.group` and `gitlab.project`, for deals `deals.group` and `deals.project`, and that the user is a member.",
  413: 'What was sent is too large for this GitLab.',
  422: 'GitLab does not take a value that was sent.',
};

/** GitLab's API says `message` of what is not there, `error` where it has no such address, and never answers a page. */
const NO_API =
  'There is no such address in its API: check GITLAB_URL (the address of GitLab itself, without /api/v4) and any proxy in between; or this GitLab or its tier lacks the feature.';

/** Turns GitLab's answer text into one short line: the `message` or `error` of its JSON, else the text itself. */
function reasonOf(body: string): string {
  let reason: unknown = body;
  try {
    const parsed: unknown = JSON.parse(body);
    if (typeof parsed === 'object' && parsed !== null) {
      const { message, error, error_description: description } = parsed as Record<string, unknown>;
      reason = message ?? description ?? error ?? parsed;
    }
  } catch {
    // Plain text (`Retry later`) or a proxy's HTML page.
    if (/^\s*</.test(body)) reason = 'an HTML page instead of JSON';
  }
  return oneLine(inWords(reason));
}

/** What GitLab's models say of their fields, as a sentence: `{ title: ["can't be blank"] }` → `title can't be blank`. */
function inWords(reason: unknown): string {
  if (Array.isArray(reason)) return reason.map(inWords).join(', ');
  if (typeof reason !== 'object' || reason === null) return String(reason);
  return Object.entries(reason)
    .map(([field, said]) => (field === 'base' ? inWords(said) : `${field} ${inWords(said)}`))
    .join('; ');
}

function oneLine(text: string): string {
  const line = text.replaceAll(/[\s\p{Cc}]+/gu, ' ').trim();
  return line.length > MAX_REASON ? `${line.slice(0, MAX_REASON)}…` : line;
}

/** Tells whether GitLab refused, and did nothing, only because the record was locked by another request. */
export function isResourceLock(failure: Failure): boolean {
  return failure.kind === 'status' && failure.status === 409 && /resource lock/i.test(failure.body);
}

/** Tells whether GitLab may have carried out the request although we do not know. Only then a write needs a look. */
export function isAnswerLost(failure: Failure): boolean {
  switch (failure.kind) {
    case 'no-answer':
      return failure.sent;
    case 'status':
      return failure.status >= 500 || failure.status === 408;
    case 'unreadable':
      return true;
    case 'foreign':
      return false;
  }
}

/**
 * Makes the error for a failed exchange. The message says what was asked, what went wrong and what to do next.
 *
 * @param nowMs milliseconds since 1970, for dates in `Retry-After`
 */
export function toAppError(target: RequestTarget, failure: Failure, nowMs: number): AppError {
  const what = `${target.method} ${target.path}`;
  if (failure.kind === 'foreign') {
    return new UnexpectedResponseError(
      `${what}: ${failure.reason} Check GITLAB_URL and any proxy in front of GitLab.`,
    );
  }
  if (isAnswerLost(failure) && target.method !== 'GET') {
    return new AnswerLostError(
      `${what}: ${describe(failure)}; whether GitLab carried it out is not known. It is looked up when this is tried again.`,
    );
  }
  if (failure.kind !== 'status') {
    return new GitLabUnavailableError(
      `${what}: ${describe(failure)}. Check GITLAB_URL and the network, then try again.`,
    );
  }
  return statusError(what, failure, nowMs);
}

function statusError(what: string, failure: Failure & { readonly kind: 'status' }, nowMs: number): AppError {
  const { status } = failure;
  const line = `${what}: ${describe(failure)}.`;
  if (status === 429) {
    const seconds = rateLimitSeconds(failure.headers, nowMs);
    return new GitLabRateLimitedError(`${line} Try again in ${seconds} s.`, seconds);
  }
  if (status === 409 || status === 412) {
    return new GitLabConflictError(`${line} Somebody changed the same thing; read it and try again.`);
  }
  if (status >= 500 || status === 408) {
    return new GitLabUnavailableError(`${line} GitLab cannot answer now; try again later.`);
  }
  if (status < 400) {
    return new UnexpectedResponseError(`${line} Check GITLAB_URL and any proxy in front of GitLab.`);
  }
  const advice = status === 404 && !hasMessage(failure.body) ? NO_API : ADVICE[status];
  return new GitLabRefusedError([line, advice].filter(Boolean).join(' '), status);
}

function hasMessage(body: string): boolean {
  try {
    const parsed: unknown = JSON.parse(body);
    return typeof parsed === 'object' && parsed !== null && 'message' in parsed;
  } catch {
    return false;
  }
}

function describe(failure: Exclude<Failure, { kind: 'foreign' }>): string {
  if (failure.kind !== 'status') return oneLine(failure.reason);
  const reason = reasonOf(failure.body);
  return `GitLab answered ${failure.status}${reason === '' ? '' : ` (${reason})`}`;
}

/**
 * How many requests we send in a minute, so that GitLab's limits are not met but kept. Places are given out in order
 * of arrival, each with the moment at which it may be used; comments leave a fifth of every minute to launches.
 */

/** Requests allowed per minute, by kind; `null`: no limit. */
export interface Budget {
  /** Creating issues and epics, which share GitLab's limit. */
  readonly issuesPerMinute: number | null;
  readonly notesPerMinute: number | null;
  /** Everything. */
  readonly requestsPerMinute: number | null;
}

/** Budget without limits. */
export const NO_LIMITS: Budget = { issuesPerMinute: null, notesPerMinute: null, requestsPerMinute: null };
/** GitLab.com allows 200 issues, 60 comments and 2,000 requests a minute; a tenth is left to people with the same token. */
const BUDGET_OF_GITLAB_COM: Budget = {
  issuesPerMinute: 180,
  notesPerMinute: 54,
  requestsPerMinute: 1_800,
};
/** A self-managed instance limits comments alone (300 a minute) until its admin says otherwise. */
const BUDGET_OF_SELF_MANAGED: Budget = {
  issuesPerMinute: null,
  notesPerMinute: 270,
  requestsPerMinute: null,
};

/** Numbers in `gitlab.limits` of `procession.yml`: requests per minute; `0`: no limit. */
export interface BudgetSettings {
  readonly issues_per_minute?: number | undefined;
  readonly notes_per_minute?: number | undefined;
  readonly requests_per_minute?: number | undefined;
}

/**
 * Chooses the budget of an instance: the settings where they say something, else what fits GitLab.com or a
 * self-managed GitLab.
 */
export function budgetFor(host: string, settings: BudgetSettings): Budget {
  const usual =
    URL.canParse(host) && new URL(host).hostname === 'gitlab.com'
      ? BUDGET_OF_GITLAB_COM
      : BUDGET_OF_SELF_MANAGED;
  const chosen = (value: number | undefined, otherwise: number | null): number | null =>
    value === undefined ? otherwise : value === 0 ? null : value;
  return {
    issuesPerMinute: chosen(settings.issues_per_minute, usual.issuesPerMinute),
    notesPerMinute: chosen(settings.notes_per_minute, usual.notesPerMinute),
    requestsPerMinute: chosen(settings.requests_per_minute, usual.requestsPerMinute),
  };
}

/** Kinds of requests that GitLab limits on their own. */
export type RequestKind = 'issue' | 'note' | 'other';

/** Places in time for the requests of one token. */
export interface WriteBudget {
  /**
   * Takes the next place, and gives the milliseconds to wait until then.
   *
   * @param repeated the request has waited already, as long as GitLab asked for
   */
  take(kind: RequestKind, repeated?: boolean): number;
  /** Holds everybody back for so long, because GitLab said "later". */
  pause(ms: number): void;
}

const MINUTE_MS = 60_000;
/** The part of a minute that comments may fill. */
const SHARE_OF_NOTES = 0.8;

/**
 * Creates a budget whose places are all free.
 *
 * @param now milliseconds of a clock that is never set back, because places are given out ahead of that clock
 */
export function createWriteBudget(budget: Budget, now: () => number): WriteBudget {
  const all = createWindow();
  const issues = createWindow();
  const notes = createWindow();
  let pausedUntil = 0;

  return {
    take(kind, repeated = false) {
      const present = now();
      const { requestsPerMinute: most } = budget;
      const shared = most !== null && kind === 'note' ? Math.max(1, Math.floor(most * SHARE_OF_NOTES)) : most;
      const own = kind === 'issue' ? budget.issuesPerMinute : kind === 'note' ? budget.notesPerMinute : null;
      const window = kind === 'issue' ? issues : notes;
      const limits = [
        ...(shared === null ? [] : [{ window: all, limit: shared }]),
        ...(own === null ? [] : [{ window, limit: own }]),
      ];
      const free = limits.map(({ window: among, limit }) => among.free(limit, present));
      const at = Math.max(present, repeated ? 0 : pausedUntil, ...free);
      for (const { window: among } of limits) among.add(at);
      return at - present;
    },
    pause(ms) {
      pausedUntil = Math.max(pausedUntil, now() + ms);
    },
  };
}

/** The moments at which requests were or will be sent, ascending. */
interface Window {
  /** The first moment from `present` on at which one more keeps the limit in every minute around it. */
  free(limit: number, present: number): number;
  add(at: number): void;
}

function createWindow(): Window {
  let moments: number[] = [];
  return {
    free(limit, present) {
      moments = moments.filter((moment) => moment > present - MINUTE_MS);
      if (moments.length < limit) return 0;
      return (moments[moments.length - limit] ?? 0) + MINUTE_MS;
    },
    add(at) {
      const index = moments.findLastIndex((moment) => moment <= at) + 1;
      moments.splice(index, 0, at);
    },
  };
}

/**
 * Tells as which kind GitLab counts a request.
 *
 * @param path below `/api/v4`
 */
export function kindOfRequest(method: string, path: string): RequestKind {
  if (method !== 'POST') return 'other';
  if (path.endsWith('/notes')) return 'note';
  return /\/(?:issues|epics)$/.test(path) ? 'issue' : 'other';
}

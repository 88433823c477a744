/** What the running service knows beside its store: for the routing of events, for health and for metrics. */

import type { EngagementKey, SubjectKind } from '#domain/base/keys.ts';
import { isRecentInstant } from '#domain/base/recent.ts';
import type { OwnUser } from '#domain/engagement/state.ts';
import type { HookHealth } from '#domain/setup/hook-health.ts';
import type { Inbox } from '#ports/inbox.ts';
import type { Outcome } from '#reconciler/loop/reconcile.ts';
import type { DrainObserver } from '#reconciler/work/drain-inbox.ts';
import type { Swept } from '#reconciler/work/sweep-schedule.ts';
import type { HealthSource } from './health.ts';
import type { GitLabRequestFigures, ServiceMetrics } from './metrics.ts';

/** One request to GitLab; `status` is `null` when there was no answer. */
export interface GitLabRequestSeen extends Omit<GitLabRequestFigures, 'status'> {
  readonly status: number | null;
  readonly rateLimit: { readonly remaining: number; readonly limit: number } | null;
}

/** Memory of the running service, filled by whatever happens. */
export interface Memory {
  readonly ownUser: () => OwnUser | null;
  readonly setOwnUser: (user: OwnUser) => void;
  readonly setWebhooks: (health: HookHealth) => void;
  /** GitLab has delivered something, about an engagement where a subject is given. @param at ISO 8601, UTC */
  readonly delivered: (at: string, subject?: SubjectKind) => void;
  /** Instant of GitLab's last delivery to this process, of whatever kind or about a subject; `null`: not yet. */
  readonly lastDelivery: (subject?: SubjectKind) => string | null;
  readonly engagementOfIssue: (issueId: number) => EngagementKey | null;
  /** @param at ISO 8601, UTC */
  readonly gitlabRequest: (request: GitLabRequestSeen, at: string) => void;
  readonly swept: (result: Swept) => void;
  readonly observer: DrainObserver;
  readonly health: (store: Inbox) => Omit<HealthSource, 'brokenProcesses'>;
}

/** Creates an empty memory that passes everything learnt on to the metrics. */
export function createMemory(metrics: ServiceMetrics): Memory {
  let user: OwnUser | null = null;
  let gitlab: ReturnType<HealthSource['gitlab']> = null;
  let lastSweep: string | null = null;
  let webhooks: HookHealth | null = null;
  const deliveries = new Map<SubjectKind | undefined, string>();
  const issues = new Map<number, EngagementKey>();
  const paused = new Map<EngagementKey, string | null>();
  let findings: Findings = { missing: [], stopped: new Map() };
  function forgetSweep(): void {
    lastSweep = null;
    metrics.sweepSucceeded(null);
  }
  return {
    ownUser: () => user,
    setOwnUser: (known) => {
      user = known;
    },
    setWebhooks: (health) => {
      webhooks = health;
      metrics.webhooks(health);
    },
    delivered: (at, subject) => {
      deliveries.set(subject, at);
    },
    lastDelivery: (subject) => deliveries.get(subject) ?? null,
    engagementOfIssue: (issueId) => issues.get(issueId) ?? null,
    gitlabRequest: (request, at) => {
      const { status, rateLimit } = request;
      metrics.gitlabRequest({ ...request, status: status ?? 0 });
      if (rateLimit !== null) metrics.rateLimit(rateLimit.remaining, rateLimit.limit);
      const reason = whyUnreachable(status);
      const reachable = reason === null;
      if (gitlab?.reachable !== reachable) gitlab = { reachable, at, reason };
    },
    swept: (result) => {
      if ('failed' in result) {
        // Whoever watches the last success would else be told nothing until that day has come.
        if (lastSweep !== null && lastSweep > result.at) forgetSweep();
        return;
      }
      lastSweep = result.at;
      metrics.sweepSucceeded(result.at);
      findings = findingsAfter(result, findings);
      if (result.full)
        for (const engagement of paused.keys())
          if (!result.paused.includes(engagement)) paused.delete(engagement);
      for (const engagement of result.paused) paused.set(engagement, paused.get(engagement) ?? null);
      metrics.paused(paused.size);
    },
    observer: {
      action: (kind) => metrics.action(kind, 'done'),
      failed: () => metrics.action('reconcile', 'failed'),
      settled: (engagement, outcome, lagMs) => {
        metrics.applied(lagMs / 1000);
        remember(engagement, outcome, issues, paused);
        metrics.paused(paused.size);
      },
    },
    health: (store) => ({
      figures: async () => await store.figures(),
      storable: seldom(async () => await store.probe()),
      gitlab: () => gitlab,
      paused: () => [...paused].map(([engagement, change]) => ({ engagement, change })),
      missing: () => findings.missing,
      stopped: () => [...findings.stopped].map(([engagement, why]) => ({ engagement, why })),
      lastSweep: () => lastSweep,
      webhooks: () => webhooks,
    }),
  };
}

type Findings = Pick<Extract<Swept, { full: boolean }>, 'stopped'> & {
  readonly missing: readonly EngagementKey[];
};

/** A full sweep sees everything; another one adds to what was found. */
function findingsAfter(result: Extract<Swept, { full: boolean }>, before: Findings): Findings {
  return {
    missing: result.missing ?? before.missing,
    stopped: result.full ? result.stopped : new Map([...before.stopped, ...result.stopped]),
  };
}

/** A store is tried by a write at most this often, in milliseconds, however often somebody asks: 10 seconds. */
const PROBE_EVERY_MS = 10_000;

/** Asks again only after a while; in between the last answer counts. */
function seldom(ask: () => Promise<void>): HealthSource['storable'] {
  let last: { readonly at: string; readonly answer: Promise<void> } | null = null;
  return async (now) => {
    if (last === null || !isRecentInstant(last.at, PROBE_EVERY_MS, now)) last = { at: now, answer: ask() };
    await last.answer;
  };
}

/** A token that is not valid lets nothing be done either. GitLab answers 401 for no other reason. */
function whyUnreachable(status: number | null): string | null {
  if (status === null) return 'no answer';
  if (status === 401) return 'it refuses GITLAB_TOKEN (401): expired, revoked or wrong';
  return status >= 500 ? `status ${status}` : null;
}

function remember(
  engagement: EngagementKey,
  outcome: Outcome,
  issues: Map<number, EngagementKey>,
  paused: Map<EngagementKey, string | null>,
): void {
  if (outcome.kind === 'paused') paused.set(engagement, outcome.change ?? paused.get(engagement) ?? null);
  else paused.delete(engagement);
  if ('assessment' in outcome)
    for (const { issue } of outcome.assessment.steps) if (issue !== null) issues.set(issue.id, engagement);
}

/** The composition of `procession serve`: receiver, inbox, worker, sweeps and health, started and stopped together. */
import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { Config } from '#config/load-config.ts';
import { AppError } from '#domain/errors.ts';
import type { EngagementKey } from '#domain/keys.ts';
import type { ActualUser } from '#domain/state.ts';
import type { ObservedRequest } from '#gitlab/requester.ts';
import type { Clock, Sleep } from '#ports/clock.ts';
import type { GitLab } from '#ports/gitlab.ts';
import type { HookAdmin } from '#ports/hooks.ts';
import type { Inbox } from '#ports/inbox.ts';
import type { Logger } from '#ports/logger.ts';
import type { Store } from '#ports/store.ts';
import { type DrainObserver, drainInbox } from '#reconciler/drain-inbox.ts';
import type { Outcome, ReconcileDeps } from '#reconciler/reconcile.ts';
import { later } from '#reconciler/retry.ts';
import { runSweeps } from '#reconciler/sweep-schedule.ts';
import { createHookMemory, watchHooks } from '#reconciler/watch-hooks.ts';
import { createApp } from '#service/app.ts';
import type { HealthSource } from '#service/health.ts';
import { createMetrics, type ServiceMetrics } from '#service/metrics.ts';
import { createReadBody } from '#service/read-body.ts';
import { createCrmReceiver } from '#service/receive-crm.ts';
import { createGitLabReceiver } from '#service/receive-gitlab.ts';
import type { WebhookSecrets } from '#service/require-secrets.ts';
import { startService } from '#service/start-service.ts';
import { createVerifyCrm } from '#service/verify-crm.ts';
import { createVerifyGitLab } from '#service/verify-gitlab.ts';

export interface ServiceParts {
  readonly config: Config;
  readonly secrets: WebhookSecrets;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly store: Store;
  readonly hooks: HookAdmin;
  /** Builds the engine; `onRequest` hears of every request to GitLab. */
  readonly connect: (onRequest: (request: ObservedRequest) => void) => Promise<ReconcileDeps>;
}

export interface RunningService {
  readonly url: string;
  /** Stops accepting, lets begun work end, and closes the store. */
  close(): Promise<void>;
}

/** What a killed service had begun is taken up again after this. */
export const LEASE_MS = 15_000;
/** GitLab's own limit for a webhook body, and ours for a SOW. */
const GITLAB_BODY_BYTES = 26_214_400;
const CRM_BODY_BYTES = 1_048_576;
const BODY_ROOM_BYTES = 104_857_600;
const BODY_TIMEOUT_MS = 10_000;
const SWEEP_EVERY_MS = 300_000;
/** A third of {@link LEASE_MS}. */
const RENEW_EVERY_MS = 5_000;
const CONCURRENCY = 4;
/** Keys of done deliveries are kept this long, well past any resend: 30 days. */
const RETENTION_MS = 2_592_000_000;
const WATCH_HOOKS_EVERY_MS = 300_000;
const HOUSEKEEPING_EVERY_MS = 3_600_000;

const sleep: Sleep = async (ms, signal) => {
  await delay(ms, undefined, { ...(signal ? { signal } : {}), ref: true }).catch(() => {});
};

/**
 * Starts everything; deliveries are accepted as soon as this resolves.
 *
 * GitLab being away is no reason not to accept.
 *
 * @throws ConfigError when the address is taken or not allowed.
 */
export async function runService(parts: ServiceParts): Promise<RunningService> {
  const { config, secrets, clock, logger, store } = parts;
  const metrics = createMetrics({ clock, figures: async () => await store.figures() });
  const memory = createMemory(metrics);
  const deps = await parts.connect((request) => {
    metrics.gitlabRequest({ ...request, status: request.status ?? 0, seconds: request.ms / 1000 });
    memory.gitlabAnswered(request.status, clock.now());
  });
  const ending = new AbortController();
  const app = createApp({
    gitlab: createGitLabReceiver({
      inbox: store,
      verify: createVerifyGitLab(secrets.gitlab),
      limitBytes: GITLAB_BODY_BYTES,
      ownUser: memory.ownUser,
      engagementOfIssue: memory.engagementOfIssue,
    }),
    crm: createCrmReceiver({
      inbox: store,
      verify: createVerifyCrm(secrets.crm),
      limitBytes: CRM_BODY_BYTES,
    }),
    readBody: createReadBody({ timeoutMs: BODY_TIMEOUT_MS, roomBytes: BODY_ROOM_BYTES }),
    metrics,
    health: memory.health(store),
    clock,
    logger,
    newRequestId: randomUUID,
  });
  const served = await startService(app, config);
  const background = Promise.all([
    learnOwnUser(deps.gitlab, memory, logger, ending.signal),
    drainInbox(
      {
        ...deps,
        inbox: store,
        audit: store.audit,
        clock,
        sleep,
        random: Math.random,
        observer: memory.observer,
        launch: { process: config.process, profile: config.profile },
        concurrency: CONCURRENCY,
        renewEveryMs: RENEW_EVERY_MS,
      },
      ending.signal,
    ),
    runSweeps(
      {
        ...deps,
        inbox: store,
        clock,
        sleep,
        everyMs: SWEEP_EVERY_MS,
        onSweep: (result) => memory.swept(result, logger),
      },
      ending.signal,
    ),
    keepHouse(store, clock, logger, ending.signal),
    keepWatch(parts, memory, ending.signal),
  ]);
  return {
    url: served.url,
    close: async () => {
      await served.close();
      ending.abort();
      await background;
      await store.close();
    },
  };
}

/** Our own changes come back as events; until we know who we are they only cost a reconcile that finds nothing to do. */
async function learnOwnUser(
  gitlab: GitLab,
  memory: Memory,
  logger: Logger,
  signal: AbortSignal,
): Promise<void> {
  while (!signal.aborted) {
    try {
      memory.setOwnUser(await gitlab.whoAmI());
      return;
    } catch (error) {
      logger.warn('GitLab does not say whose token this is; asking again', {
        reason: error instanceof AppError ? error.message : 'internal',
      });
      await sleep(30_000, signal);
    }
  }
}

async function keepHouse(store: Inbox, clock: Clock, logger: Logger, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    try {
      await store.prune(later(clock.now(), -RETENTION_MS));
    } catch {
      logger.warn('old deliveries could not be removed; trying again in an hour');
    }
    await sleep(HOUSEKEEPING_EVERY_MS, signal);
  }
}

/** Looks whether GitLab still delivers: a disabled webhook is enabled again, failed deliveries are asked for once more. */
async function keepWatch(
  { hooks, clock, logger }: ServiceParts,
  memory: Memory,
  signal: AbortSignal,
): Promise<void> {
  const known = createHookMemory();
  while (!signal.aborted) {
    try {
      memory.setWebhooks(await watchHooks({ hooks, clock, logger }, known));
    } catch (error) {
      logger.warn('the webhooks could not be looked at', {
        reason: error instanceof AppError ? error.message : 'internal',
      });
    }
    await sleep(WATCH_HOOKS_EVERY_MS, signal);
  }
}

type Swept = Parameters<Parameters<typeof runSweeps>[0]['onSweep']>[0];

/** What the running service knows beside the store. */
interface Memory {
  readonly ownUser: () => ActualUser | null;
  readonly setOwnUser: (user: ActualUser) => void;
  readonly setWebhooks: (health: unknown) => void;
  readonly engagementOfIssue: (issueId: number) => EngagementKey | null;
  readonly gitlabAnswered: (status: number | null, at: string) => void;
  readonly swept: (result: Swept, logger: Logger) => void;
  readonly observer: DrainObserver;
  readonly health: (store: Inbox) => HealthSource;
}

function createMemory(metrics: ServiceMetrics): Memory {
  let user: ActualUser | null = null;
  let gitlab: ReturnType<HealthSource['gitlab']> = null;
  let lastSweep: string | null = null;
  let webhooks: unknown = null;
  const issues = new Map<number, EngagementKey>();
  const paused = new Map<EngagementKey, string | null>();
  return {
    ownUser: () => user,
    setOwnUser: (known) => {
      user = known;
    },
    setWebhooks: (health) => {
      webhooks = health;
    },
    engagementOfIssue: (issueId) => issues.get(issueId) ?? null,
    gitlabAnswered: (status, at) => {
      const reachable = status !== null && status < 500;
      if (gitlab?.reachable !== reachable)
        gitlab = {
          reachable,
          at,
          reason: reachable ? null : status === null ? 'no answer' : `status ${status}`,
        };
    },
    swept: (result, logger) => {
      if ('failed' in result) return;
      lastSweep = result.at;
      metrics.sweepSucceeded(result.at);
      logger.info('swept', { full: result.full, seen: result.seen, woken: result.woken });
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
      gitlab: () => gitlab,
      paused: () => [...paused].map(([engagement, change]) => ({ engagement, change })),
      lastSweep: () => lastSweep,
      webhooks: () => webhooks,
    }),
  };
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

/** The composition of `procession serve`: receiver, inbox, worker, sweeps and health, started and stopped together. */

import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { Hono } from 'hono';
import type { PagesAccess } from '#config/environment.ts';
import type { Config } from '#config/load-config.ts';
import { subjectOf } from '#domain/base/keys.ts';
import type { ObservedRequest } from '#gitlab/http/requester.ts';
import type { Clock, Sleep } from '#ports/clock.ts';
import type { HookPlace } from '#ports/hooks.ts';
import type { Logger } from '#ports/logger.ts';
import type { Store } from '#ports/store.ts';
import type { ReconcileDeps } from '#reconciler/loop/deps.ts';
import { createOwnWrites, type OwnWrites } from '#reconciler/loop/own-writes.ts';
import { throughEach } from '#reconciler/loop/place.ts';
import { cachePortfolio, type PortfolioCacheDeps } from '#reconciler/portfolio/portfolio-cache.ts';
import { createPortfolioReader, type PortfolioDeps } from '#reconciler/portfolio/portfolio-reader.ts';
import { createBell } from '#reconciler/work/bell.ts';
import { drainInbox } from '#reconciler/work/drain-inbox.ts';
import { createLookAhead, lookingAhead } from '#reconciler/work/look-ahead.ts';
import { runSweeps, type Swept } from '#reconciler/work/sweep-schedule.ts';
import { createApp } from '#service/app.ts';
import { keepHouse, keepWatch, learnOwnUser } from '#service/chores.ts';
import { createMemory, type Memory } from '#service/memory.ts';
import { createMetrics } from '#service/metrics.ts';
import { createPortfolioPages } from '#service/portfolio-pages.ts';
import { createReadBody } from '#service/read-body.ts';
import type { Receiver } from '#service/receive.ts';
import { createCrmReceiver } from '#service/receive-crm.ts';
import { createGitLabReceiver } from '#service/receive-gitlab.ts';
import { SECRET_VARIABLES, type WebhookSecrets } from '#service/require-secrets.ts';
import { startService } from '#service/start-service.ts';
import { createVerifyCrm } from '#service/verify-crm.ts';
import { createVerifyGitLab } from '#service/verify-gitlab.ts';

/** Settings and adapters that a service is composed of. */
export interface ServiceParts {
  readonly config: Config;
  readonly secrets: WebhookSecrets;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly store: Store;
  /** Way to wait; really waits when not given. */
  readonly sleep?: Sleep;
  /** Builds what talks to GitLab; `onRequest` hears of every request. */
  readonly connect: (onRequest: (request: ObservedRequest) => void) => Promise<Connected>;
}

/** The engine, and the look at our webhooks in every place. */
export interface Connected extends ReconcileDeps {
  readonly hooks: readonly [HookPlace, ...HookPlace[]];
}

/** A service that is not on a port yet. */
export interface ComposedService {
  readonly app: ReturnType<typeof createApp>;
  /** Asks for a sweep now. */
  sweep(): void;
  /** Works through the inbox, sweeps and looks after everything; ends what is begun when the signal aborts. */
  work(signal: AbortSignal): Promise<void>;
}

/** Service that accepts deliveries. */
export interface RunningService {
  readonly url: string;
  /** What is off, and why: a sentence each. */
  readonly off: readonly string[];
  /** Stops accepting, lets begun work end, and closes the store. */
  close(): Promise<void>;
}

/** Milliseconds after which the work of a killed service is taken up again. */
export const LEASE_MS = 15_000;
/** GitLab's own limit for a webhook body, and ours for a SOW. */
const GITLAB_BODY_BYTES = 26_214_400;
const CRM_BODY_BYTES = 1_048_576;
const BODY_ROOM_BYTES = 104_857_600;
const BODY_TIMEOUT_MS = 10_000;
const SWEEP_EVERY_MS = 300_000;
/** A third of {@link LEASE_MS}. */
const RENEW_EVERY_MS = 5_000;
/** Work waits for GitLab most of the time: three requests of 30 ms each an event, so 12 at once keep up with 20 events a second. */
const CONCURRENCY = 12;

const patiently: Sleep = async (ms, signal) => {
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
  const service = await composeService(parts);
  const ending = new AbortController();
  const served = await startService(service.app, parts.config);
  const background = service.work(ending.signal);
  return {
    url: served.url,
    off: (['gitlab', 'crm'] as const).flatMap((source) =>
      parts.secrets[source].length > 0
        ? []
        : [`POST /webhooks/${source} is off: ${SECRET_VARIABLES[source]} is not set.`],
    ),
    close: async () => {
      await served.close();
      ending.abort();
      await background;
      await parts.store.close();
    },
  };
}

/** Puts the parts together; nothing runs yet. */
export async function composeService(parts: ServiceParts): Promise<ComposedService> {
  const { config, clock, logger, store, sleep = patiently } = parts;
  const metrics = createMetrics({ clock, figures: async () => await store.figures() });
  const memory = createMemory(metrics);
  const sooner = createBell(sleep);
  const ownWrites = createOwnWrites();
  const lookAhead = createLookAhead();
  const connected = await parts.connect(({ ms, ...request }) =>
    memory.gitlabRequest({ ...request, seconds: ms / 1000 }, clock.now()),
  );
  const deps = { ...connected, gitlab: throughEach(connected.gitlab, (one) => ownWrites.through(one)) };
  const app = createApp({
    ...receivers(parts, memory, ownWrites),
    readBody: createReadBody({ timeoutMs: BODY_TIMEOUT_MS, roomBytes: BODY_ROOM_BYTES }),
    metrics,
    health: { ...memory.health(store), brokenProcesses: () => [...(deps.processes.broken?.keys() ?? [])] },
    clock,
    logger,
    newRequestId: randomUUID,
    ...pagesFor(config.pages, { ...deps, clock, logger }),
  });
  const drain = {
    ...deps,
    inbox: store,
    audit: store.audit,
    clock,
    sleep,
    random: Math.random,
    observer: lookingAhead(memory.observer, lookAhead, { settings: deps.settings, clock }),
    concurrency: CONCURRENCY,
    renewEveryMs: RENEW_EVERY_MS,
  };
  const schedule = {
    ...deps,
    inbox: store,
    looks: store.looks,
    clock,
    everyMs: SWEEP_EVERY_MS,
    sooner,
    lookAhead,
    onSweep: (result: Swept) => {
      memory.swept(result);
      if (!('failed' in result))
        logger.info('swept', { full: result.full, seen: result.seen, woken: result.woken });
    },
  };
  return {
    app,
    sweep: () => sooner.ring(),
    work: async (signal) => {
      await Promise.all([
        learnOwnUser(deps.gitlab, memory, { logger, sleep }, signal),
        drainInbox(drain, signal),
        runSweeps(schedule, signal),
        keepHouse(store, { clock, logger, sleep }, signal),
        keepWatch({ places: deps.hooks, store, clock, logger, sleep }, { memory, sooner }, signal),
      ]);
    },
  };
}

function receivers(
  { config, secrets, store }: ServiceParts,
  memory: Memory,
  ownWrites: OwnWrites,
): { readonly gitlab: Receiver | null; readonly crm: Receiver | null } {
  return {
    gitlab: secrets.gitlab.length === 0 ? null : gitlabReceiver(secrets.gitlab, { store, memory, ownWrites }),
    crm:
      secrets.crm.length === 0
        ? null
        : createCrmReceiver({
            inbox: store,
            verify: createVerifyCrm(secrets.crm),
            limitBytes: CRM_BODY_BYTES,
            deals: config.deals,
          }),
  };
}

function gitlabReceiver(
  secrets: WebhookSecrets['gitlab'],
  {
    store,
    memory,
    ownWrites,
  }: { readonly store: Store; readonly memory: Memory; readonly ownWrites: OwnWrites },
): Receiver {
  const gitlab = createGitLabReceiver({
    inbox: {
      put: (delivery) => {
        memory.delivered(delivery.receivedAt, subjectOf(delivery.engagement));
        return store.put(delivery);
      },
      quarantine: (delivery) => store.quarantine(delivery),
      find: (...key) => store.find(...key),
    },
    verify: createVerifyGitLab(secrets),
    limitBytes: GITLAB_BODY_BYTES,
    ownUser: memory.ownUser,
    isOwnWrite: (written) => ownWrites.has(written),
    engagementOfIssue: memory.engagementOfIssue,
  });
  return {
    ...gitlab,
    take: (delivery) => {
      memory.delivered(delivery.receivedAt);
      return gitlab.take(delivery);
    },
  };
}

/** The pages for whoever may see them; none when nobody may. */
function pagesFor(
  access: PagesAccess,
  deps: PortfolioDeps & Omit<PortfolioCacheDeps, 'reader'>,
): { readonly pages?: Hono } {
  if (access.kind === 'off') return {};
  const { clock, logger } = deps;
  const scope = { withoutDeals: !deps.settings.deals.inReports };
  const portfolio = cachePortfolio({ reader: createPortfolioReader(deps, scope), clock, logger });
  const password = access.kind === 'password' ? access.password : null;
  return { pages: createPortfolioPages({ portfolio, password }) };
}

/**
 * The HTTP side of Procession. Webhooks are received in the order of `receive.ts`; everything else is read-only.
 * One line of log and one observation for every request, whatever became of it.
 */
import { Hono } from 'hono';
import type { Context, Next } from 'hono';
import { AppError } from '#domain/errors.ts';
import type { EngagementKey } from '#domain/keys.ts';
import type { ActualUser } from '#domain/state.ts';
import type { Clock } from '#ports/clock.ts';
import type { Inbox } from '#ports/inbox.ts';
import type { Logger } from '#ports/logger.ts';
import { answer } from './answer.ts';
import { DEFAULT_HEALTH_LIMITS, type HealthLimits, type HealthSource, readReadiness } from './health.ts';
import { incomingOf, type ServiceEnv } from './incoming.ts';
import type { ServiceMetrics } from './metrics.ts';
import { createReadBody } from './read-body.ts';
import { type ReceiveDeps, type Receiver, receive } from './receive.ts';
import { createCrmReceiver } from './receive-crm.ts';
import { createGitLabReceiver } from './receive-gitlab.ts';
import { requestIdOf } from './request-id.ts';
import type { WebhookSecrets } from './require-secrets.ts';
import { createVerifyCrm } from './verify-crm.ts';
import { createVerifyGitLab } from './verify-gitlab.ts';

export interface ServiceDeps {
  readonly inbox: Pick<Inbox, 'put' | 'quarantine' | 'figures'>;
  readonly secrets: WebhookSecrets;
  /** The user behind our token, whose changes wake nothing; `null` while it is not known. */
  readonly ownUser: () => ActualUser | null;
  /** From memory: it is asked before the answer. */
  readonly engagementOfIssue: (issueId: number) => EngagementKey | null;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly metrics: ServiceMetrics;
  readonly health: HealthSource;
  readonly newRequestId: () => string;
  readonly limits?: Partial<ServiceLimits>;
  /** Read-only pages at other paths. */
  readonly pages?: Hono;
}

export interface ServiceLimits extends HealthLimits {
  /** Of a delivery from GitLab. */
  readonly gitlabBodyBytes: number;
  readonly crmBodyBytes: number;
  /** A body that is not complete by then is given up. */
  readonly bodyTimeoutMs: number;
  /** What all long bodies together may take up in memory. */
  readonly roomBytes: number;
}

const DEFAULT_LIMITS: ServiceLimits = {
  ...DEFAULT_HEALTH_LIMITS,
  // 25 MB, the most that GitLab sends: https://docs.gitlab.com/user/gitlab_com/#webhooks
  gitlabBodyBytes: 26_214_400,
  crmBodyBytes: 1_048_576,
  // GitLab itself gives up after ten seconds.
  bodyTimeoutMs: 10_000,
  roomBytes: 67_108_864,
};

type App = Hono<ServiceEnv>;
type ServiceContext = Context<ServiceEnv>;

export function createApp(deps: ServiceDeps): App {
  const limits = { ...DEFAULT_LIMITS, ...deps.limits };
  // A slash at the end makes no difference: people type one into GitLab's form.
  const app: App = new Hono<ServiceEnv>({ strict: false });
  const receiving: ReceiveDeps = { clock: deps.clock, readBody: createReadBody({ timeoutMs: limits.bodyTimeoutMs, roomBytes: limits.roomBytes }) };
  const { inbox, ownUser, engagementOfIssue } = deps;
  addWebhook(app, deps, receiving, createGitLabReceiver({ inbox, ownUser, engagementOfIssue, verify: createVerifyGitLab(deps.secrets.gitlab), limitBytes: limits.gitlabBodyBytes }));
  addWebhook(app, deps, receiving, createCrmReceiver({ inbox, verify: createVerifyCrm(deps.secrets.crm), limitBytes: limits.crmBodyBytes }));
  addOperations(app, deps, limits);
  if (deps.pages !== undefined) addPages(app, deps, deps.pages);
  app.notFound((context) => observe(deps, 'other', context, async () => answer(404, { error: 'not_found', message: 'There is nothing here.' })));
  app.onError((error, context) => { throw error; });
  return app;
}

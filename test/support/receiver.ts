/** The receiving side of the service over an inbox in memory: what it keeps, logs and counts lies open. */
import { createHmac, randomBytes, randomUUID } from 'node:crypto';
import type { Hono } from 'hono';
import { Secret } from '#domain/base/secret.ts';
import { DEFAULT_DEALS } from '#domain/base/settings.ts';
import type { OwnUser } from '#domain/engagement/state.ts';
import type { Inbox, NewDelivery, QuarantinedDelivery } from '#ports/inbox.ts';
import type { Logger } from '#ports/logger.ts';
import { createApp } from '#service/app.ts';
import { createMetrics } from '#service/metrics.ts';
import { createReadBody } from '#service/read-body.ts';
import { createCrmReceiver } from '#service/receive-crm.ts';
import { createGitLabReceiver, type GitLabReceiverDeps } from '#service/receive-gitlab.ts';
import { createVerifyCrm } from '#service/verify-crm.ts';
import { createVerifyGitLab } from '#service/verify-gitlab.ts';

export const KEY = Buffer.alloc(32, 7);
export const SIGNING_TOKEN = `whsec_${KEY.toString('base64')}`;
export const PLAIN_TOKEN = 'canary-plain-token';

export interface ReceiverOptions {
  /** There is no secret of the CRM. */
  readonly crmOff?: boolean;
  readonly gitlabSecrets?: readonly string[];
  readonly now?: () => string;
  readonly bodyTimeoutMs?: number;
  /** For long bodies together; 100 MB when not given. */
  readonly roomBytes?: number;
  readonly ownUser?: OwnUser;
  /** What our own writes left, when the token is a person's. */
  readonly isOwnWrite?: GitLabReceiverDeps['isOwnWrite'];
  /** Instead of keeping a delivery. */
  readonly put?: Inbox['put'];
  readonly pages?: Hono;
}

export interface TestReceiver {
  readonly app: ReturnType<typeof createApp>;
  readonly kept: readonly (NewDelivery | QuarantinedDelivery)[];
  /** Every line of the log as JSON, from `debug` up. */
  readonly log: readonly string[];
  /** What Prometheus would read. */
  figures(): Promise<string>;
}

export function aReceiver(options: ReceiverOptions = {}): TestReceiver {
  const kept: (NewDelivery | QuarantinedDelivery)[] = [];
  const log: string[] = [];
  const keep = async (delivery: NewDelivery | QuarantinedDelivery): Promise<'stored' | 'duplicate'> => {
    if (kept.some((it) => it.source === delivery.source && it.dedupeKey === delivery.dedupeKey))
      return 'duplicate';
    kept.push(delivery);
    return 'stored';
  };
  const inbox = { put: options.put ?? keep, quarantine: keep, find: async () => null };
  const figures: Inbox['figures'] = async () => ({ waiting: kept.length, working: 0, dead: 0, oldest: null });
  const clock = { now: options.now ?? (() => new Date().toISOString()) };
  const metrics = createMetrics({ clock, figures, withProcess: false });
  const secrets = (options.gitlabSecrets ?? [PLAIN_TOKEN, SIGNING_TOKEN]).map((value) => new Secret(value));
  const app = createApp({
    gitlab: createGitLabReceiver({
      inbox,
      verify: createVerifyGitLab(secrets),
      limitBytes: 26_214_400,
      ownUser: () => options.ownUser ?? null,
      isOwnWrite: options.isOwnWrite ?? (() => false),
      engagementOfIssue: () => null,
    }),
    crm:
      options.crmOff === true
        ? null
        : createCrmReceiver({
            inbox,
            verify: createVerifyCrm([new Secret(SIGNING_TOKEN)]),
            limitBytes: 1_048_576,
            deals: DEFAULT_DEALS,
          }),
    readBody: createReadBody({
      timeoutMs: options.bodyTimeoutMs ?? 10_000,
      roomBytes: options.roomBytes ?? 104_857_600,
    }),
    metrics,
    health: {
      figures,
      storable: async () => {},
      gitlab: () => null,
      paused: () => [],
      missing: () => [],
      stopped: () => [],
      brokenProcesses: () => [],
      lastSweep: () => null,
      webhooks: () => null,
    },
    clock,
    logger: recorder(log),
    newRequestId: randomUUID,
    ...(options.pages === undefined ? {} : { pages: options.pages }),
  });
  return { app, kept, log, figures: async () => (await metrics.expose()).text };
}

function recorder(log: string[]): Logger {
  const at =
    (level: keyof Logger): Logger['info'] =>
    (message, data) =>
      void log.push(JSON.stringify({ level, message, ...data }));
  return { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') };
}

/** An event of an issue of SOW-1042, about as long as GitLab's. */
export function anIssueEvent(changes: object = {}): string {
  return JSON.stringify({
    object_kind: 'issue',
    event_type: 'issue',
    user: { id: 5, username: 'eli' },
    object_attributes: { id: 1, iid: 3, action: 'close', description: 'canary-description' },
    labels: [{ title: 'SOW-1042' }],
    ...changes,
  });
}

/** Headers of a signed delivery; a new id each time unless one is given. */
export function signedHeaders(
  body: string | Buffer,
  {
    id = randomBytes(8).toString('hex'),
    at = Math.floor(Date.now() / 1000),
    key = KEY,
  }: { id?: string; at?: number; key?: Buffer } = {},
): Record<string, string> {
  const mac = createHmac('sha256', key).update(`${id}.${at}.`).update(body).digest('base64');
  return { 'webhook-id': id, 'webhook-timestamp': String(at), 'webhook-signature': `v1,${mac}` };
}

import { createHmac, randomUUID } from 'node:crypto';
import { takeId } from './new-world.ts';
import { hasPremium } from './reading.ts';
import type { Hook, HookDelivery, World } from './world.ts';

export type HookEvent = 'issue' | 'confidential_issue' | 'note' | 'confidential_note' | 'pipeline';

/** What happened, and where: group hooks see all of their group, project hooks their project. */
export interface Happening {
  readonly event: HookEvent;
  readonly groupId: number;
  /** `null` for an epic: only group hooks hear of it. */
  readonly projectId: number | null;
  /** Made only when a hook hears of it: most worlds have none. */
  readonly payload: () => object;
}

export interface Hooks {
  fire(happening: Happening): void;
  /** Sends once, now, whether or not the hook is disabled; a success enables it again. */
  test(hook: Hook, event: HookEvent, payload: object): Promise<HookDelivery>;
  /** Repeats a delivery with the same body and the same `Idempotency-Key`. */
  resend(hook: Hook, delivery: HookDelivery): Promise<HookDelivery>;
  /** Runs `write`, which must not wait for anything before it writes, as part of a chain of webhooks, when the request says it belongs to one. */
  within<T>(eventUuid: string | null, write: () => T): T;
  settled(): Promise<void>;
}

export interface HookDependencies {
  readonly world: World;
  readonly now: () => Date;
  readonly deliver: (request: Request) => Promise<Response>;
}

const EVENT_NAMES: Readonly<Record<HookEvent, string>> = {
  issue: 'Issue Hook',
  confidential_issue: 'Confidential Issue Hook',
  note: 'Note Hook',
  confidential_note: 'Confidential Note Hook',
  pipeline: 'Pipeline Hook',
};
const TRIGGERS: Readonly<Record<HookEvent, string>> = {
  issue: 'issue_hooks',
  confidential_issue: 'confidential_issue_hooks',
  note: 'note_hooks',
  confidential_note: 'confidential_note_hooks',
  pipeline: 'pipeline_hooks',
};
const TOLERATED_FAILURES = 3;
const FAILURES_FOR_GOOD = 40;
const FIRST_PAUSE_MS = 60_000;
const LONGEST_PAUSE_MS = 24 * 3_600_000;
const LONGEST_CHAIN = 100;

/** `disabled` is for good (40 failures in a row), `temporarily_disabled` for a while (from the 4th on). */
export function alertStatus(hook: Hook, now: Date): 'executable' | 'temporarily_disabled' | 'disabled' {
  if (hook.failures >= FAILURES_FOR_GOOD) return 'disabled';
  return hook.disabledUntil !== null && new Date(hook.disabledUntil) > now
    ? 'temporarily_disabled'
    : 'executable';
}

/**
 * Delivers webhooks the way GitLab does: once, after the request that caused them was answered, never again by
 * itself; a hook that fails four times in a row is disabled for a while.
 *
 * @see https://gitlab.com/gitlab-org/gitlab/-/blob/master/app/services/web_hook_service.rb
 * @see https://gitlab.com/gitlab-org/gitlab/-/blob/master/app/models/concerns/web_hooks/auto_disabling.rb
 */
export function createHooks(dependencies: HookDependencies): Hooks {
  const { world, now } = dependencies;
  const pending = new Set<Promise<unknown>>();
  /** Hooks already fired in a chain of events, by the chain's UUID. */
  const chains = new Map<string, Set<number>>();
  let chain: string | null = null;

  function fire(happening: Happening): void {
    for (const hook of world.hooks.filter((it) => hears(world, it, happening))) {
      if (alertStatus(hook, now()) !== 'executable') continue;
      const eventUuid = chain ?? randomUUID();
      const members = chains.get(eventUuid) ?? new Set();
      if (chain !== null && (members.has(hook.id) || members.size >= LONGEST_CHAIN)) continue;
      chains.set(eventUuid, members.add(hook.id));
      const delivery = prepare(dependencies, hook, {
        event: happening.event,
        payload: happening.payload(),
        eventUuid,
      });
      track(afterTheAnswer().then(() => attempt(dependencies, hook, delivery)));
    }
  }

  function track(work: Promise<unknown>): void {
    pending.add(work);
    void work.finally(() => pending.delete(work));
  }

  return {
    fire,
    async test(hook, event, payload) {
      const delivery = prepare(dependencies, hook, { event, payload, eventUuid: randomUUID() });
      return attempt(dependencies, hook, delivery);
    },
    async resend(hook, delivery) {
      const { responseBody: _, ...sent } = delivery;
      const again: HookDelivery = {
        ...sent,
        id: takeId(world, 'delivery'),
        responseStatus: null,
        createdAt: now().toISOString(),
      };
      world.deliveries.push(again);
      return attempt(dependencies, hook, again);
    },
    within(eventUuid, write) {
      const outer = chain;
      chain = eventUuid;
      try {
        return write();
      } finally {
        chain = outer;
      }
    },
    async settled() {
      while (pending.size > 0) await Promise.allSettled(pending);
    },
  };
}

function afterTheAnswer(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}

function hears(world: World, hook: Hook, happening: Happening): boolean {
  const isNear =
    hook.groupId === null
      ? hook.projectId === happening.projectId
      : hook.groupId === happening.groupId && hasPremium(world);
  return isNear && isSubscribed(hook, happening.event);
}

function isSubscribed(hook: Hook, event: HookEvent): boolean {
  switch (event) {
    case 'issue':
      return hook.issuesEvents;
    case 'confidential_issue':
      return hook.confidentialIssuesEvents;
    case 'note':
      return hook.noteEvents;
    case 'confidential_note':
      return hook.confidentialNoteEvents ?? false;
    case 'pipeline':
      return hook.otherEvents?.includes('pipeline_events') ?? false;
  }
}

/** Builds the request and files it as a delivery that has no answer yet. */
function prepare(
  { world, now }: HookDependencies,
  hook: Hook,
  message: { readonly event: HookEvent; readonly payload: object; readonly eventUuid: string },
): HookDelivery {
  const body = JSON.stringify(message.payload);
  const idempotencyKey = randomUUID();
  const custom = Object.fromEntries((hook.customHeaders ?? []).map(({ key, value }) => [key, value]));
  const delivery: HookDelivery = {
    id: takeId(world, 'delivery'),
    hookId: hook.id,
    idempotencyKey,
    trigger: TRIGGERS[message.event],
    headers: {
      ...custom,
      'Content-Type': 'application/json',
      'User-Agent': 'GitLab/19.6.0-ee',
      'X-Gitlab-Event': EVENT_NAMES[message.event],
      'X-Gitlab-Webhook-UUID': randomUUID(),
      'X-Gitlab-Instance': world.baseUrl,
      'X-Gitlab-Event-UUID': message.eventUuid,
      'Idempotency-Key': idempotencyKey,
      ...(hook.token === null ? {} : { 'X-Gitlab-Token': hook.token }),
      ...(hook.signingToken === null ? {} : signature(hook.signingToken, idempotencyKey, now(), body)),
    },
    body,
    url: hook.url,
    responseStatus: null,
    createdAt: now().toISOString(),
  };
  world.deliveries.push(delivery);
  return delivery;
}

/**
 * Standard Webhooks: HMAC-SHA256 over `id.timestamp.body`, keyed with the bytes behind `whsec_`.
 * @see https://www.standardwebhooks.com/
 */
export function signature(signingToken: string, id: string, at: Date, body: string): Record<string, string> {
  const timestamp = String(Math.floor(at.getTime() / 1000));
  const key = Buffer.from(signingToken.replace(/^whsec_/u, ''), 'base64');
  const digest = createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest('base64');
  return { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': `v1,${digest}` };
}

/** One attempt. An answer of 2xx or 3xx is a success; a network error counts as a failure. */
async function attempt(
  { now, deliver }: HookDependencies,
  hook: Hook,
  delivery: HookDelivery,
): Promise<HookDelivery> {
  try {
    const request = new Request(delivery.url ?? hook.url, {
      method: 'POST',
      headers: { ...delivery.headers },
      body: delivery.body,
      redirect: 'manual',
    });
    const response = await deliver(request);
    delivery.responseStatus = response.status;
    delivery.responseBody = (await response.text()).slice(0, 8192);
  } catch (error) {
    delivery.responseBody = String(error);
  }
  const { responseStatus } = delivery;
  if (responseStatus !== null && responseStatus >= 200 && responseStatus < 400) {
    hook.failures = 0;
    hook.disabledUntil = null;
    return delivery;
  }
  // A hook that is disabled already, and was only tested, stays as it is.
  if (alertStatus(hook, now()) !== 'executable') return delivery;
  hook.failures += 1;
  if (hook.failures > TOLERATED_FAILURES) {
    const pauseMs = Math.min(
      FIRST_PAUSE_MS * 2 ** (hook.failures - TOLERATED_FAILURES - 1),
      LONGEST_PAUSE_MS,
    );
    hook.disabledUntil = new Date(now().getTime() + pauseMs).toISOString();
  }
  return delivery;
}

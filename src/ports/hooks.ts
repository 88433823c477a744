import type { SubjectKind } from '#domain/base/keys.ts';
import type { ActualHook, FailedDelivery, HookScope } from '#domain/setup/actual-hook.ts';

/** Hooks that could be read, or why none could. */
export type HookList =
  | {
      readonly kind: 'hooks';
      readonly hooks: readonly ActualHook[];
      /** Whose hooks the token may not read; one of ours may be among them. */
      readonly unseen: readonly HookScope[];
    }
  | { readonly kind: 'not-allowed'; readonly reason: string };

/** Bounds of a look back for failed deliveries. GitLab tells no time of a delivery, so both bounds count. */
export interface DeliveriesSince {
  /** ISO 8601, UTC. A delivery whose time can be told from what was sent is left out when older. */
  readonly instant: string;
  /** Deliveries up to this id are left out; `0` for none. */
  readonly afterId: number;
}

/** Outcome of a test or of a resend. */
export type CallOutcome =
  /** The receiver answered 2xx; GitLab enables a disabled hook by that. */
  | { readonly kind: 'delivered' }
  /** GitLab tried; the receiver answered something else or nothing. */
  | { readonly kind: 'not-delivered'; readonly reason: string }
  /** GitLab did not try: rights, delivery gone. */
  | { readonly kind: 'refused'; readonly reason: string }
  /** GitLab did not try: more than 5 in this minute, or its general limit. */
  | { readonly kind: 'limited'; readonly reason: string };

/** Event that a test delivery is about. */
export type HookTrigger = 'issues_events' | 'note_events';

/** Webhooks of one place in which engagements live. */
export interface HookPlace {
  readonly hooks: HookAdmin;
  /** What people call it, and what lives there alone; `null`: it is the only place. */
  readonly apart: { readonly name: string; readonly subject: SubjectKind } | null;
}

/**
 * Looks after the webhooks of the configured group and project.
 *
 * @throws GitLabUnavailableError, GitLabRateLimitedError, UnexpectedResponseError; never waits for a limit.
 */
export interface HookAdmin {
  /** Hooks of the group (Premium, Owner) and of the project (Maintainer), each where it may be read. */
  listHooks(): Promise<HookList>;
  /** Newest first, one per event, from the newest 200 attempts. */
  listFailedDeliveries(hook: ActualHook, since: DeliveriesSince): Promise<readonly FailedDelivery[]>;
  /** Sends a delivery again, with the same body and the same `Idempotency-Key`. */
  resend(hook: ActualHook, deliveryId: number): Promise<CallOutcome>;
  /** Sends what the newest issue or comment would send, also when the hook is disabled. */
  test(hook: Pick<ActualHook, 'id' | 'scope'>, trigger: HookTrigger): Promise<CallOutcome>;
}

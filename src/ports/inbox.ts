import type { EngagementKey } from '#domain/base/keys.ts';

/**
 * What a delivery asks for. `wake`: look at an engagement. `sow`: apply a SOW. `note`: a comment may hold a command.
 * What asks for nothing, such as a test of the webhook, is not put at all.
 */
export type DeliveryKind = 'wake' | 'sow' | 'note';

/** One webhook request, verified, cut down to what is needed, about to be made durable. */
export interface NewDelivery {
  readonly source: 'gitlab' | 'crm';
  /** Unique per source; the sender repeats it when it sends again: `Idempotency-Key`, `webhook-id`, CRM event id. */
  readonly dedupeKey: string;
  readonly kind: DeliveryKind;
  readonly engagement: EngagementKey;
  /** CRM: the whole body. GitLab: ids and a digest. Plain JSON. */
  readonly payload: unknown;
  /** ISO 8601, UTC. */
  readonly receivedAt: string;
  /** From the webhook header to the last GitLab write: one id in every log line. */
  readonly requestId: string;
}

/** An authentic delivery that cannot be worked on: kept as a dead letter from the start. */
export interface QuarantinedDelivery extends Omit<NewDelivery, 'engagement' | 'kind'> {
  readonly engagement: EngagementKey | null;
  readonly kind: DeliveryKind | 'unknown';
  readonly reason: string;
}

export type DeliveryState = 'waiting' | 'working' | 'done' | 'dead';

export interface StoredDelivery extends Omit<NewDelivery, 'engagement' | 'kind'> {
  readonly id: string;
  readonly engagement: EngagementKey | null;
  readonly kind: DeliveryKind | 'unknown';
  readonly state: DeliveryState;
  /** How often work on it has begun. */
  readonly attempts: number;
  /** Not worked on before this instant. */
  readonly notBefore: string;
  /** Why it last failed or is dead, or, when it is done, why nothing came of it; one line without secrets. */
  readonly reason: string | null;
}

/** What waits for one engagement, thousands at most, taken together: one reconcile answers all. */
export interface Claim {
  /** Tells this claim from an earlier or later one of the same engagement. */
  readonly id: string;
  readonly engagement: EngagementKey;
  /** Oldest first. */
  readonly deliveries: readonly StoredDelivery[];
}

/** Fate of some deliveries of a claim, told ahead of the others. */
export type PartEnding =
  | { readonly kind: 'done'; readonly now: string; readonly why: string | null }
  | { readonly kind: 'bury'; readonly reason: string };

export interface InboxFigures {
  readonly waiting: number;
  readonly working: number;
  readonly dead: number;
  /** When the oldest delivery that waits or is being worked on came in; `null` when there is none. */
  readonly oldest: string | null;
}

export interface DeliveryFilter {
  readonly state?: DeliveryState;
  readonly engagement?: EngagementKey;
  readonly kind?: DeliveryKind;
  /** At most this many, newest first. */
  readonly limit: number;
}

/**
 * The durable store of deliveries. What `put` has accepted is on disk and is worked on, once in effect, whatever
 * crashes. One worker per engagement at a time, also across processes (where the store is shared).
 */
export interface Inbox {
  /**
   * Resolves when it is on disk. A delivery whose key was put before (also one that is done, dead or dropped) is a
   * duplicate. When the store cannot keep it now it rejects with an error of disposition `retry`: nothing was
   * acknowledged, the sender must send again.
   */
  put(delivery: NewDelivery): Promise<'stored' | 'duplicate'>;
  quarantine(delivery: QuarantinedDelivery): Promise<'stored' | 'duplicate'>;
  /** Writes as much as a delivery and takes it back. Rejects as {@link Inbox.put} does when the store cannot keep it now. */
  probe(): Promise<void>;
  /**
   * Takes what is due for one engagement nobody works on, thousands at most; `null` when there is nothing. Expires after the lease, so
   * that a crash returns it. What is said later about a claim that was lost changes nothing.
   */
  claim(now: string): Promise<Claim | null>;
  /** Keeps a claim from expiring while work goes on. `false`: it was lost (another worker has it); stop working. */
  renew(claim: Claim, now: string): Promise<boolean>;
  /** @param why why nothing came of it: {@link StoredDelivery.reason}; without it, what an earlier try said is forgotten */
  done(claim: Claim, now: string, why?: string | null): Promise<void>;
  /** Back to waiting, not before the instant. */
  retry(claim: Claim, notBefore: string, reason: string): Promise<void>;
  /** Never by itself again; a person replays or drops it. */
  bury(claim: Claim, reason: string): Promise<void>;
  /**
   * Ends these deliveries of a claim and leaves it the others: `done`, `retry`, `bury` and `release` of the claim are
   * of those then.
   */
  endPart(claim: Claim, ids: readonly string[], ending: PartEnding): Promise<void>;
  /** Back to waiting at once, as if never claimed: for shutdown. */
  release(claim: Claim): Promise<void>;
  /** Resolves when something may have come in, or after the time. Never long after a `put` in the same process. */
  arrival(timeoutMs: number, signal: AbortSignal): Promise<void>;

  list(filter: DeliveryFilter): Promise<readonly StoredDelivery[]>;
  show(id: string): Promise<StoredDelivery | null>;
  /** The delivery that was put under a key; `null` when it was dropped, or never was. */
  find(source: NewDelivery['source'], dedupeKey: string): Promise<StoredDelivery | null>;
  /** A dead or done delivery waits again, its attempts counted anew. `false` when there is none with this id, or it names no engagement. */
  replay(id: string, now: string): Promise<boolean>;
  /** Forgets a dead or waiting delivery; its key stays known for the retention time, so that a resend is a duplicate. */
  drop(id: string): Promise<boolean>;
  figures(): Promise<InboxFigures>;
  /** Removes what was done or dropped before the instant, with its key. @returns how many */
  prune(before: string): Promise<number>;
  close(): Promise<void>;
}

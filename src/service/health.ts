/** What `/readyz` knows about the service. `/healthz` only says that the process answers. */
import type { InboxFigures } from '#ports/inbox.ts';
import { within } from './within.ts';

/** Answers for `/readyz`, which asks on every request: none may take long. */
export interface HealthSource {
  figures(): Promise<InboxFigures>;
  /** Rejects when the store cannot keep a delivery. @param now ISO 8601, UTC */
  storable(now: string): Promise<void>;
  /** Last answer of GitLab; `null` while nobody has asked yet. */
  gitlab(): { readonly reachable: boolean; readonly at: string; readonly reason: string | null } | null;
  /** Engagements that the loop fuse has paused, each with the change that tripped the fuse. */
  paused(): readonly { readonly engagement: string; readonly change: string | null }[];
  /** Engagements that are known and of which the last full sweep saw nothing; `procession check` says more. */
  missing(): readonly string[];
  /** Engagements that the brake across engagements keeps from being changed. */
  stopped(): readonly { readonly engagement: string; readonly why: string }[];
  /** Ids of processes that have problems: nothing is decided by them, a person's business too. */
  brokenProcesses(): readonly string[];
  /** Instant at which a sweep last ended well; `null`: not yet. */
  lastSweep(): string | null;
  /**
   * State of our webhooks in GitLab at the last look; `null`: not looked yet. The sweep finds lost deliveries, so
   * this state never makes us unready.
   */
  webhooks(): unknown;
}

/** Verdict of `/readyz` with its reasons. */
export interface Readiness {
  readonly ready: boolean;
  readonly problems: readonly string[];
  readonly details: Readonly<Record<string, unknown>>;
}

/** A backlog older than this means that the work does not get done: 15 minutes, in milliseconds. */
const OLDEST_MS = 900_000;

/** A store that takes longer to count is not well, and whoever asks does not wait longer. */
const FIGURES_TIMEOUT_MS = 2_000;

/**
 * Ready means: deliveries can be stored and GitLab can be reached. A backlog that only grows older counts as not ready;
 * paused engagements and dead letters are shown, and are a person's business.
 *
 * @param now ISO 8601, UTC
 */
export async function readiness(source: HealthSource, now: string): Promise<Readiness> {
  const [figures, stored] = await Promise.all([
    within(FIGURES_TIMEOUT_MS, async () => await source.figures()),
    within(FIGURES_TIMEOUT_MS, async () => {
      await source.storable(now);
      return true;
    }),
  ]);
  const gitlab = source.gitlab();
  const ageMs = figures?.oldest == null ? 0 : Date.parse(now) - Date.parse(figures.oldest);
  const problems = [
    ...(figures === null ? ['the inbox cannot be read: see the disk or the database, and the log'] : []),
    ...(figures !== null && stored === null
      ? ['deliveries cannot be stored, every one is answered 503: is the disk full? See the log']
      : []),
    ...(gitlab !== null && !gitlab.reachable
      ? [`GitLab cannot be reached since ${gitlab.at}: ${gitlab.reason ?? 'unknown reason'}`]
      : []),
    ...(ageMs > OLDEST_MS
      ? [
          `the oldest delivery waits since ${figures?.oldest ?? '?'}: see procession inbox list --state waiting`,
        ]
      : []),
  ];
  return {
    ready: problems.length === 0,
    problems,
    details: {
      inbox: figures,
      oldestSeconds: Math.round(ageMs / 1000),
      gitlab,
      paused: source.paused(),
      missing: source.missing(),
      stopped: source.stopped(),
      brokenProcesses: source.brokenProcesses(),
      lastSweep: source.lastSweep(),
      webhooks: source.webhooks(),
    },
  };
}

/** Whether the service can do its work, for load balancers and for people. Shown to strangers: no names, no errors. */
import type { Clock } from '#ports/clock.ts';
import type { InboxFigures } from '#ports/inbox.ts';
import { secondsBetween } from './metrics.ts';
import { within } from './within.ts';

/** What the wiring knows. Every answer should come from memory or a cached probe; one that hangs counts as failed. */
export interface HealthSource {
  /** Whether GitLab answered lately. Throws or is `false` when not. */
  gitlab(): Promise<boolean>;
  /** State of our webhook in GitLab: `executable`, `temporarily_disabled`, `disabled`, `missing`; `null` when not known. */
  hook(): Promise<string | null>;
  /** How many engagements the fuse has paused. */
  paused(): number;
  /** When a sweep last ended well, ISO 8601; `null`: none since the start. */
  lastSweep(): string | null;
}

export interface HealthDeps {
  readonly source: HealthSource;
  readonly figures: () => Promise<InboxFigures>;
  readonly clock: Clock;
  readonly limits: HealthLimits;
}

export interface HealthLimits {
  /** An older delivery that nobody has finished means that the worker stands still. */
  readonly backlogSeconds: number;
  readonly timeoutMs: number;
}

export const DEFAULT_HEALTH_LIMITS: HealthLimits = { backlogSeconds: 900, timeoutMs: 2_000 };

export interface Readiness {
  readonly ready: boolean;
  readonly database: 'ok' | 'failed';
  readonly gitlab: 'ok' | 'failed';
  readonly backlog: {
    readonly waiting: number;
    readonly working: number;
    readonly dead: number;
    /** Seconds. */
    readonly age: number;
    readonly within_limit: boolean;
  } | null;
  readonly paused_engagements: number;
  readonly hook: string | null;
  readonly last_sweep: string | null;
}

/**
 * Not ready without database or GitLab, or when deliveries stay too long. Paused engagements, a disabled webhook and
 * an old sweep are shown but do not count: taking the service out of balance would not help them.
 */
export async function readReadiness({ source, figures, clock, limits }: HealthDeps): Promise<Readiness> {
  const [inbox, gitlab, hook] = await Promise.all([
    within(limits.timeoutMs, figures),
    within(limits.timeoutMs, () => source.gitlab()),
    within(limits.timeoutMs, () => source.hook()),
  ]);
  const backlog = inbox.kind === 'ok' ? toBacklog(inbox.value, clock.now(), limits) : null;
  const reachable = gitlab.kind === 'ok' && gitlab.value;
  return {
    ready: reachable && backlog !== null && backlog.within_limit,
    database: backlog === null ? 'failed' : 'ok',
    gitlab: reachable ? 'ok' : 'failed',
    backlog,
    paused_engagements: source.paused(),
    hook: hook.kind === 'ok' ? hook.value : null,
    last_sweep: source.lastSweep(),
  };
}

function toBacklog(
  { waiting, working, dead, oldest }: InboxFigures,
  now: string,
  limits: HealthLimits,
): NonNullable<Readiness['backlog']> {
  const age = oldest === null ? 0 : secondsBetween(oldest, now);
  return { waiting, working, dead, age, within_limit: age <= limits.backlogSeconds };
}

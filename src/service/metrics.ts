/**
 * What operators watch and are woken by. Every value of a label comes from a short list of ours: a stranger who asks
 * for a thousand paths must not make a thousand series.
 *
 * @see https://prometheus.io/docs/practices/naming/
 */
import type { Counter, Histogram } from 'prom-client';
import type { Clock } from '#ports/clock.ts';
import type { InboxFigures } from '#ports/inbox.ts';
import type { DeliveryResult } from './answer.ts';
import { atMost } from './at-most.ts';
import { createMetricSeries } from './metric-series.ts';
import type { Source } from './receive.ts';
import { within } from './within.ts';

export interface MetricsDeps {
  readonly clock: Clock;
  /** Asked on every scrape. */
  readonly figures: () => Promise<InboxFigures>;
  /** Memory, event loop and so on of this process too; `true` when not given. They are measured until it ends. */
  readonly withProcess?: boolean;
}

export interface GitLabRequestFigures {
  readonly method: string;
  /** A pattern, `/groups/:id/epics`; never an address. */
  readonly route: string;
  /** 0 when there was no answer. */
  readonly status: number;
  readonly seconds: number;
}

/** Everything that is measured. Recording never throws and never waits. */
export interface ServiceMetrics {
  /** A delivery was answered. */
  delivery(source: Source, result: DeliveryResult): void;
  /** A request was answered. `route`: the pattern; `other` for a path that is none of ours. */
  httpRequest(route: string, status: number, seconds: number): void;
  /** From the moment a delivery came in until GitLab is as it should be. */
  applied(seconds: number): void;
  gitlabRequest(request: GitLabRequestFigures): void;
  action(kind: string, result: 'done' | 'skipped' | 'failed'): void;
  /** How many requests GitLab still grants in this period, and of how many. */
  rateLimit(remaining: number, limit: number): void;
  /** A sweep has ended well, at this instant (ISO 8601): the dead man's switch of everything else. */
  sweepSucceeded(at: string): void;
  /** How many engagements the fuse has paused. */
  paused(engagements: number): void;
  /** For Prometheus. Answers also when the inbox does not. */
  expose(): Promise<{ readonly contentType: string; readonly text: string }>;
}

const FIGURES_TIMEOUT_MS = 2_000;

/** GitLab's API has fewer routes that we use, and plans have fewer kinds of action. */
const MOST_NAMES = 60;

export function createMetrics({ clock, figures, withProcess = true }: MetricsDeps): ServiceMetrics {
  const series = createMetricSeries(withProcess);
  const routes = atMost(MOST_NAMES);
  const gitlabRoutes = atMost(MOST_NAMES);
  const kinds = atMost(MOST_NAMES);
  const byDelivery = new Map<string, Counter.Internal>();
  const byRequest = new Map<string, Histogram.Internal<'route' | 'status'>>();

  async function readBacklog(): Promise<void> {
    const reply = await within(FIGURES_TIMEOUT_MS, figures);
    series.inboxUp.set(reply.kind === 'ok' ? 1 : 0);
    if (reply.kind !== 'ok') return;
    const { waiting, working, dead, oldest } = reply.value;
    series.backlog.set({ state: 'waiting' }, waiting);
    series.backlog.set({ state: 'working' }, working);
    series.backlog.set({ state: 'dead' }, dead);
    series.oldest.set(oldest === null ? 0 : secondsBetween(oldest, clock.now()));
  }

  return {
    delivery(source, result) {
      once(byDelivery, `${source} ${result}`, () => series.deliveries.labels(source, result)).inc();
    },
    httpRequest(route, status, seconds) {
      once(byRequest, `${route} ${status}`, () => series.http.labels(routes(route), String(status))).observe(seconds);
    },
    applied: (seconds) => series.applied.observe(seconds),
    gitlabRequest({ method, route, status, seconds }) {
      series.gitlab.observe({ method, route: gitlabRoutes(route), status: String(status) }, seconds);
    },
    action: (kind, result) => series.actions.inc({ kind: kinds(kind), result }),
    rateLimit(remaining, limit) {
      series.rateRemaining.set(remaining);
      series.rateLimit.set(limit);
    },
    sweepSucceeded: (at) => series.swept.set(Date.parse(at) / 1000),
    paused: (engagements) => series.paused.set(engagements),
    async expose() {
      await readBacklog();
      return { contentType: series.registry.contentType, text: await series.registry.metrics() };
    },
  };
}

/** Seconds from one instant to a later one; 0 when clocks disagree. */
export function secondsBetween(from: string, to: string): number {
  return Math.max(0, (Date.parse(to) - Date.parse(from)) / 1000);
}

/** Looking a series up by its labels costs more than counting, so it is done once. */
function once<T>(known: Map<string, T>, key: string, create: () => T): T {
  const found = known.get(key);
  if (found !== undefined) return found;
  const created = create();
  known.set(key, created);
  return created;
}

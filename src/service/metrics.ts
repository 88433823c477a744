/**
 * What operators watch and are woken by. Every label value comes from a short list of ours: a stranger who asks for
 * a thousand paths must not make a thousand series.
 *
 * @see https://prometheus.io/docs/practices/naming/
 */
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import type { HookHealth } from '#domain/setup/hook-health.ts';
import { HOOK_STATES } from '#domain/setup/hook-rules.ts';
import type { Clock } from '#ports/clock.ts';
import type { InboxFigures } from '#ports/inbox.ts';
import type { DeliveryResult } from './answer.ts';
import type { Source } from './receive.ts';
import { within } from './within.ts';

/** Clock and store that the metrics ask. */
export interface MetricsDeps {
  readonly clock: Clock;
  /** Asked on every scrape. */
  readonly figures: () => Promise<InboxFigures>;
  /**
   * Memory, event loop and so on of this process; `true` when not given. These collectors never stop: not for tests.
   */
  readonly withProcess?: boolean;
}

/** Request to GitLab as the metrics count it. */
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
  /** A request was answered. `route`: the pattern, or `other`. */
  httpRequest(route: string, status: number, seconds: number): void;
  /** Records the seconds from the receipt of a delivery until GitLab is as it should be. */
  applied(seconds: number): void;
  gitlabRequest(request: GitLabRequestFigures): void;
  action(kind: string, result: 'done' | 'skipped' | 'failed'): void;
  /** Records how many requests GitLab still grants in this period, and of how many. */
  rateLimit(remaining: number, limit: number): void;
  /** A sweep has ended well, at this instant (ISO 8601): the dead man's switch of everything else. `null`: none has. */
  sweepSucceeded(at: string | null): void;
  /** Records how many engagements the fuse has paused. */
  paused(engagements: number): void;
  /** A look at our webhooks in GitLab has ended. */
  webhooks(health: HookHealth): void;
  /** Prints everything for Prometheus, also when the inbox does not answer. */
  expose(): Promise<{ readonly contentType: string; readonly text: string }>;
}

const HTTP_SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.02, 0.05, 0.1, 0.5, 1, 5, 10];
const APPLIED_SECONDS = [0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 900, 3600];
const GITLAB_SECONDS = [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];
/** A store that takes longer counts as one that does not answer: Prometheus waits ten seconds for everything. */
const FIGURES_TIMEOUT_MS = 2_000;
/** GitLab's API has fewer routes that we use, and the engine fewer kinds of action. */
const MOST_NAMES = 60;

/** Creates the metrics of a service in a registry of their own. */
export function createMetrics({ clock, figures, withProcess = true }: MetricsDeps): ServiceMetrics {
  const registers = [new Registry()];
  const [registry] = registers as [Registry];
  if (withProcess) collectDefaultMetrics({ register: registry });

  const deliveries = new Counter({
    name: 'procession_deliveries_total',
    help: 'Webhook deliveries answered, by source and result.',
    labelNames: ['source', 'result'],
    registers,
  });
  const http = new Histogram({
    name: 'procession_http_request_duration_seconds',
    help: 'From the first byte of a request to its answer.',
    labelNames: ['route', 'status'],
    buckets: HTTP_SECONDS,
    registers,
  });
  const applied = new Histogram({
    name: 'procession_event_to_applied_seconds',
    help: 'From the receipt of a delivery until GitLab is as it should be.',
    buckets: APPLIED_SECONDS,
    registers,
  });
  const gitlab = new Histogram({
    name: 'procession_gitlab_request_duration_seconds',
    help: 'Requests to GitLab, by route and status; status 0: no answer.',
    labelNames: ['method', 'route', 'status'],
    buckets: GITLAB_SECONDS,
    registers,
  });
  const actions = new Counter({
    name: 'procession_actions_total',
    help: 'Actions of plans, by kind and result.',
    labelNames: ['kind', 'result'],
    registers,
  });
  const readBacklog = backlogReader(registry, { clock, figures });

  const httpRoutes = atMost(MOST_NAMES);
  const routes = atMost(MOST_NAMES);
  const kinds = atMost(MOST_NAMES);
  const httpSeries = new Map<string, Histogram.Internal<'route' | 'status'>>();
  const deliverySeries = new Map<string, Counter.Internal>();
  return {
    delivery(source, result) {
      remember(deliverySeries, `${source} ${result}`, () => deliveries.labels(source, result)).inc();
    },
    httpRequest(route, status, seconds) {
      const series = (): Histogram.Internal<'route' | 'status'> =>
        http.labels(httpRoutes(route), String(status));
      remember(httpSeries, `${route} ${status}`, series).observe(seconds);
    },
    applied: (seconds) => applied.observe(seconds),
    gitlabRequest: ({ method, route, status, seconds }) =>
      gitlab.observe({ method, route: routes(route), status: String(status) }, seconds),
    action: (kind, result) => actions.inc({ kind: kinds(kind), result }),
    ...gaugeSetters(registers),
    webhooks: webhookRecorder(registry),
    expose: async () => {
      // Before anything is printed: each gauge is printed as soon as it is collected itself.
      await readBacklog();
      return { contentType: registry.contentType, text: await registry.metrics() };
    },
  };
}

function gaugeSetters(
  registers: Registry[],
): Pick<ServiceMetrics, 'rateLimit' | 'sweepSucceeded' | 'paused'> {
  const gauge = (name: string, help: string): Gauge => new Gauge({ name, help, registers });
  const remaining = gauge(
    'procession_gitlab_rate_limit_remaining',
    'Requests GitLab still grants in this period.',
  );
  const limit = gauge('procession_gitlab_rate_limit', 'Requests GitLab grants in a period; 0: not told.');
  const swept = gauge(
    'procession_sweep_last_success_timestamp_seconds',
    'When a sweep last ended well; 0: never.',
  );
  const paused = gauge('procession_engagements_paused', 'Engagements that the fuse has paused.');
  return {
    rateLimit(left, all) {
      remaining.set(left);
      limit.set(all);
    },
    sweepSucceeded: (at) => swept.set(at === null ? 0 : Date.parse(at) / 1000),
    paused: (engagements) => paused.set(engagements),
  };
}

/** Looking a series up by its labels costs more than counting: it is done once. */
function remember<T>(series: Map<string, T>, key: string, create: () => T): T {
  const known = series.get(key);
  if (known !== undefined) return known;
  const created = create();
  series.set(key, created);
  return created;
}

/** One series per state, 1 for the one that is: an alert on `state!="ok"` needs no list of states. */
function webhookRecorder(registry: Registry): ServiceMetrics['webhooks'] {
  const registers = [registry];
  const states = new Gauge({
    name: 'procession_webhook_state',
    help: 'Whether GitLab reaches us by our webhooks: 1 for the state at the last look; all 0: not looked yet.',
    labelNames: ['state'],
    registers,
  });
  for (const state of HOOK_STATES) states.set({ state }, 0);
  const failed = new Gauge({
    name: 'procession_webhook_failed_deliveries',
    help: 'Deliveries that failed and will be asked for again.',
    registers,
  });
  const repairs = new Counter({
    name: 'procession_webhook_repairs_total',
    help: 'Webhooks enabled again, and deliveries that reached us when asked for again.',
    labelNames: ['kind'],
    registers,
  });
  return ({ state: current, left, enabled, resent }) => {
    for (const state of HOOK_STATES) states.set({ state }, state === current ? 1 : 0);
    failed.set(left);
    repairs.inc({ kind: 'enabled' }, enabled);
    repairs.inc({ kind: 'resent' }, resent);
  };
}

/** The backlog is read when somebody looks. A store that fails, shows as such. */
function backlogReader(
  registry: Registry,
  { clock, figures }: Pick<MetricsDeps, 'clock' | 'figures'>,
): () => Promise<void> {
  const registers = [registry];
  const oldest = new Gauge({
    name: 'procession_inbox_oldest_seconds',
    help: 'Age of the oldest delivery that is not done; 0: there is none.',
    registers,
  });
  const up = new Gauge({
    name: 'procession_inbox_up',
    help: 'Whether the inbox answered this scrape.',
    registers,
  });
  const backlog = new Gauge({
    name: 'procession_inbox_deliveries',
    help: 'Deliveries in the inbox, by state.',
    labelNames: ['state'],
    registers,
  });
  return async () => {
    const known = await within(FIGURES_TIMEOUT_MS, figures);
    up.set(known === null ? 0 : 1);
    if (known === null) return;
    backlog.set({ state: 'waiting' }, known.waiting);
    backlog.set({ state: 'working' }, known.working);
    backlog.set({ state: 'dead' }, known.dead);
    oldest.set(
      known.oldest === null ? 0 : Math.max(0, (Date.parse(clock.now()) - Date.parse(known.oldest)) / 1000),
    );
  };
}

/** Lets the first names through and calls every further one `other`: a bound on metric series whatever comes in. */
function atMost(limit: number): (name: string) => string {
  const seen = new Set<string>();
  return (name) => {
    if (seen.has(name)) return name;
    if (seen.size >= limit) return 'other';
    seen.add(name);
    return name;
  };
}

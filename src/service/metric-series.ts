/** The names and meanings of all metrics, in one registry of our own. `docs/webhooks.md` lists them for operators. */
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';

const HTTP_SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.02, 0.05, 0.1, 0.5, 1, 5, 10];
const APPLIED_SECONDS = [0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 900, 3600];
const GITLAB_SECONDS = [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];

export interface MetricSeries extends ReturnType<typeof counted>, ReturnType<typeof timed>, ReturnType<typeof seen> {
  readonly registry: Registry;
}

/** @param withProcess also memory, event loop and so on of this process, which are measured until it ends */
export function createMetricSeries(withProcess: boolean): MetricSeries {
  const registry = new Registry();
  if (withProcess) collectDefaultMetrics({ register: registry });
  return { registry, ...counted([registry]), ...timed([registry]), ...seen([registry]) };
}

function counted(registers: Registry[]): { deliveries: Counter<'source' | 'result'>; actions: Counter<'kind' | 'result'> } {
  return {
    deliveries: new Counter({
      name: 'procession_deliveries_total',
      help: 'Webhook deliveries answered, by source and result.',
      labelNames: ['source', 'result'],
      registers,
    }),
    actions: new Counter({
      name: 'procession_actions_total',
      help: 'Actions of plans, by kind and result.',
      labelNames: ['kind', 'result'],
      registers,
    }),
  };
}

function timed(registers: Registry[]): {
  http: Histogram<'route' | 'status'>;
  applied: Histogram;
  gitlab: Histogram<'method' | 'route' | 'status'>;
} {
  return {
    http: new Histogram({
      name: 'procession_http_request_duration_seconds',
      help: 'From the headers of a request to its answer, by route and status.',
      labelNames: ['route', 'status'],
      buckets: HTTP_SECONDS,
      registers,
    }),
    applied: new Histogram({
      name: 'procession_event_to_applied_seconds',
      help: 'From the receipt of a delivery until GitLab is as it should be.',
      buckets: APPLIED_SECONDS,
      registers,
    }),
    gitlab: new Histogram({
      name: 'procession_gitlab_request_duration_seconds',
      help: 'Requests to GitLab, by method, route and status; status 0: no answer.',
      labelNames: ['method', 'route', 'status'],
      buckets: GITLAB_SECONDS,
      registers,
    }),
  };
}

function seen(registers: Registry[]): Record<
  'inboxUp' | 'oldest' | 'rateRemaining' | 'rateLimit' | 'swept' | 'paused',
  Gauge
> & { backlog: Gauge<'state'> } {
  const gauge = (name: string, help: string): Gauge => new Gauge({ name, help, registers });
  return {
    backlog: new Gauge({
      name: 'procession_inbox_deliveries',
      help: 'Deliveries in the inbox that are not done, by state.',
      labelNames: ['state'],
      registers,
    }),
    inboxUp: gauge('procession_inbox_up', 'Whether the inbox answered this scrape.'),
    oldest: gauge('procession_inbox_oldest_seconds', 'Age of the oldest delivery that waits or is worked on.'),
    rateRemaining: gauge('procession_gitlab_rate_limit_remaining', 'Requests GitLab still grants in this period.'),
    rateLimit: gauge('procession_gitlab_rate_limit', 'Requests GitLab grants in a period; 0: it did not say.'),
    swept: gauge('procession_sweep_last_success_timestamp_seconds', 'When a sweep last ended well; 0: never.'),
    paused: gauge('procession_engagements_paused', 'Engagements that the fuse has paused.'),
  };
}

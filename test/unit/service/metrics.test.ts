import { describe, expect, it, vi } from 'vitest';
import type { HookHealth } from '#domain/setup/hook-health.ts';
import type { InboxFigures } from '#ports/inbox.ts';
import { createMetrics } from '#service/metrics.ts';

const EMPTY: InboxFigures = { waiting: 0, working: 0, dead: 0, oldest: null };
const clock = { now: () => '2026-12-01T09:00:30.000Z' };

const metricsOf = (figures: () => Promise<InboxFigures> = async () => EMPTY) =>
  createMetrics({ clock, figures, withProcess: false });

const exposed = async (metrics: ReturnType<typeof metricsOf>): Promise<readonly string[]> =>
  (await metrics.expose()).text.split('\n');

describe('service/metrics', () => {
  it('shows the backlog of this scrape, not of the one before', async () => {
    const metrics = metricsOf(async () => ({
      waiting: 3,
      working: 2,
      dead: 1,
      oldest: '2026-12-01T09:00:00.000Z',
    }));

    expect(await exposed(metrics)).toEqual(
      expect.arrayContaining([
        'procession_inbox_up 1',
        'procession_inbox_oldest_seconds 30',
        'procession_inbox_deliveries{state="waiting"} 3',
        'procession_inbox_deliveries{state="working"} 2',
        'procession_inbox_deliveries{state="dead"} 1',
      ]),
    );
  });

  it('answers also when the inbox fails or hangs, and says so', async () => {
    const failing = metricsOf(async () => {
      throw new Error('disk');
    });
    const hanging = metricsOf(async () => await new Promise(() => {}));

    expect(await exposed(failing)).toContain('procession_inbox_up 0');

    vi.useFakeTimers();
    const asked = exposed(hanging);
    await vi.advanceTimersByTimeAsync(2_000);
    vi.useRealTimers();
    expect(await asked).toContain('procession_inbox_up 0');
  });

  it('counts and times what it is told', async () => {
    const metrics = metricsOf();
    metrics.delivery('gitlab', 'stored');
    metrics.delivery('gitlab', 'stored');
    metrics.delivery('crm', 'invalid');
    metrics.httpRequest('/webhooks/gitlab', 202, 0.002);
    metrics.applied(0.4);
    metrics.gitlabRequest({ method: 'GET', route: '/groups/:id/epics', status: 200, seconds: 0.03 });
    metrics.action('create-issue', 'done');
    metrics.rateLimit(1990, 2000);
    metrics.sweepSucceeded('2026-12-01T09:00:00.000Z');
    metrics.paused(2);
    metrics.webhooks({ state: 'disabled', left: 3, enabled: 0, resent: 0 } as HookHealth);
    metrics.webhooks({ state: 'failing', left: 2, enabled: 1, resent: 4 } as HookHealth);

    expect(await exposed(metrics)).toEqual(
      expect.arrayContaining([
        'procession_deliveries_total{source="gitlab",result="stored"} 2',
        'procession_deliveries_total{source="crm",result="invalid"} 1',
        'procession_http_request_duration_seconds_count{route="/webhooks/gitlab",status="202"} 1',
        'procession_event_to_applied_seconds_count 1',
        'procession_gitlab_request_duration_seconds_count{method="GET",route="/groups/:id/epics",status="200"} 1',
        'procession_actions_total{kind="create-issue",result="done"} 1',
        'procession_gitlab_rate_limit_remaining 1990',
        'procession_gitlab_rate_limit 2000',
        'procession_sweep_last_success_timestamp_seconds 1796115600',
        'procession_engagements_paused 2',
        'procession_webhook_state{state="disabled"} 0',
        'procession_webhook_state{state="failing"} 1',
        'procession_webhook_failed_deliveries 2',
        'procession_webhook_repairs_total{kind="enabled"} 1',
        'procession_webhook_repairs_total{kind="resent"} 4',
      ]),
    );
  });

  it('has a bounded number of series whatever it is told', async () => {
    const metrics = metricsOf();
    for (let n = 0; n < 1000; n += 1) {
      metrics.httpRequest(`/guess/${n}`, 404, 0.001);
      metrics.gitlabRequest({ method: 'GET', route: `/projects/${n}`, status: 200, seconds: 0.01 });
      metrics.action(`kind-${n}`, 'done');
    }
    const lines = await exposed(metrics);

    for (const name of [
      'procession_http_request_duration_seconds_count',
      'procession_gitlab_request_duration_seconds_count',
      'procession_actions_total',
    ])
      expect(lines.filter((line) => line.startsWith(`${name}{`)).length).toBeLessThanOrEqual(61);
    expect(lines).toContain('procession_actions_total{kind="other",result="done"} 940');
  });
});

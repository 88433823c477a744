import { describe, expect, it } from 'vitest';
import type { HookHealth } from '#domain/setup/hook-health.ts';
import type { Inbox } from '#ports/inbox.ts';
import { createMemory, type Memory } from '#service/memory.ts';
import { createMetrics } from '#service/metrics.ts';

const figures: Inbox['figures'] = async () => ({ waiting: 0, working: 0, dead: 0, oldest: null });
const STORE = { figures } as Inbox;

function aMemory() {
  const clock = { now: () => '2026-12-01T09:00:00.000Z' };
  const metrics = createMetrics({ clock, figures, withProcess: false });
  const memory = createMemory(metrics);
  return { memory, health: memory.health(STORE), metrics };
}

function answered(memory: Memory, status: number | null, at: string): void {
  memory.gitlabRequest({ method: 'GET', route: '/user', status, seconds: 0.01, rateLimit: null }, at);
}

describe('service/memory', () => {
  it.each<[number | null, string | null]>([
    [200, null],
    [404, null],
    [429, null],
    [401, 'it refuses GITLAB_TOKEN (401): expired, revoked or wrong'],
    [502, 'status 502'],
    [null, 'no answer'],
  ])('says of an answer %s from GitLab why it is as good as none: %s', (status, reason) => {
    const { memory, health } = aMemory();
    expect(health.gitlab()).toBeNull();

    answered(memory, status, 'now');

    expect(health.gitlab()).toEqual({ reachable: reason === null, at: 'now', reason });
  });

  it('says since when GitLab is away, and since when it is back', () => {
    const { memory, health } = aMemory();
    for (const [status, at] of [
      [200, '1'],
      [null, '2'],
      [503, '3'],
    ] as const)
      answered(memory, status, at);

    expect(health.gitlab()).toMatchObject({ reachable: false, at: '2' });
    answered(memory, 200, '4');
    expect(health.gitlab()).toEqual({ reachable: true, at: '4', reason: null });
  });

  it('learns from full sweeps who is paused no longer, and from others who is', () => {
    const { memory, health } = aMemory();
    const sweep = { at: '2026-12-01T09:00:00.000Z', seen: 2, woken: 0, missing: null, stopped: new Map() };
    memory.swept({ ...sweep, full: true, paused: ['SOW-1', 'SOW-2'] });
    memory.swept({ ...sweep, full: false, paused: ['SOW-3'] });
    expect(health.paused().map(({ engagement }) => engagement)).toEqual(['SOW-1', 'SOW-2', 'SOW-3']);

    memory.swept({ at: 'later', failed: 'GitLab is away' });
    memory.swept({ ...sweep, full: true, paused: ['SOW-2'] });

    expect(health.paused()).toEqual([{ engagement: 'SOW-2', change: null }]);
    expect(health.lastSweep()).toBe(sweep.at);
  });

  it('keeps who is missing until the next full sweep', () => {
    const { memory, health } = aMemory();
    const sweep = { at: '2026-12-01T09:00:00.000Z', seen: 2, woken: 0, paused: [], stopped: new Map() };
    memory.swept({ ...sweep, full: true, missing: ['SOW-9'] });
    memory.swept({ ...sweep, full: false, missing: null, stopped: new Map() });
    expect(health.missing()).toEqual(['SOW-9']);

    memory.swept({ ...sweep, full: true, missing: [] });

    expect(health.missing()).toEqual([]);
  });

  it('tries the store at most every ten seconds, and tells what came of it', async () => {
    const { memory } = aMemory();
    let tries = 0;
    const health = memory.health({
      ...STORE,
      probe: async () => {
        tries += 1;
        if (tries > 1) throw new Error('full');
      },
    });
    await health.storable('2026-12-01T09:00:00.000Z');
    await health.storable('2026-12-01T09:00:09.000Z');
    expect(tries).toBe(1);

    await expect(health.storable('2026-12-01T09:00:10.000Z')).rejects.toThrow('full');
    await expect(health.storable('2026-12-01T09:00:11.000Z')).rejects.toThrow('full');
    expect(tries).toBe(2);
  });

  it('believes no success of a day to come once a sweep has failed', async () => {
    const { memory, health, metrics } = aMemory();
    memory.swept({
      at: '2027-12-01T09:00:00.000Z',
      full: true,
      seen: 1,
      woken: 0,
      paused: [],
      missing: null,
      stopped: new Map(),
    });
    memory.swept({ at: '2026-12-01T09:05:00.000Z', failed: 'GitLab is away' });

    expect(health.lastSweep()).toBeNull();
    expect((await metrics.expose()).text).toMatch(/procession_sweep_last_success_timestamp_seconds 0$/m);
  });

  it('keeps the last look at the webhooks', () => {
    const { memory, health } = aMemory();
    expect(health.webhooks()).toBeNull();

    const seen = { state: 'ok', left: 0, enabled: 0, resent: 0 } as HookHealth;
    memory.setWebhooks(seen);

    expect(health.webhooks()).toBe(seen);
  });
});

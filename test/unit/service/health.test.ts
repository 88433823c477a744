import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type HealthSource, readiness } from '#service/health.ts';

const NOW = '2026-12-01T09:00:00.000Z';

const source = (changes: Partial<HealthSource> = {}): HealthSource => ({
  figures: async () => ({ waiting: 0, working: 0, dead: 0, oldest: null }),
  storable: async () => {},
  gitlab: () => ({ reachable: true, at: NOW, reason: null }),
  missing: () => [],
  stopped: () => [],
  brokenProcesses: () => [],
  paused: () => [],
  lastSweep: () => NOW,
  webhooks: () => null,
  ...changes,
});

describe('service/health', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it('is ready when deliveries can be stored and GitLab answers', async () => {
    expect(await readiness(source(), NOW)).toMatchObject({ ready: true, problems: [] });
  });

  it.each<[string, Partial<HealthSource>, RegExp]>([
    [
      'the inbox fails',
      { figures: async () => await Promise.reject(new Error('canary')) },
      /inbox cannot be read/u,
    ],
    ['the inbox hangs', { figures: async () => await new Promise(() => {}) }, /inbox cannot be read/u],
    [
      'nothing can be stored',
      { storable: async () => await Promise.reject(new Error('canary')) },
      /deliveries cannot be stored/u,
    ],
    [
      'GitLab is away',
      { gitlab: () => ({ reachable: false, at: NOW, reason: 'no answer' }) },
      /GitLab cannot be reached/u,
    ],
    [
      'a delivery has waited for more than a quarter of an hour',
      { figures: async () => ({ waiting: 1, working: 0, dead: 0, oldest: '2026-12-01T08:44:59.000Z' }) },
      /oldest delivery waits/u,
    ],
  ])('is not ready when %s, and says so', async (_, changes, problem) => {
    const asked = readiness(source(changes), NOW);
    await vi.advanceTimersByTimeAsync(2_000);
    const { ready, problems } = await asked;

    expect(ready).toBe(false);
    expect(problems.join()).toMatch(problem);
    expect(problems.join()).not.toContain('canary');
  });

  it('is ready with dead letters, paused engagements, and before GitLab was asked', async () => {
    const changes: Partial<HealthSource> = {
      figures: async () => ({ waiting: 9, working: 1, dead: 4, oldest: '2026-12-01T08:59:00.000Z' }),
      gitlab: () => null,
      paused: () => [{ engagement: 'SOW-1', change: null }],
      missing: () => ['SOW-9'],
      lastSweep: () => null,
    };

    expect(await readiness(source(changes), NOW)).toMatchObject({
      ready: true,
      details: { oldestSeconds: 60, paused: [{ engagement: 'SOW-1' }], missing: ['SOW-9'], lastSweep: null },
    });
  });
});

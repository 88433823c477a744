import { describe, expect, it } from 'vitest';
import { type HookHealth, healthTogether } from '#domain/setup/hook-health.ts';

function health(changes: Partial<HookHealth>): HookHealth {
  return {
    state: 'ok',
    text: 'GitLab reaches us.',
    hooks: [],
    enabled: 0,
    resent: 0,
    left: 0,
    givenUp: 0,
    lastError: null,
    checkedAt: '2026-11-20T10:00:00.000Z',
    ...changes,
  };
}

describe('the health of the webhooks of two places', () => {
  it('is that of the worse, says which place is not well, and counts both', () => {
    const sows = health({ enabled: 1, left: 2 });
    const deals = health({
      state: 'disabled',
      text: 'GitLab has disabled it.',
      left: 3,
      lastError: 'a status 500',
    });

    expect(
      healthTogether([
        { place: 'SOWs', health: sows },
        { place: 'Deals', health: deals },
      ]),
    ).toEqual(
      health({
        state: 'disabled',
        text: 'Deals: GitLab has disabled it.',
        enabled: 1,
        left: 5,
        lastError: 'a status 500',
      }),
    );
  });

  it('is well where both are', () => {
    const both = [
      { place: 'SOWs', health: health({}) },
      { place: 'Deals', health: health({}) },
    ] as const;

    expect(healthTogether(both)).toMatchObject({
      state: 'ok',
      text: 'SOWs: GitLab reaches us. Deals: GitLab reaches us.',
    });
  });
});

/** Time alone changes things: sweeps that read only what changed wake those whose time has come. */
import { afterEach, describe, expect, it } from 'vitest';
import type { NewDelivery } from '#ports/inbox.ts';
import { createLookAhead } from '#reconciler/work/look-ahead.ts';
import { runSweeps, type Swept } from '#reconciler/work/sweep-schedule.ts';
import { aProcess, aSow, aStep } from '#test/support/builders.ts';
import { type EngagementWorld, startEngagement } from '#test/support/engagement.ts';
import { looksInMemory } from '#test/support/look-memory.ts';

const HALF_AN_HOUR_MS = 1_800_000;
let now = new Date('2026-11-04T23:00:00Z');
let world: EngagementWorld;

afterEach(async () => {
  await world.close();
});

describe('the schedule of sweeps', () => {
  it('wakes an engagement to which nothing happens when a reminder is due, though it reads only what changed', async () => {
    const steps = [
      aStep('first', { due: [{ from: 'closed_won', working_days: 2 }] }),
      aStep('last', { after: [{ step: 'first', until: 'done' }] }),
    ];
    world = await startEngagement({ sow: aSow(), process: aProcess({ steps }), now: () => now });
    await world.apply();
    now = new Date('2026-11-05T00:30:00Z');
    const wakes: string[] = [];
    const sweeps: Swept[] = [];
    const ending = new AbortController();
    const settle = async (delivery: NewDelivery): Promise<void> => {
      wakes.push(`${now.toISOString().slice(0, 16)} ${delivery.engagement}`);
      await world.reconcile();
    };

    await runSweeps(
      {
        ...world.deps,
        inbox: {
          put: async (delivery) => {
            await settle(delivery);
            return 'stored';
          },
        },
        everyMs: HALF_AN_HOUR_MS,
        lookAhead: createLookAhead(),
        looks: looksInMemory(),
        sooner: {
          ring: () => {},
          wait: async () => {
            now = new Date(now.getTime() + HALF_AN_HOUR_MS);
            if (now >= new Date('2026-11-05T12:00:00Z')) ending.abort();
            return 'silent';
          },
        },
        onSweep: (swept) => void sweeps.push(swept),
      },
      ending.signal,
    );

    expect(wakes).toEqual(['2026-11-05T09:00 SOW-1']);
    expect(world.notes(world.issue('first'))).toHaveLength(1);
    expect(sweeps.filter((swept) => 'full' in swept && swept.full)).toHaveLength(1);
    expect(sweeps.every((swept) => !('failed' in swept))).toBe(true);
  });
});

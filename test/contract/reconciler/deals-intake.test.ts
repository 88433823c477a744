/** Deals from the CRM through the inbox: shuffled, doubled and late events leave exactly one of everything. */
import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import { decide } from '#reconciler/loop/decide.ts';
import { aDealProcess } from '#test/support/deals.ts';
import { type EngagementWorld, startEngagement } from '#test/support/engagement.ts';
import { aDealFile, anInputDeal } from '#test/support/inputs.ts';
import { aDelivery, aStore, type RunningWorker, startWorker } from '#test/support/service.ts';

const STAGES = ['discovery', 'scoping', 'proposal', 'scoping', 'negotiating', 'signature'] as const;

interface Running {
  readonly world: EngagementWorld;
  readonly worker: RunningWorker;
  readonly send: (events: readonly number[]) => Promise<void>;
  readonly end: () => Promise<void>;
}

let running: Running | null = null;

afterEach(async () => {
  await running?.end();
  running = null;
});

async function start(): Promise<Running> {
  const world = await startEngagement({
    sow: anInputDeal(),
    process: aDealProcess(),
    now: () => new Date(),
  });
  const { store, remove } = await aStore();
  const worker = startWorker(world.deps, store);
  const file = aDealFile();
  const event = (n: number) =>
    aDelivery({
      source: 'crm',
      kind: 'sow',
      engagement: 'DEAL-88121',
      dedupeKey: `event-${n}`,
      payload: {
        ...file,
        deal: { ...Object(file['deal']), stage: STAGES[n], changed_at: `2026-11-0${n + 1}T09:00:00Z` },
      },
    });
  running = {
    world,
    worker,
    send: async (events) => {
      for (const n of events) await store.put(event(n));
      await worker.quiet();
    },
    end: async () => {
      await worker.stop();
      await store.close();
      await remove();
      await world.close();
    },
  };
  return running;
}

async function stageOf({ deps, gitlab }: EngagementWorld): Promise<string | undefined> {
  const decision = await decide(deps, await gitlab.readEngagement('DEAL-88121', { always: true }));
  return decision.kind === 'decided' ? decision.facts.found.record?.sow.deal?.stage : decision.kind;
}

describe('deals from the CRM', () => {
  it('launch once, and walk through the stages that launch nothing again', async () => {
    const { world, send, worker } = await start();
    await send([0]);
    expect(world.sandbox.world.epics).toEqual([]);
    for (const n of [1, 2, 3, 4, 5]) await send([n]);

    expect(world.sandbox.world.epics).toHaveLength(1);
    expect(world.sandbox.world.issues).toHaveLength(3);
    expect(await stageOf(world)).toBe('signature');
    expect(worker.failures).toEqual([]);
  });

  it('that are older than what is known change nothing, before the launch and after it', async () => {
    const { world, send } = await start();
    await send([4]);
    await send([1, 0]);

    expect(world.sandbox.world.epics).toHaveLength(1);
    expect(await stageOf(world)).toBe('negotiating');
  });

  it('leave exactly one of everything in any order, however often they come', async () => {
    const order = fc.shuffledSubarray([0, 1, 2, 3, 4, 5, 5, 3, 1, 0], { minLength: 10, maxLength: 10 });
    await fc.assert(
      fc.asyncProperty(order, fc.integer({ min: 1, max: 9 }), async (events, cut) => {
        const { world, send, worker, end } = await start();
        try {
          await send(events.slice(0, cut));
          await send(events.slice(cut));

          expect(world.sandbox.world.epics).toHaveLength(1);
          expect(world.sandbox.world.issues.map(({ title }) => title).toSorted()).toEqual([
            'Do decision (DEAL-88121)',
            'Do discovery (DEAL-88121)',
            'Do estimate (DEAL-88121)',
          ]);
          expect(await stageOf(world)).toBe('signature');
          expect(worker.failures).toEqual([]);
        } finally {
          running = null;
          await end();
        }
      }),
      { numRuns: 8 },
    );
  });
});

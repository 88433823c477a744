/** Deals from the CRM through the inbox: shuffled, doubled and late events leave exactly one of everything. */
import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import { decide } from '#reconciler/loop/decide.ts';
import { aDeal, startChain } from '#test/support/chain.ts';
import { aDealProcess } from '#test/support/deals.ts';
import { type EngagementWorld, sampleSow, startEngagement } from '#test/support/engagement.ts';
import { aDealFile, anInputDeal } from '#test/support/inputs.ts';
import { aDelivery, aStore, type RunningWorker, startWorker } from '#test/support/service.ts';

const STAGES = ['discovery', 'scoping', 'proposal', 'scoping', 'negotiating', 'signature'] as const;

interface Running {
  readonly world: EngagementWorld;
  readonly worker: RunningWorker;
  readonly send: (events: readonly number[]) => Promise<void>;
  /** Stages as a CRM tells of them that does not say when, all at once; to what came of it. */
  readonly told: (stages: readonly string[]) => Promise<readonly string[]>;
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
  let worker = startWorker(world.deps, store);
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
    told: async (stages) => {
      await worker.stop();
      for (const [n, stage] of stages.entries())
        await store.put({ ...event(0), dedupeKey: `batch-${n}`, payload: anInputDeal({ stage }) });
      worker = startWorker(world.deps, store);
      await worker.quiet();
      return worker.outcomes.map(({ kind }) => kind);
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

  it('that say won, lost and won again in one go are won, and nobody is asked anything', async () => {
    const { world, send, told } = await start();
    await send([2]);
    const comments = world.sandbox.world.notes.length;
    expect(await told(['closed_won', 'lost', 'closed_won'])).toEqual(['applied']);

    expect(await stageOf(world)).toBe('closed_won');
    expect(world.sandbox.world.epics).toHaveLength(1);
    expect(world.sandbox.world.notes.slice(comments).filter(({ system }) => !system)).toEqual([]);
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

describe('a second deal for one SOW', () => {
  it('is kept as a dead letter that names the first, and is taken when it is put right', async () => {
    const chain = await startChain({ now: () => new Date() });
    const { store, remove } = await aStore();
    const worker = startWorker(chain.deps, store);
    const tell = async (key: string, sow: string): Promise<void> => {
      const { deal, ...rest } = await aDeal('signature', { sow: { number: sow } });
      const payload = { ...rest, deal: { ...deal, key } };
      await store.put(aDelivery({ source: 'crm', kind: 'sow', engagement: key, payload }));
      await worker.quiet();
    };
    try {
      await chain.tell(await sampleSow('SOW-1042'));
      await tell('DEAL-1', 'SOW-1042');
      await tell('DEAL-2', 'SOW-1042');

      expect(chain.epics()).toEqual(['DEAL-1', 'SOW-1042']);
      const [dead, ...others] = await store.list({ state: 'dead', limit: 9 });
      expect(others).toEqual([]);
      expect(dead).toMatchObject({
        engagement: 'DEAL-2',
        reason: expect.stringContaining('SOW-1042 is the SOW of DEAL-1 already') as string,
      });

      await tell('DEAL-2', 'SOW-2');
      expect(chain.epics()).toEqual(['DEAL-1', 'DEAL-2', 'SOW-1042']);
    } finally {
      await worker.stop();
      await store.close();
      await remove();
      await chain.close();
    }
  });
});

/** SOWs and deals with which nothing could be done, what came beside them, and their replay. */
import { describe, expect, it, onTestFinished } from 'vitest';
import { DEFAULT_DEALS } from '#domain/base/settings.ts';
import type { Subject } from '#domain/sow/subject.ts';
import { reconcile } from '#reconciler/loop/reconcile.ts';
import { loadSubject } from '#templates/load-sow.ts';
import { type EngagementWorld, realProcess, startEngagement, storeOf } from '#test/support/engagement.ts';
import { recordIn } from '#test/support/records.ts';
import { aDelivery, aStore, startWorker } from '#test/support/service.ts';

async function openDeal(): Promise<Subject> {
  const { subject } = await loadSubject('deals/DEAL-88121.yml', DEFAULT_DEALS);
  const [stage = ''] = (await realProcess('quote-to-signoff')).launchStages;
  return { ...subject, deal: { ...subject.deal, stage } } as Subject;
}

const start = async () => {
  const world = await startEngagement({ now: () => new Date() });
  onTestFinished(async () => await world.close());
  const { store, remove } = await aStore();
  onTestFinished(async () => {
    await store.close();
    await remove();
  });
  const drain = async (deps: Partial<EngagementWorld['deps']> = {}) => {
    const worker = startWorker({ ...world.deps, ...deps }, store);
    await worker.quiet();
    await worker.stop();
  };
  const put = async (key: string, payload: object = world.sow) =>
    await store.put(aDelivery({ source: 'crm', kind: 'sow', dedupeKey: key, payload }));
  return { world, store, drain, put };
};

/** Nothing can be launched. */
const none = { processes: { ids: [], fingerprint: 'none', find: () => null } };

describe('a deal of the CRM', () => {
  it('is kept while the only process about deals has problems', async () => {
    const { world, store, drain } = await start();
    const deal = await openDeal();
    await store.put(
      aDelivery({ source: 'crm', kind: 'sow', engagement: 'DEAL-88121', dedupeKey: 'deal-1', payload: deal }),
    );
    const { processes } = world.deps;
    await drain({
      processes: {
        ...processes,
        ids: [...processes.ids, 'quote-to-signoff'],
        find: (...given) => processes.find(...given),
        broken: new Map([['quote-to-signoff', []]]),
      },
    });
    expect(await store.find('crm', 'deal-1')).toMatchObject({ state: 'dead' });
  });
});

describe('what came with a SOW that cannot be carried out', () => {
  it('is no dead letter of its own', async () => {
    const { store, drain, put } = await start();
    await store.put(aDelivery());
    await put('deal-1');
    await store.put(aDelivery());
    await drain(none);
    const dead = await store.list({ state: 'dead', limit: 10 });
    expect(dead.map(({ source }) => source)).toEqual(['crm']);
  });
});

describe('a deal while one of two processes about deals has problems', () => {
  it('does not launch by the other one', async () => {
    const deals = await realProcess('quote-to-signoff');
    const world = await startEngagement({ now: () => new Date() });
    onTestFinished(async () => await world.close());
    const deal = await openDeal();
    const second = { ...deals, id: 'renewals' };
    const both = storeOf(deals, second);
    const one = {
      ...both,
      find: (...[id, ...rest]: Parameters<typeof both.find>) =>
        id === deals.id ? null : both.find(id, ...rest),
      broken: new Map([[deals.id, []]]),
    };
    const outcome = await reconcile({ ...world.deps, processes: both }, 'DEAL-88121', { sow: deal });
    expect(outcome.kind).toBe('no-process');
    const broken = await reconcile({ ...world.deps, processes: one }, 'DEAL-88121', { sow: deal });
    expect(broken).toMatchObject({ kind: 'no-process' });
  });
});

describe('a replayed dead letter', () => {
  it('launches though a later one was done in shadow mode', async () => {
    const { world, store, drain, put } = await start();
    await put('one');
    await drain(none);
    await put('two');
    await drain({
      settings: { ...world.deps.settings, policy: { ...world.deps.settings.policy, mode: 'shadow' } },
    });
    const dead = await store.find('crm', 'one');
    await store.replay(dead?.id ?? '', new Date().toISOString());
    await drain();
    expect(world.sandbox.world.epics).toHaveLength(1);
    expect(await store.find('crm', 'one')).toMatchObject({ state: 'done', reason: null });
  });

  it('that a later SOW has overtaken says so', async () => {
    const { store, drain, put, world } = await start();
    await put('one', { ...world.sow, engagement: 'The older words' });
    await drain(none);
    await put('two');
    await drain();
    const dead = await store.find('crm', 'one');
    await store.replay(dead?.id ?? '', new Date().toISOString());
    await drain();
    const after = await store.find('crm', 'one');
    expect(JSON.stringify(recordIn(world.epic()))).not.toContain('older words');
    expect(after).toMatchObject({
      state: 'done',
      reason: expect.stringMatching(/^overtaken by delivery \d+, which is newer$/),
    });
  });

  it('twice launches once', async () => {
    const { store, drain, put, world } = await start();
    await put('one');
    await drain(none);
    const dead = await store.find('crm', 'one');
    for (let time = 0; time < 3; time += 1) {
      await store.replay(dead?.id ?? '', new Date().toISOString());
      await drain();
    }
    expect(world.sandbox.world.epics).toHaveLength(1);
    expect(await store.find('crm', 'one')).toMatchObject({ state: 'done', reason: null });
  });
});

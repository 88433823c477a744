import { afterEach, describe, expect, it } from 'vitest';
import { DEFAULT_DEALS } from '#domain/base/settings.ts';
import type { Subject } from '#domain/sow/subject.ts';
import type { Store } from '#ports/store.ts';
import { reconcile } from '#reconciler/loop/reconcile.ts';
import { loadSubject } from '#templates/load-sow.ts';
import { type EngagementWorld, realProcess, startEngagement, storeOf } from '#test/support/engagement.ts';
import { recordIn } from '#test/support/records.ts';
import { aDelivery, aStore, type RunningWorker, startWorker } from '#test/support/service.ts';

const ends: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).toReversed()) await end();
});
async function openDeal(): Promise<Subject> {
  const { subject } = await loadSubject('deals/DEAL-88121.yml', DEFAULT_DEALS);
  const [stage = ''] = (await realProcess('quote-to-signoff')).launchStages;
  return { ...subject, deal: { ...subject.deal, stage } } as Subject;
}

describe('a deal of the CRM', () => {
  it('is kept while the only process about deals has problems', async () => {
    const world = await startEngagement({ now: () => new Date() });
    ends.push(async () => await world.close());
    const made: { store: Store; remove: () => Promise<void> } = await aStore();
    ends.push(async () => {
      await made.store.close();
      await made.remove();
    });
    const deal = await openDeal();
    await made.store.put(
      aDelivery({ source: 'crm', kind: 'sow', engagement: 'DEAL-88121', dedupeKey: 'deal-1', payload: deal }),
    );
    const { processes } = world.deps;
    const worker: RunningWorker = startWorker(
      {
        ...world.deps,
        processes: {
          ...processes,
          ids: [...processes.ids, 'quote-to-signoff'],
          find: (...given) => processes.find(...given),
          broken: new Map([['quote-to-signoff', []]]),
        },
      },
      made.store,
    );
    await worker.quiet();
    await worker.stop();
    expect(await made.store.find('crm', 'deal-1')).toMatchObject({ state: 'dead' });
  });
});

describe('what came with a SOW that cannot be carried out', () => {
  it('is no dead letter of its own', async () => {
    const world = await startEngagement({ now: () => new Date() });
    ends.push(async () => await world.close());
    const made: { store: Store; remove: () => Promise<void> } = await aStore();
    ends.push(async () => {
      await made.store.close();
      await made.remove();
    });
    await made.store.put(aDelivery());
    await made.store.put(aDelivery({ source: 'crm', kind: 'sow', dedupeKey: 'deal-1', payload: world.sow }));
    await made.store.put(aDelivery());
    const worker = startWorker(
      { ...world.deps, processes: { ids: [], fingerprint: 'none', find: () => null } },
      made.store,
    );
    await worker.quiet();
    await worker.stop();
    const dead = await made.store.list({ state: 'dead', limit: 10 });
    expect(dead.map(({ source }) => source)).toEqual(['crm']);
  });
});

describe('a deal while one of two processes about deals has problems', () => {
  it('does not launch by the other one', async () => {
    const { process: deals } = { process: await realProcess('quote-to-signoff') };
    const world = await startEngagement({ now: () => new Date() });
    ends.push(async () => await world.close());
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
  const start = async () => {
    const world = await startEngagement({ now: () => new Date() });
    ends.push(async () => await world.close());
    const { store, remove } = await aStore();
    ends.push(async () => {
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
  const none = { processes: { ids: [], fingerprint: 'none', find: () => null } };

  it('launches though a later one was done in shadow mode, or says why it does not', async () => {
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
    const after = await store.find('crm', 'one');
    expect({ epics: world.sandbox.world.epics.length, reason: after?.reason }).not.toEqual({
      epics: 0,
      reason: 'there is no engagement with this number in GitLab',
    });
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
    expect(after).toMatchObject({ state: 'done', reason: expect.any(String) });
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

import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { GitLabUnavailableError } from '#domain/base/errors.ts';
import { DEFAULT_DEALS, DEFAULT_POLICY } from '#domain/base/settings.ts';
import type { Store } from '#ports/store.ts';
import type { ReconcileDeps } from '#reconciler/loop/deps.ts';
import { loadSubject } from '#templates/load-sow.ts';
import { type EngagementWorld, startEngagement } from '#test/support/engagement.ts';
import { aDelivery, aStore, type RunningWorker, startWorker } from '#test/support/service.ts';
import { SHIPPED } from '#test/support/shipped.ts';

let world: EngagementWorld;
let store: Store;
let remove: () => Promise<void>;
let worker: RunningWorker | null = null;

beforeEach(async () => {
  world = await startEngagement({ now: () => new Date() });
  ({ store, remove } = await aStore());
});

afterEach(async () => {
  await worker?.stop();
  worker = null;
  await store.close();
  await remove();
  await world.close();
});

/** Works through the inbox with these parts until there is nothing left to do. */
async function drain(deps: Partial<ReconcileDeps>): Promise<void> {
  await worker?.stop();
  worker = startWorker({ ...world.deps, ...deps }, store);
  await worker.quiet();
}

const put = async (payload: object = world.sow): Promise<unknown> =>
  await store.put(aDelivery({ source: 'crm', kind: 'sow', dedupeKey: 'deal-1', payload }));

async function replay(): Promise<void> {
  const [dead] = await store.list({ state: 'dead', limit: 2 });
  if (dead === undefined) throw new Error('nothing is dead');
  await store.replay(dead.id, new Date().toISOString());
}

describe('what came beside a SOW that cannot be carried out', () => {
  it('is worked on all the same', async () => {
    await world.apply();
    await store.put(aDelivery({ dedupeKey: 'closed' }));
    await put({ ...world.sow, customer: { name: 'Initech' }, opportunity: 'OPP-1', number: 7 });
    world.by('eli').close(world.issue('customer-sign-off'));
    await drain({});

    expect(await store.find('crm', 'deal-1')).toMatchObject({ state: 'dead' });
    expect(await store.find('gitlab', 'closed')).toMatchObject({ state: 'done', reason: null });
    expect(world.issue('customer-sign-off').state).toBe('opened');
  });

  it('is tried again when it fails by itself', async () => {
    await store.put(aDelivery({ dedupeKey: 'closed' }));
    await put();
    let reads = 0;
    const { gitlab } = world.deps;
    await drain({
      processes: { ids: [], fingerprint: 'none', find: () => null },
      gitlab: {
        ...gitlab,
        readEngagement: async (...args) => {
          reads += 1;
          if (reads === 2) throw new GitLabUnavailableError('GitLab is away');
          return await gitlab.readEngagement(...args);
        },
      },
    });

    expect(await store.find('crm', 'deal-1')).toMatchObject({ state: 'dead', attempts: 1 });
    expect(await store.find('gitlab', 'closed')).toMatchObject({ state: 'done', attempts: 2 });
  });

  it('does not share the words about a SOW that was overtaken', async () => {
    await put();
    await drain({ processes: { ids: [], fingerprint: 'none', find: () => null } });
    await worker?.stop();
    await store.put(aDelivery({ source: 'crm', kind: 'sow', dedupeKey: 'deal-2', payload: world.sow }));
    await drain({});
    await worker?.stop();
    await replay();
    await store.put(aDelivery({ dedupeKey: 'closed' }));
    await drain({});

    const newer = await store.find('crm', 'deal-2');
    expect(await store.find('crm', 'deal-1')).toMatchObject({
      state: 'done',
      reason: `overtaken by delivery ${newer?.id}, which is newer`,
    });
    expect(await store.find('gitlab', 'closed')).toMatchObject({ state: 'done', reason: null });
    expect(JSON.stringify(await store.audit.read({ limit: 5 }))).toContain('overtaken by delivery');
  });
});

describe('a SOW of the CRM that cannot be carried out as things are', () => {
  it('is kept while its process is missing, and launches when it is replayed with it', async () => {
    await put();
    await drain({ processes: { ids: [], fingerprint: 'none', find: () => null } });

    const kept = await store.find('crm', 'deal-1');
    expect(kept?.state).toBe('dead');
    expect(kept?.reason).toMatch(/no process.*delivery.*replay/);
    expect(world.sandbox.world.epics).toEqual([]);

    await replay();
    await drain({});
    expect(world.sandbox.world.issues).toHaveLength(SHIPPED.issues);
  });

  it('is kept while the files of its process have problems, and says how to find them', async () => {
    await put();
    await drain({
      processes: { ids: [], fingerprint: 'none', find: () => null, broken: new Map([['delivery', []]]) },
    });

    const kept = await store.find('crm', 'deal-1');
    expect(kept?.state).toBe('dead');
    expect(kept?.reason).toMatch(/have problems.*procession lint.*replay/);
  });

  it('is done when it is a deal and there is no process about deals', async () => {
    const { subject: deal } = await loadSubject('deals/DEAL-88121.yml', DEFAULT_DEALS);
    await store.put(
      aDelivery({ source: 'crm', kind: 'sow', engagement: 'DEAL-88121', dedupeKey: 'deal-1', payload: deal }),
    );
    await drain({});

    expect(await store.find('crm', 'deal-1')).toMatchObject({
      state: 'done',
      reason: 'there is no process about deals',
    });
  });

  it('is kept when a brake stops its launch, and launches when it is replayed with a wider one', async () => {
    const brakes = { ...DEFAULT_POLICY.brakes, create: 3 };
    await put();
    await drain({ settings: { ...world.deps.settings, policy: { mode: 'enforce', brakes } } });

    const kept = await store.find('crm', 'deal-1');
    expect(kept?.state).toBe('dead');
    expect(kept?.reason).toMatch(/brake.*create.*replay/);

    await replay();
    await drain({});
    expect(world.sandbox.world.issues).toHaveLength(SHIPPED.issues);
  });

  it('is done in shadow mode, in which nothing is ever written', async () => {
    await put();
    await drain({ settings: { ...world.deps.settings, policy: { ...DEFAULT_POLICY, mode: 'shadow' } } });

    expect(await store.find('crm', 'deal-1')).toMatchObject({ state: 'done' });
    expect(await store.list({ state: 'dead', limit: 2 })).toEqual([]);
  });

  it('holds after the engagement is resumed when it came while the engagement was paused', async () => {
    await world.apply();
    await drain({});
    for (let time = 1; time <= 4; time += 1) {
      world.by('eli').close(world.issue('kick-off'));
      await store.put(aDelivery());
      await worker?.quiet();
    }
    expect(worker?.outcomes.at(-1)?.kind).toBe('paused');

    await put({ ...world.sow, engagement: 'GitLab on AWS, second edition' });
    await worker?.quiet();
    await worker?.stop();
    await world.reconcile({ resume: true });

    const record = /procession:record v1 \S+ (\S+)/.exec(world.epic().description)?.[1] ?? '';
    expect(Buffer.from(record, 'base64url').toString()).toContain('second edition');
  });

  it('restores a damaged record, and is taken as an amendment with it', async () => {
    await world.apply();
    const epic = world.epic();
    world.by('eli').write(epic, epic.description.replace(/(procession:record v1 \S+ )\S{8}/, '$1AAAAAAAA'));
    await put({ ...world.sow, engagement: 'GitLab on AWS, second edition' });
    await drain({});

    expect(await store.find('crm', 'deal-1')).toMatchObject({ state: 'done', reason: null });
    const record = /procession:record v1 \S+ (\S+)/.exec(world.epic().description)?.[1] ?? '';
    expect(Buffer.from(record, 'base64url').toString()).toContain('second edition');
  });
});

import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { SILENT } from '#ports/logger.ts';
import type { Store } from '#ports/store.ts';
import { type EngagementWorld, startEngagement } from '#test/support/engagement.ts';
import { aDelivery, aStore, type RunningWorker, startWorker } from '#test/support/service.ts';
import { SHIPPED } from '#test/support/shipped.ts';

let world: EngagementWorld;
let store: Store;
let remove: () => Promise<void>;
const workers: RunningWorker[] = [];

beforeEach(async () => {
  // The clock of the store, which counts leases.
  world = await startEngagement({ now: () => new Date() });
  ({ store, remove } = await aStore());
});

afterEach(async () => {
  for (const worker of workers.splice(0)) await worker.stop();
  await store.close();
  await remove();
  await world.close();
});

function start(...args: Parameters<typeof startWorker>): RunningWorker {
  const worker = startWorker(...args);
  workers.push(worker);
  return worker;
}

const sowDelivery = (dedupeKey: string) =>
  aDelivery({ source: 'crm', kind: 'sow', dedupeKey, payload: world.sow });

describe('draining the inbox', () => {
  it('launches a SOW that came in, and answers what people do afterwards', async () => {
    const worker = start(world.deps, store);
    await store.put(sowDelivery('deal-1'));
    await worker.quiet();
    expect(world.sandbox.world.issues).toHaveLength(SHIPPED.issues);

    world.by('eli').close(world.issue('kick-off'));
    await store.put(aDelivery());
    await worker.quiet();

    expect(world.issue('kick-off').state).toBe('opened');
    expect(worker.failures).toEqual([]);
  });

  it('says in inbox, audit log and log why a SOW launched nothing', async () => {
    const lines: [string, unknown][] = [];
    const logger = { ...SILENT, info: (message: string, data?: object) => void lines.push([message, data]) };
    const worker = start({ ...world.deps, logger }, store);
    const payload = { ...world.sow, stage: 'Negotiating' };
    await store.put(aDelivery({ source: 'crm', kind: 'sow', dedupeKey: 'deal-1', payload }));
    await worker.quiet();

    const why = 'its stage is "Negotiating"; nothing is launched until it is closed_won';
    expect(await store.find('crm', 'deal-1')).toMatchObject({ state: 'done', reason: why });
    expect(await store.audit.read({ limit: 9 })).toMatchObject([
      { engagement: 'SOW-1042', event: 'crm sow', action: 'reconcile', result: 'skipped', detail: why },
    ]);
    expect(lines.find(([message]) => message === 'engagement reconciled')?.[1]).toMatchObject({
      outcome: 'not-won',
      why,
    });
    expect(world.sandbox.world.epics).toEqual([]);
  });

  it('keeps another SOW with the number of a running engagement, and takes nothing from it', async () => {
    const worker = start(world.deps, store);
    await store.put(sowDelivery('deal-1'));
    await worker.quiet();
    const before = world.epic().description;
    const payload = {
      ...world.sow,
      customer: { ...world.sow.customer, name: 'Other Ltd' },
      sow: { ...world.sow.sow, signed_on: '2025-01-02' },
    };

    await store.put(aDelivery({ source: 'crm', kind: 'sow', dedupeKey: 'deal-2', payload }));
    await worker.quiet();

    const kept = await store.find('crm', 'deal-2');
    expect(kept).toMatchObject({ state: 'dead' });
    expect(kept?.reason).toContain('customer.name');
    expect(world.epic().description).toBe(before);
    expect(world.notesOf(world.epic(), 'other-sow')).toHaveLength(1);
  });

  it('launches a SOW that says in other words that it is won', async () => {
    const worker = start(world.deps, store);
    const payload = { ...world.sow, stage: 'Closed Won' };
    await store.put(aDelivery({ source: 'crm', kind: 'sow', dedupeKey: 'deal-1', payload }));
    await worker.quiet();

    expect(world.sandbox.world.epics).toHaveLength(1);
    expect(await store.find('crm', 'deal-1')).toMatchObject({ state: 'done', reason: null });
  });

  it('makes one epic of a hundred identical Closed Won deliveries at once', async () => {
    const worker = start(world.deps, store, { concurrency: 4 });

    const results = await Promise.all(
      Array.from({ length: 100 }, async () => await store.put(sowDelivery('deal-1'))),
    );
    await worker.quiet();

    expect(results.filter((result) => result === 'stored')).toHaveLength(1);
    expect(world.sandbox.world.epics).toHaveLength(1);
    expect(world.sandbox.world.issues).toHaveLength(SHIPPED.issues);
  });

  it('makes one epic of a hundred different deliveries for the same SOW, with one worker on it at a time', async () => {
    const worker = start(world.deps, store, { concurrency: 4 });

    await Promise.all(Array.from({ length: 100 }, async (_, n) => await store.put(sowDelivery(`deal-${n}`))));
    await worker.quiet();

    expect(world.sandbox.world.epics).toHaveLength(1);
    expect(world.sandbox.world.issues).toHaveLength(SHIPPED.issues);
    expect(worker.outcomes.length).toBeLessThan(20);
  });

  it('answers many wake-ups with few reconciles', async () => {
    await world.apply();
    await Promise.all(Array.from({ length: 50 }, async () => await store.put(aDelivery())));

    const worker = start(world.deps, store);
    await worker.quiet();

    expect(worker.outcomes.length).toBeLessThanOrEqual(2);
  });

  it('finishes a launch that another worker began and left', async () => {
    const dying = {
      ...world.deps,
      gitlab: { ...world.gitlab, createIssue: async () => await new Promise<never>(() => {}) },
    };
    startWorker(dying, store, { concurrency: 1 });
    await store.put(sowDelivery('deal-1'));
    await expect.poll(() => world.sandbox.world.epics.length).toBe(1);
    await store.put(sowDelivery('deal-1 again'));

    const later = () => new Date(Date.now() + 3_600_000).toISOString();
    const worker = start(world.deps, store, { clock: { now: later } });
    await worker.quiet();

    expect(world.sandbox.world.epics).toHaveLength(1);
    expect(world.sandbox.world.issues).toHaveLength(SHIPPED.issues);
  });

  it('tries again what GitLab could not answer, and keeps what it refused as a dead letter with the reason', async () => {
    await world.apply();
    world.by('eli').close(world.issue('kick-off'));
    world.sandbox.faults.failNext({ method: 'PUT', when: 'before', kind: 'status', status: 403 });

    const worker = start(world.deps, store);
    await store.put(aDelivery());
    await worker.quiet();

    const [dead] = await store.list({ state: 'dead', limit: 10 });
    expect(dead?.reason).toContain('gitlab_refused');
    expect(worker.failures).toEqual(['gitlab_refused']);

    await store.replay(dead?.id ?? '', new Date().toISOString());
    await worker.quiet();
    expect(world.issue('kick-off').state).toBe('opened');
  });

  it('writes every action and every failure into the audit log, with the request that caused it', async () => {
    await world.apply();
    world.by('eli').close(world.issue('kick-off'));
    const worker = start(world.deps, store);
    await store.put(aDelivery({ requestId: 'from-the-header' }));
    await worker.quiet();

    const entries = await store.audit.read({ engagement: 'SOW-1042', limit: 10 });
    expect(
      entries.map(({ action, requestId, result }) => ({ action, requestId, result })).toReversed(),
    ).toEqual([
      { action: 'note closed-too-early on kick-off', requestId: 'from-the-header', result: 'done' },
      {
        action: 'kick-off: reopen: something it needs is missing',
        requestId: 'from-the-header',
        result: 'done',
      },
      { action: 'epic: update progress', requestId: 'from-the-header', result: 'done' },
    ]);
  });

  it('has written down what was done when it dies in the middle', async () => {
    const dying = {
      ...world.deps,
      gitlab: { ...world.gitlab, createIssue: async () => await new Promise<never>(() => {}) },
    };
    startWorker(dying, store, { concurrency: 1 });
    await store.put(sowDelivery('deal-1'));

    await expect
      .poll(async () => (await store.audit.read({ limit: 1 }))[0], { timeout: 10_000 })
      .toMatchObject({ action: 'create epic', result: 'done' });
  });

  it('writes down at the end what could not be written at once, each line once', async () => {
    await world.apply();
    world.by('eli').close(world.issue('kick-off'));
    let refusals = 1;
    const audit: Store['audit'] = {
      ...store.audit,
      append: async (entries) => {
        refusals -= 1;
        if (refusals >= 0) throw new Error('busy');
        await store.audit.append(entries);
      },
    };
    const worker = start(world.deps, store, { audit });
    await store.put(aDelivery());
    await worker.quiet();

    const actions = (await store.audit.read({ limit: 9 })).map(({ action }) => action);
    expect(actions.toReversed()).toEqual([
      'note closed-too-early on kick-off',
      'kick-off: reopen: something it needs is missing',
      'epic: update progress',
    ]);
    expect(worker.failures).toEqual([]);
  });

  it('names in the log every delivery that a piece of work answers, and every action under the first', async () => {
    await world.apply();
    world.by('eli').close(world.issue('kick-off'));
    const lines: [string, unknown][] = [];
    const logger = { ...SILENT, info: (message: string, data?: object) => void lines.push([message, data]) };
    for (const requestId of ['one', 'two', 'two']) await store.put(aDelivery({ requestId }));
    const worker = start({ ...world.deps, logger }, store);
    await worker.quiet();

    expect(lines.filter(([message]) => message === 'action done').map(([, data]) => data)).toMatchObject([
      { action: 'note closed-too-early on kick-off', requestId: 'one' },
      { action: expect.stringContaining('reopen'), requestId: 'one' },
      { action: 'epic: update progress', requestId: 'one' },
    ]);
    expect(lines.find(([message]) => message === 'engagement reconciled')?.[1]).toMatchObject({
      actions: 3,
      requestId: 'one',
      alsoFor: ['two'],
    });
  });

  it('pauses an engagement in which another machine undoes the same change at once, again and again', async () => {
    await world.apply();
    const worker = start(world.deps, store);
    for (let time = 1; time <= 4; time += 1) {
      world.by('eli').close(world.issue('kick-off'));
      await store.put(aDelivery());
      await worker.quiet();
    }

    expect(worker.outcomes.at(-1)?.kind).toBe('paused');
    expect(world.notesOf(world.epic(), 'fuse')).toHaveLength(1);
  });
});

describe('a SOW that failed and comes late', () => {
  it('does not take back a later one that was applied', async () => {
    await store.put(
      aDelivery({
        source: 'crm',
        kind: 'sow',
        dedupeKey: 'v1',
        payload: world.sow,
        receivedAt: '2026-11-01T09:00:00.000Z',
      }),
    );
    const first = await store.claim(new Date().toISOString());
    if (first === null) throw new Error('nothing to claim');
    await store.retry(first, new Date(Date.now() + 1_500).toISOString(), 'GitLab was away');
    const changed = { ...world.sow, engagement: 'GitLab on AWS, second edition' };
    const worker = start(world.deps, store);
    await store.put(
      aDelivery({
        source: 'crm',
        kind: 'sow',
        dedupeKey: 'v2',
        payload: changed,
        receivedAt: '2026-11-01T10:00:00.000Z',
      }),
    );

    await worker.quiet();

    expect(worker.outcomes.length).toBeGreaterThanOrEqual(2);
    const record = /procession:record v1 \S+ (\S+)/.exec(world.epic().description)?.[1] ?? '';
    expect(Buffer.from(record, 'base64url').toString()).toContain('second edition');
  });

  it('is applied when the one before it came in while the clock was a year ahead', async () => {
    const worker = start(world.deps, store);
    const next = { source: 'crm', kind: 'sow' } as const;
    const nextYear = new Date(Date.now() + 365 * 86_400_000).toISOString();
    await store.put(aDelivery({ ...next, dedupeKey: 'v1', payload: world.sow, receivedAt: nextYear }));
    await worker.quiet();
    const changed = { ...world.sow, engagement: 'GitLab on AWS, second edition' };
    await store.put(aDelivery({ ...next, dedupeKey: 'v2', payload: changed }));
    await worker.quiet();

    const record = /procession:record v1 \S+ (\S+)/.exec(world.epic().description)?.[1] ?? '';
    expect(Buffer.from(record, 'base64url').toString()).toContain('second edition');
  });
});

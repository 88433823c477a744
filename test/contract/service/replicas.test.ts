/** Several replicas on one PostgreSQL, and a CI job beside them: one of everything. */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { openPostgresInbox } from '#inbox/postgres-inbox.ts';
import type { Store } from '#ports/store.ts';
import { sweep } from '#reconciler/work/sweep.ts';
import { type EngagementWorld, startEngagement } from '#test/support/engagement.ts';
import { findPostgres, startPostgres, type TestPostgres } from '#test/support/postgres.ts';
import { aDelivery, type RunningWorker, startWorker } from '#test/support/service.ts';
import { SHIPPED } from '#test/support/shipped.ts';

const LEASE_MS = 10_000;
const bin = findPostgres();
let postgres: TestPostgres;
let world: EngagementWorld;
let stores: Store[] = [];
let workers: RunningWorker[] = [];
let schemas = 0;

beforeAll(async () => {
  if (bin !== null) postgres = await startPostgres(bin);
});

afterAll(async () => {
  await postgres?.stop();
});

beforeEach(async () => {
  world = await startEngagement({ now: () => new Date() });
  schemas += 1;
});

afterEach(async () => {
  for (const worker of workers) await worker.stop();
  for (const store of stores) await store.close();
  workers = [];
  stores = [];
  await world.close();
});

async function aReplica(): Promise<Store> {
  const store = await openPostgresInbox({
    databaseUrl: postgres.url,
    schema: `replicas${schemas}`,
    leaseMs: LEASE_MS,
  });
  stores.push(store);
  return store;
}

function work(...args: Parameters<typeof startWorker>): RunningWorker {
  const worker = startWorker(...args);
  workers.push(worker);
  return worker;
}

const sowDelivery = (dedupeKey: string) =>
  aDelivery({ source: 'crm', kind: 'sow', dedupeKey, payload: world.sow });

describe.skipIf(bin === null)('two replicas on one PostgreSQL', () => {
  it('and a CI sweep at the same time make one epic and one of each issue', async () => {
    const [one, two] = [await aReplica(), await aReplica()];
    const worker = work(world.deps, one);
    work(world.over(world.connect()), two);

    await Promise.all(
      Array.from({ length: 40 }, async (_, n) => {
        await (n % 2 === 0 ? one : two).put(sowDelivery(`deal-${Math.floor(n / 4)}`));
        if (n % 10 === 0) await sweep(world.over(world.connect()));
      }),
    );
    await worker.quiet();

    expect(world.sandbox.world.epics).toHaveLength(1);
    expect(world.sandbox.world.issues).toHaveLength(SHIPPED.issues);
    expect(world.sandbox.world.links).toHaveLength(SHIPPED.links);
    expect((await world.reconcile()).kind).toBe('unchanged');
  });

  it('finish what one of them had begun when it died in the middle of a launch', async () => {
    const [one, two] = [await aReplica(), await aReplica()];
    const hanging = { ...world.gitlab, createIssue: async () => await new Promise<never>(() => {}) };
    startWorker(world.over(hanging), one, { concurrency: 1, renewEveryMs: 3_600_000 });
    await one.put(sowDelivery('deal-1'));
    await expect.poll(() => world.sandbox.world.epics.length, { timeout: 10_000 }).toBe(1);

    work(world.over(world.connect()), two);

    await expect
      .poll(() => world.sandbox.world.links.length, { timeout: 45_000, interval: 100 })
      .toBe(SHIPPED.links);
    expect(world.sandbox.world.epics).toHaveLength(1);
    expect(world.sandbox.world.issues).toHaveLength(SHIPPED.issues);
  });
});

/**
 * A deal that becomes a delivery, and the end of both: killed after any call, or with answers of GitLab lost at any
 * request, the next run completes it, with one of everything.
 */
import { afterEach, describe, expect, it } from 'vitest';
import { AppError, GitLabUnavailableError } from '#domain/base/errors.ts';
import type { GitLab } from '#ports/gitlab.ts';
import { reconcile } from '#reconciler/loop/reconcile.ts';
import type { Tier } from '#sandbox/world.ts';
import { aDeal, type ChainWorld, CRM, startChain, TO_SIGNATURE } from '#test/support/chain.ts';
import { shapeOf } from '#test/support/chain-life.ts';
import { beginFrom, type Snapshot, snapshotOf } from '#test/support/copied-world.ts';
import { watched } from '#test/support/dying.ts';
import { BEFORE_CLOSING } from '#test/support/engagement.ts';
import { PROOF, proofPoints } from '#test/support/proof.ts';
import { aDelivery, aStore, startWorker } from '#test/support/service.ts';

const DEAL = 'DEAL-1';
const SOW = 'SOW-1042';
/** Of the points of each kind, in `npm test`. */
const LEAST = 6;
/** One moment for all worlds: what differs between them is no time. */
const now = (): Date => new Date('2026-11-20T10:00:00Z');

let world: ChainWorld;

afterEach(async () => await world.close());

/** What is run, by one of the service's workers for example; again after a crash. */
interface Run {
  readonly key: string;
  readonly options: Parameters<typeof reconcile>[2];
}

const reached = new Map<string, Snapshot>();

/** Walks to a place once for each tier; later worlds begin as copies of it. */
async function reach(place: string, tier: Tier, walk: () => Promise<void>): Promise<void> {
  const known = reached.get(`${place} ${tier}`);
  if (known !== undefined) return await startFrom(known, tier);
  await walk();
  reached.set(`${place} ${tier}`, snapshotOf(world));
}

/** Everything is there to be handed over; the CRM says next that the deal is won. */
async function beforeHandOver(tier: Tier): Promise<Run> {
  await reach('hand-over', tier, async () => {
    world = await startChain({ tier, now });
    await world.tell(await aDeal('scoping'));
    await world.tell(await aDeal('negotiating'));
    await world.walk(DEAL, ...TO_SIGNATURE);
    world.perform(DEAL, 'signature');
  });
  return { key: DEAL, options: { sow: await aDeal('closed_won'), origin: CRM } };
}

/** The delivery is closed, the money is there, and nobody has answered yet. */
async function beforeEnd(tier: Tier): Promise<Run> {
  await reach('end', tier, async () => {
    await beforeHandOver(tier);
    await world.tell(await aDeal('closed_won'));
    await world.walk(DEAL, 'billing');
    await world.walk(SOW, ...BEFORE_CLOSING, 'financial-wrap-up', 'post-mortem');
    world.perform(SOW, 'money-received');
  });
  return { key: SOW, options: {} };
}

/** The world as it was left, in the hands of an engine that knows nothing of it. */
async function startFrom(left: Snapshot, tier: Tier): Promise<void> {
  world = await startChain({ tier, now });
  beginFrom(world, left);
}

/** Runs as the inbox does: again while it fails and a later try may do. */
async function untilDone({ key, options }: Run): Promise<void> {
  for (let attempt = 1; attempt <= 5; attempt += 1) {
    try {
      await reconcile(world.over(world.connect()), key, { ...options, again: attempt > 1 });
      return;
    } catch (error) {
      if (!(error instanceof AppError) || error.disposition !== 'retry') throw error;
    }
  }
  throw new Error('five runs were not enough');
}

async function expectSettled(point: string, wanted: unknown): Promise<void> {
  expect({ point, ...(shapeOf(world) as object) }).toEqual({ point, ...(wanted as object) });
  const next = world.over(world.connect());
  for (const key of [DEAL, SOW])
    expect({ point, kind: (await reconcile(next, key)).kind }).toEqual({ point, kind: 'unchanged' });
}

const FAULTS = [
  ['the connection breaks before the request is carried out', { when: 'before', kind: 'reset' }],
  ['the connection breaks after it was carried out', { when: 'after', kind: 'reset' }],
  ['502 after it was carried out', { when: 'after', kind: 'status', status: 502 }],
  ['500 before it was carried out', { when: 'before', kind: 'status', status: 500 }],
  ['half an answer', { when: 'after', kind: 'truncated' }],
  ['429 without Retry-After', { when: 'before', kind: 'status', status: 429 }],
] as const;

describe.each<Tier>(['premium', 'free'])('on GitLab %s', (tier) => {
  describe.each([
    ['the hand-over of a deal', beforeHandOver, 60],
    ['the end of a delivery and of its deal', beforeEnd, 10],
  ] as const)('%s', (_, begin, least) => {
    it('killed after any call is completed by the next run, with one of everything', PROOF, async () => {
      const run = await begin(tier);
      const left: Snapshot[] = [];
      await reconcile(
        world.over(watched(world.connect(), () => left.push(snapshotOf(world)))),
        run.key,
        run.options,
      );
      const wanted = shapeOf(world);
      expect(world.epics()).toEqual([DEAL, SOW]);
      expect(left.length).toBeGreaterThan(least);

      for (const point of proofPoints(left.length, LEAST)) {
        await world.close();
        await startFrom(left[point] as Snapshot, tier);
        await reconcile(world.over(world.connect()), run.key, { ...run.options, again: true });
        await expectSettled(`after call ${point + 1}`, wanted);
      }
    });

    it('with a failed or lost answer at any request ends in the same world', PROOF, async () => {
      const run = await begin(tier);
      const before = snapshotOf(world);
      world.forget();
      await untilDone(run);
      const wanted = shapeOf(world);
      const requests = world.sandbox.ledger.entries().length;

      for (const point of proofPoints(requests * FAULTS.length, LEAST)) {
        const [name, fault] = FAULTS[point % FAULTS.length] as (typeof FAULTS)[number];
        const request = Math.floor(point / FAULTS.length) + 1;
        await world.close();
        await startFrom(before, tier);
        world.sandbox.faults.failAtRequest(request, fault);
        await untilDone(run);
        await expectSettled(`${name}, request ${request}`, wanted);
      }
    });
  });
});

it('a deal that could not be read when its delivery ended is told by the next try of the inbox', async () => {
  await beforeEnd('premium');
  const { store, remove } = await aStore();
  let fails = 1;
  const gitlab = world.connect();
  const failing: GitLab = {
    ...gitlab,
    readEngagement: async (key, options) => {
      if (key === DEAL && fails > 0) {
        fails -= 1;
        throw new GitLabUnavailableError('GET /groups/:id/epics: 503');
      }
      return await gitlab.readEngagement(key, options);
    },
  };
  const worker = startWorker(world.over(failing), store);
  try {
    await store.put(aDelivery({ engagement: SOW }));
    await worker.quiet();

    expect(worker.failures).toHaveLength(1);
    expect([world.epic(SOW).state, world.epic(DEAL).state]).toEqual(['closed', 'closed']);
  } finally {
    await worker.stop();
    await store.close();
    await remove();
  }
});

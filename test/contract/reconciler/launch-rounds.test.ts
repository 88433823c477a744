import { afterEach, describe, expect, it } from 'vitest';
import { reconcile } from '#reconciler/loop/reconcile.ts';
import { newKeyPair, openSeal } from '#seal/ed25519.ts';
import { type EngagementWorld, startEngagement } from '#test/support/engagement.ts';
import { launchFixture } from '#test/support/launch-fixture.ts';
import { countRounds } from '#test/support/rounds.ts';

const STEPS = 12;
const LINKS = 14;
const worlds: EngagementWorld[] = [];

afterEach(async () => {
  for (const world of worlds.splice(0)) await world.close();
});

async function start(options: Parameters<typeof startEngagement>[0] = {}): Promise<EngagementWorld> {
  const world = await startEngagement({ process: launchFixture(), ...options });
  worlds.push(world);
  return world;
}

async function sealed(): Promise<EngagementWorld> {
  const { publicKey, privateKey } = newKeyPair();
  return await start({ seal: openSeal([publicKey], privateKey) });
}

/** Launches another SOW in the same adapter, as the service does. */
async function launchAnother(world: EngagementWorld, number = 'SOW-2042'): Promise<void> {
  const sow = { ...world.sow, sow: { ...world.sow.sow, number } };
  await reconcile(world.deps, number, { sow, process: 'fixture', profile: null });
}

describe('a launch of 12 steps and 14 links', () => {
  it('takes at most steps + links + 6 requests and steps + 8 round trips where labels and people are known', async () => {
    const world = await sealed();
    await world.apply();
    world.forget();
    const counted = countRounds(world);

    await launchAnother(world);

    expect(world.sandbox.ledger.entries().length).toBeLessThanOrEqual(STEPS + LINKS + 6);
    expect(counted.rounds()).toBeLessThanOrEqual(STEPS + 8);
    expect(world.sandbox.world.links).toHaveLength(2 * LINKS);
  });

  it('takes six round trips more in an empty group', async () => {
    const world = await sealed();
    const counted = countRounds(world);

    await world.apply();

    expect(counted.rounds()).toBeLessThanOrEqual(STEPS + 14);
    expect(world.sandbox.world.links).toHaveLength(LINKS);
  });

  it('makes the children one after the other, the last step first', async () => {
    const world = await start();

    await world.apply();

    const made = world.sandbox.world.issues.map(({ title }) => title.split(' ')[0]);
    expect(made).toEqual(Array.from({ length: STEPS }, (_, index) => `s${STEPS - index}`));
  });

  it('has no more under way at once than the adapter is told', async () => {
    const world = await start({ gitlab: { maxConcurrent: 3 } });
    const counted = countRounds(world);

    await world.apply();

    expect(counted.widest()).toBe(3);
  });

  it.each(['before', 'after'] as const)(
    'comes to the same end after one of the requests that are under way together was lost (%s)',
    async (when) => {
      const clean = await start();
      await clean.apply();
      const requests = clean.sandbox.ledger.entries();
      const links = requests.flatMap(({ route }, index) => (route.endsWith('/links') ? [index + 1] : []));
      const labels = requests.flatMap(({ route, method }, index) =>
        method === 'POST' && route.endsWith('/labels') ? [index + 1] : [],
      );

      for (const at of [...links.slice(0, 8), ...labels.slice(0, 8)]) {
        const world = await start();
        world.sandbox.faults.failAtRequest(at, { when, kind: 'status', status: 502 });
        await world.apply().catch(() => {});
        await world.apply();

        expect(world.sandbox.world.links).toHaveLength(LINKS);
        expect(world.sandbox.world.issues).toHaveLength(STEPS);
        expect(world.sandbox.world.epics).toHaveLength(1);
        expect((await world.reconcile()).kind).toBe('unchanged');
        await worlds.pop()?.close();
      }
    },
  );
});

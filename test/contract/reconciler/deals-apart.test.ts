/** Deals in a group of their own: who may not see it finds nothing of them elsewhere. */
import { afterEach, describe, expect, it } from 'vitest';
import { splitGitLab } from '#gitlab/engagement/split-gitlab.ts';
import type { GitLab } from '#ports/gitlab.ts';
import { reconcile } from '#reconciler/loop/reconcile.ts';
import { readPortfolio } from '#reconciler/portfolio/portfolio-reader.ts';
import { findDrift } from '#reconciler/work/find-drift.ts';
import { sweep } from '#reconciler/work/sweep.ts';
import type { Tier } from '#sandbox/world.ts';
import { aDeal, type ChainWorld, PLACE_OF_DEALS, startChain, TO_SIGNATURE } from '#test/support/chain.ts';
import { Crash } from '#test/support/dying.ts';
import { readable } from '#test/support/records.ts';

let world: ChainWorld;

afterEach(async () => {
  await world.close();
});

/** Milliseconds: whole engagements, on a machine that does other things too. */
const LONG = 240_000;

const DEAL = 'DEAL-1';
const SOW = 'SOW-1042';
const CANARY = 'kingfisher';

/** A deal with words that only its own people may read: what was asked for, its name, a title, notes. */
async function secretDeal(stage: string): Promise<Awaited<ReturnType<typeof aDeal>>> {
  const deal = await aDeal(stage);
  return {
    ...deal,
    ask: `Move before the merger with ${CANARY}.`,
    deal: { ...deal.deal, name: `Harbour, ${CANARY}`, amount: 77_123 },
    ...(deal.statement === undefined
      ? {}
      : { statement: { ...deal.statement, engagement: 'GitLab for the harbour' } }),
  };
}

async function handedOver(tier: Tier): Promise<void> {
  world = await startChain({ tier, apart: true });
  await world.tell(await secretDeal('scoping'));
  const { sandbox } = world;
  const { operations } = sandbox;
  operations.createNote(sandbox.user('eli'), world.epic(DEAL), `They pay for ${CANARY}.`);
  operations.createNote(sandbox.user('eli'), world.issue(DEAL, 'discovery'), `Met ${CANARY}.`);
  operations.updateIssue(sandbox.user('eli'), world.issue(DEAL, 'discovery'), {
    title: `Discovery of ${CANARY}`,
  });
  await world.tell(await secretDeal('negotiating'));
  await world.walk(DEAL, ...TO_SIGNATURE);
  world.perform(DEAL, 'signature');
  await world.tell(await secretDeal('closed_won'));
}

/** Everything that GitLab holds in a group and in the projects of it. */
function shownIn(path: string): string {
  const { groups, projects, epics, issues, notes, labels } = world.sandbox.world;
  const group = groups.find((one) => one.path === path)?.id ?? 0;
  const inside = new Set(projects.filter(({ groupId }) => groupId === group).map(({ id }) => id));
  const items = [
    ...epics.filter(({ groupId }) => groupId === group),
    ...issues.filter(({ projectId }) => inside.has(projectId)),
  ];
  const said = notes.filter(({ target }) =>
    items.some(({ kind, id }) => kind === target.kind && id === target.id),
  );
  const records = items.map(({ description }) => readable(description));
  return JSON.stringify([items, records, said, labels.filter(({ groupId }) => groupId === group)]);
}

describe.each<Tier>(['free', 'premium', 'ultimate'])('deals in a place of their own on GitLab %s', (tier) => {
  it(
    'show the place of deliveries nothing of a deal but its key, its address and what it hands over',
    async () => {
      await handedOver(tier);
      await sweep(world.deps);

      expect(world.epics()).toEqual([DEAL, SOW]);
      expect(shownIn('sales')).toContain(CANARY);
      const delivery = shownIn('services');
      expect(delivery).not.toContain(CANARY);
      expect(delivery).not.toContain('77123');
      expect(delivery).toContain(`Deal [${DEAL}]`);
      expect(delivery).not.toContain(`"name":"${DEAL}"`);
      expect(shownIn('sales')).not.toContain(`"name":"${SOW}"`);
    },
    LONG,
  );
});

describe('deals in a place of their own', () => {
  it('are found by sweeps, reports and the service in both places, and nothing is to be done', async () => {
    await handedOver('premium');
    world.sandbox.ledger.clear();

    const swept = await sweep(world.deps);
    expect(swept.map(({ engagement, outcome }) => [engagement, outcome.kind])).toEqual([
      [SOW, 'unchanged'],
      [DEAL, 'unchanged'],
    ]);
    expect(await findDrift(world.deps, null)).toMatchObject({ seen: 2, drifted: [], missing: [] });
    const { engagements } = await readPortfolio(world.deps, world.deps.clock.now());
    expect(engagements.map(({ engagement }) => engagement).toSorted()).toEqual([DEAL, SOW]);
    expect(world.sandbox.ledger.writes()).toEqual([]);
  });

  it('are not what somebody puts into the place of deliveries with the label of a deal', async () => {
    await handedOver('premium');
    const { sandbox } = world;
    const { operations, world: data } = sandbox;
    const group = data.groups.find(({ path }) => path === 'services');
    const forged = world.epic(DEAL).description.replaceAll(DEAL, 'DEAL-666');
    operations.createEpic(sandbox.user('eli'), group?.id ?? 0, {
      title: 'A deal',
      description: forged,
      labels: ['DEAL-666'],
    });

    const swept = await sweep(world.deps);

    expect(swept.map(({ engagement }) => engagement).toSorted()).toEqual([DEAL, SOW]);
    expect(await world.run('DEAL-666')).toMatchObject({ kind: 'absent' });
  });

  it('survive a crash after any write of the hand-over with one of everything', async () => {
    world = await startChain({ apart: true });
    await world.tell(await secretDeal('scoping'));
    await world.tell(await secretDeal('negotiating'));
    await world.walk(DEAL, ...TO_SIGNATURE);
    world.perform(DEAL, 'signature');
    const won = await secretDeal('closed_won');
    let died = 0;
    for (let writes = 1; writes < 200; writes += 7) {
      const left = { writes };
      const services = dyingAfterWrites(world.connect(), left);
      const sales = dyingAfterWrites(world.connect(PLACE_OF_DEALS), left);
      const deps = world.over(splitGitLab({ sow: services, deal: sales }));
      try {
        await reconcile(deps, DEAL, {
          sow: won,
          origin: { kind: 'crm', name: null, commit: null, at: null },
        });
        break;
      } catch (error) {
        if (!(error instanceof Crash)) throw error;
        died += 1;
      }
    }

    await world.tell(won);
    expect(died).toBeGreaterThan(1);
    expect(world.epics()).toEqual([DEAL, SOW]);
    expect(await world.run(DEAL)).toMatchObject({ kind: 'unchanged' });
    expect(await world.run(SOW)).toMatchObject({ kind: 'unchanged' });
    const titles = world.sandbox.world.issues.map(({ title }) => title);
    expect(new Set(titles).size).toBe(titles.length);
  });
});

const WRITES = ['createLabel', 'createEpic', 'createIssue', 'updateEpic', 'updateIssue', 'createNote'];

/** An adapter that dies after so many writes of all that share the number. */
function dyingAfterWrites(gitlab: GitLab, left: { writes: number }): GitLab {
  return new Proxy(gitlab, {
    get: (target, name: keyof GitLab) =>
      WRITES.includes(name)
        ? async (...args: never[]) => {
            if (left.writes === 0) throw new Crash('already dead');
            const result = await (target[name] as (...args: never[]) => Promise<unknown>)(...args);
            left.writes -= 1;
            if (left.writes === 0) throw new Crash(`after ${name}`);
            return result;
          }
        : target[name],
  });
}

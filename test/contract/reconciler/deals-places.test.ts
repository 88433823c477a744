/** Two places, of deals and of deliveries, when GitLab refuses one of them in the middle, or the settings say another one. */
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { command as sweepCommand } from '#cli/commands/sweep.ts';
import { GitLabRefusedError } from '#domain/base/errors.ts';
import { DEFAULT_DEALS } from '#domain/base/settings.ts';
import { splitGitLab } from '#gitlab/engagement/split-gitlab.ts';
import type { ReconcileDeps } from '#reconciler/loop/deps.ts';
import { reconcile } from '#reconciler/loop/reconcile.ts';
import { findDrift } from '#reconciler/work/find-drift.ts';
import { sweep } from '#reconciler/work/sweep.ts';
import { addPlace } from '#sandbox/seed.ts';
import {
  aDeal,
  type ChainWorld,
  CRM,
  PLACE_OF_DEALS,
  startChain,
  TO_SIGNATURE,
} from '#test/support/chain.ts';
import { runCommand } from '#test/support/cli.ts';
import { beginFrom, type Snapshot, snapshotOf } from '#test/support/copied-world.ts';
import { aDelivery, aStore, startWorker } from '#test/support/service.ts';

const DEAL = 'DEAL-1';
const SOW = 'SOW-1042';
/** A busy machine takes as long. */
const LONG = 240_000;

let world: ChainWorld;
let almost: Snapshot;

/** A deal in its own place that has everything but the word that it is won, made once. */
beforeAll(async () => {
  world = await startChain({ apart: true });
  await world.tell(await aDeal('scoping'));
  await world.tell(await aDeal('negotiating'));
  await world.walk(DEAL, ...TO_SIGNATURE);
  world.perform(DEAL, 'signature');
  almost = snapshotOf(world);
  await world.close();
}, LONG);

afterEach(async () => {
  await world.close();
});

async function begin(): Promise<void> {
  world = await startChain({ apart: true });
  beginFrom(world, almost);
}

const won = async (): Promise<unknown> => await world.tell(await aDeal('closed_won'));

/** What the bot may in a group; `null`: nothing. */
function allow(path: string, level: 10 | 40 | null): void {
  const { sandbox, seed } = world;
  const group = sandbox.world.groups.find((one) => one.path === path);
  if (level === null) group?.members.delete(seed.bot.user.id);
  else group?.members.set(seed.bot.user.id, level);
}

describe('a token that has lost its role in the place of deals', () => {
  it.each([null, 10] as const)(
    'launches nothing, takes nothing for gone, and hands over once when it has it again (level %s)',
    async (level) => {
      await begin();
      allow('sales', level);
      await expect(won()).rejects.toThrow(/sales/);
      await expect(won()).rejects.toBeInstanceOf(GitLabRefusedError);
      expect(world.epics()).toEqual([DEAL]);

      allow('sales', 40);
      await won();
      expect(world.epics()).toEqual([DEAL, SOW]);
      expect(await world.run(DEAL)).toMatchObject({ kind: 'unchanged' });
      expect(await world.run(SOW)).toMatchObject({ kind: 'unchanged' });
    },
    LONG,
  );

  it('goes on with deliveries, in the inbox and by sweeps, and the deal catches up', async () => {
    await begin();
    await won();
    allow('sales', null);
    world.perform(SOW, 'assign-engineer');
    const { store, remove } = await aStore();
    const worker = startWorker(world.deps, store);
    await store.put(aDelivery({ engagement: SOW }));
    await worker.quiet();
    expect(worker.failures).toEqual([]);
    expect(world.state(SOW, 'assign-engineer')).toBe('workflow::done');
    await worker.stop();
    await store.close();
    await remove();

    world.perform(SOW, 'welcome-email');
    await expect(sweep(world.deps)).rejects.toThrow('deals.group');
    expect(world.state(SOW, 'welcome-email')).toBe('workflow::done');
    world.perform(SOW, 'kick-off');
    expect(await findDrift(world.deps, null)).toMatchObject({
      drifted: [SOW],
      missing: null,
      unread: [expect.any(GitLabRefusedError)],
    });

    allow('sales', 40);
    await sweep(world.deps);
    expect(world.state(SOW, 'kick-off')).toBe('workflow::done');
    expect((await findDrift(world.deps, null)).drifted).toEqual([]);
  });

  it('is told by a sweep that has done its work elsewhere, with the group and what to do, and nothing as missing', async () => {
    await begin();
    await won();
    allow('sales', null);
    world.perform(SOW, 'assign-engineer');
    const { code, stdout, stderr } = await runCommand(sweepCommand, [], world.deps);

    expect(code).toBe(4);
    expect(stdout).toContain(`${SOW}: `);
    expect(stderr).toContain('sales');
    expect(stderr).toContain('`deals.group`');
    expect(stdout + stderr).not.toContain('not seen');
    expect(world.state(SOW, 'assign-engineer')).toBe('workflow::done');
  });
});

it('a token that has lost its role in the place of deliveries hands nothing over, and once when it has it again', async () => {
  await begin();
  allow('services', null);
  await expect(won()).rejects.toThrow(/services/);
  await expect(sweep(world.deps)).rejects.toThrow(/services/);
  expect(world.epics()).toEqual([DEAL]);

  allow('services', 40);
  await sweep(world.deps);
  await won();
  expect(world.epics()).toEqual([DEAL, SOW]);
  expect(await world.run(DEAL)).toMatchObject({ kind: 'unchanged' });
});

describe('a place of deals that is set while deals live among deliveries', () => {
  async function placedLater(tier: 'premium' | 'free'): Promise<ReconcileDeps> {
    world = await startChain({ tier });
    await world.tell(await aDeal('scoping'));
    const people = { mira: 40, noor: 30, eli: 30, ada: 50 } as const;
    addPlace(world.sandbox, PLACE_OF_DEALS.group, { project: 'deals', people });
    const places = splitGitLab({ sow: world.gitlab, deal: world.connect(PLACE_OF_DEALS) });
    const { settings, ...deps } = world.over(places);
    return { ...deps, settings: { ...settings, deals: { ...DEFAULT_DEALS, place: PLACE_OF_DEALS } } };
  }

  it.each(['premium', 'free'] as const)(
    'launches none of them a second time on GitLab %s while it is open, and says where it is',
    async (tier) => {
      const deps = await placedLater(tier);
      const { reference } = { reference: `#${world.epic(DEAL).iid}` };
      const { store, remove } = await aStore();
      const worker = startWorker(deps, store);
      const payload = await aDeal('negotiating');
      await store.put(aDelivery({ source: 'crm', kind: 'sow', engagement: DEAL, payload }));
      await worker.quiet();
      const [dead] = await store.list({ state: 'dead', limit: 5 });
      await worker.stop();
      await store.close();
      await remove();

      expect(world.epics()).toEqual([DEAL]);
      expect(dead?.reason).toContain(tier === 'free' ? reference : '&1');

      const { sandbox } = world;
      sandbox.operations.setState(sandbox.user('mira'), world.epic(DEAL), 'closed');
      const told = await reconcile(deps, DEAL, { sow: payload, origin: CRM });
      expect(told.kind).toBe('applied');
    },
  );

  it('is not kept from launching a deal by what somebody else has put among deliveries', async () => {
    const deps = await placedLater('premium');
    const { sandbox, seed } = world;
    const forged = world.epic(DEAL).description.replaceAll(DEAL, 'DEAL-7');
    const fields = { title: 'A deal', description: forged, labels: ['DEAL-7'] };
    sandbox.operations.createEpic(sandbox.user('eli'), seed.group.id, fields);
    const deal = await aDeal('scoping');
    const other = { ...deal, deal: { ...deal.deal, key: 'DEAL-7' } };

    expect(await reconcile(deps, 'DEAL-7', { sow: other, origin: CRM })).toMatchObject({ kind: 'applied' });
  });
});

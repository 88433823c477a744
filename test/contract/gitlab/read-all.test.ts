import { afterEach, expect, it } from 'vitest';
import { type EngagementWorld, startLaunched } from '#test/support/engagement.ts';
import { multiply } from '#test/support/many-engagements.ts';

let world: EngagementWorld;
/** After all that the sandbox has written. */
const SINCE = '2099-01-01T00:00:00.000Z';

afterEach(async () => {
  await world.close();
});

it('reads a group that is longer than one part whole: each engagement as it is read alone', async () => {
  world = await startLaunched();
  multiply(world, 30, 1_000);
  // Pages of four issues: a part has a hundred of some four hundred.
  const gitlab = world.connect({ pageSize: 4 });
  const issues = world.sandbox.world.issues.length;
  world.forget();

  const states = [...(await gitlab.readAll())];
  const requests = world.sandbox.ledger.entries().length;

  expect(states).toHaveLength(30);
  expect(states.flatMap((state) => state.issues)).toHaveLength(issues);
  for (const key of [world.sow.sow.number, 'SOW-M1', 'SOW-M15', 'SOW-M29'])
    expect(states.find(({ engagement }) => engagement === key)).toEqual(await gitlab.readEngagement(key));
  // A request more for each part.
  expect(requests).toBeLessThanOrEqual(Math.ceil((issues + 30) / 4) + Math.ceil(issues / 100) + 8);
});

it('brings an epic that names no engagement any more with the issues in it, in whichever part they are', async () => {
  world = await startLaunched();
  multiply(world, 12, 1_000);
  const bare = world.sandbox.world.epics.find(({ title }) => title.includes('SOW-M3'));
  if (bare === undefined) throw new Error('no copy');
  bare.description = '';
  bare.labelIds = [];

  const states = [...(await world.connect({ pageSize: 2 }).readAll())];

  const state = states.find(({ engagement }) => engagement === 'SOW-M3');
  expect(state?.epics.map(({ id }) => id)).toEqual([bare.id]);
  expect(states).toHaveLength(12);
});

it.each([
  ['all together, where the pages of the group are fewer', 100, 10],
  ['one by one, where the group is longer', 20, 10],
])('reads what changed %s', async (_, pageSize, changed) => {
  world = await startLaunched();
  multiply(world, 60, 1_000);
  const { epics, issues } = world.sandbox.world;
  for (const epic of epics.slice(5, 5 + changed)) epic.updatedAt = SINCE;
  const gitlab = world.connect({ pageSize });
  const whole = Math.ceil(epics.length / pageSize) + Math.ceil(issues.length / pageSize);
  world.forget();

  const states = [...(await gitlab.readAll({ updatedAfter: SINCE }))];
  const requests = world.sandbox.ledger.entries().length;

  // Lists of what changed and their lengths, and what is known once: who we are, what this GitLab can.
  expect(requests).toBeLessThanOrEqual(Math.min(whole, changed * 2) + 8);
  expect(states).toHaveLength(changed);
  for (const state of states) expect(state).toEqual(await gitlab.readEngagement(state.engagement));
});

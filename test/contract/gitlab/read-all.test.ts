import { afterEach, expect, it } from 'vitest';
import { type EngagementWorld, startLaunched } from '#test/support/engagement.ts';
import { multiply } from '#test/support/many-engagements.ts';

let world: EngagementWorld;

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

import { describe, expect, it } from 'vitest';
import { addPlace } from '#sandbox/seed.ts';
import type { Tier } from '#sandbox/world.ts';
import type { Ask, Bench, Reply } from './client.ts';
import { createBench, GROUP } from './client.ts';

/** Two epics in `services`, one in `sales`, which eli may not see. */
async function threeEpics(tier: Tier = 'ultimate'): Promise<Bench> {
  const bench = createBench({ tier: 'ultimate' });
  addPlace(bench.sandbox, 'sales', { project: 'deals', people: { ada: 50 } });
  for (const title of ['one', 'two']) await bench.api('POST', `${GROUP}/epics`, { title });
  await bench.api('POST', '/groups/sales/epics', { title: 'deal' });
  bench.sandbox.world.tier = tier;
  return bench;
}

const relate = async (ask: Ask, from: number, group: string, to: number): Promise<Reply> =>
  await ask('POST', `${GROUP}/epics/${from}/related_epics?target_group_id=${group}&target_epic_iid=${to}`);

describe('sandbox: related epics', () => {
  it('relates epics of two groups both ways, with the parameters in the address', async () => {
    const bench = await threeEpics();

    expect(await relate(bench.api, 1, 'sales', 1)).toMatchObject({
      status: 201,
      body: { link_type: 'relates_to', source_epic: { title: 'one' }, target_epic: { title: 'deal' } },
    });
    const seen = await bench.api('GET', '/groups/sales/epics/1/related_epics');
    expect(seen.body).toMatchObject([{ title: 'one', link_type: 'relates_to', related_epic_link_id: 1 }]);
  });

  it.each<Tier>(['free', 'premium'])('refuses below Ultimate, also on %s', async (tier) => {
    const bench = await threeEpics(tier);

    expect(await relate(bench.api, 1, 'services', 2)).toMatchObject({ status: 403 });
    expect(await bench.api('GET', `${GROUP}/epics/1/related_epics`)).toMatchObject({ status: 403 });
  });

  it('refuses a second relation in either direction, and one of an epic with itself', async () => {
    const bench = await threeEpics();
    await relate(bench.api, 1, 'services', 2);

    expect(await relate(bench.api, 2, 'services', 1)).toMatchObject({
      status: 409,
      body: { message: 'Epic(s) already assigned' },
    });
    expect(await relate(bench.api, 1, 'services', 1)).toMatchObject({ status: 404 });
  });

  it('knows no group that cannot be seen and no epic that is not there, and forbids what may not be read', async () => {
    const bench = await threeEpics();
    const eli = bench.as(bench.seed.eli.token);

    expect(await relate(eli, 1, 'sales', 1)).toMatchObject({
      status: 404,
      body: { message: '404 Group Not Found' },
    });
    expect(await relate(eli, 1, 'services', 9)).toMatchObject({ status: 404 });
    expect(await relate(bench.as(''), 1, 'services', 2)).toMatchObject({ status: 401 });
    bench.seed.group.members.set(bench.seed.eli.user.id, 10);
    for (const epic of bench.sandbox.world.epics) if (epic.title === 'two') epic.confidential = true;
    expect(await relate(eli, 1, 'services', 2)).toMatchObject({ status: 403 });
  });

  it('takes a relation away, and shows nobody an end that they may not see', async () => {
    const bench = await threeEpics();
    await relate(bench.api, 1, 'sales', 1);
    const path = `${GROUP}/epics/1/related_epics`;

    expect((await bench.as(bench.seed.eli.token)('GET', path)).body).toEqual([]);
    expect(await bench.api('DELETE', `${path}/1`)).toMatchObject({ status: 200 });
    expect((await bench.api('GET', path)).body).toEqual([]);
  });
});

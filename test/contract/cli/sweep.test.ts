import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { reconcile } from '#reconciler/loop/reconcile.ts';
import { sweep } from '#reconciler/work/sweep.ts';
import { type EngagementWorld, startLaunched } from '#test/support/engagement.ts';

let world: EngagementWorld;

/** Three engagements. */
beforeEach(async () => {
  world = await startLaunched();
  for (const number of ['SOW-2001', 'SOW-2002'])
    await reconcile(world.deps, number, {
      sow: { ...world.sow, sow: { ...world.sow.sow, number } },
      process: 'delivery',
    });
  world.sandbox.ledger.clear();
});

afterEach(async () => {
  await world.close();
});

describe('a sweep', () => {
  it('puts right everything that happened unseen, in every engagement', async () => {
    world.by('eli').close(world.issue('kick-off'));
    const other = world.sandbox.world.epics.find(({ title }) => title.startsWith('SOW-2001'));
    if (other === undefined) throw new Error('SOW-2001 has no epic');
    world.by('mira').close(other);

    const results = await sweep(world.deps);

    expect(results.map(({ engagement, outcome }) => [engagement, outcome.kind])).toEqual([
      ['SOW-2002', 'unchanged'],
      ['SOW-1042', 'applied'],
      ['SOW-2001', 'applied'],
    ]);
    expect(world.issue('kick-off').state).toBe('opened');
    expect(other.state).toBe('opened');
  });

  it('reads in bulk and writes nothing when nothing changed', async () => {
    await sweep(world.deps);

    expect(world.sandbox.ledger.reads().length).toBeLessThanOrEqual(5);
    expect(world.sandbox.ledger.writes()).toEqual([]);
  });

  it('goes on when one engagement fails', async () => {
    world.by('eli').close(world.issue('kick-off'));
    const epic = world.sandbox.world.epics.find(({ title }) => title.startsWith('SOW-2001'));
    if (epic === undefined) throw new Error('SOW-2001 has no epic');
    world.by('mira').close(epic);
    world.sandbox.faults.failNext({ method: 'POST', when: 'before', kind: 'status', status: 403 });

    const results = await sweep(world.deps);

    expect(results.map(({ outcome }) => outcome.kind).toSorted()).toEqual(['applied', 'failed', 'unchanged']);
  });
});

/** A description as long as GitLab allows: told once where people look, and everything but the kept lines goes on. */

import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { sweep } from '#reconciler/work/sweep.ts';
import type { Epic, Issue } from '#sandbox/world.ts';
import { aProcess } from '#test/support/builders.ts';
import { reactionsTo, sayIn } from '#test/support/commands.ts';
import { type EngagementWorld, startEngagement } from '#test/support/engagement.ts';

const LONGEST = 1_048_576;

let world: EngagementWorld;

beforeEach(async () => {
  world = await startEngagement({ process: aProcess() });
  await world.apply();
});

afterEach(async () => {
  await world.close();
});

function fill(item: Epic | Issue): void {
  const room = LONGEST - item.description.length - 1;
  world.by('eli').write(item, `${item.description}\n${'x'.repeat(room)}`);
}

describe('a description at the limit', () => {
  it('of the epic stops nothing: one note, one reaction, and the order is kept', async () => {
    fill(world.epic());
    const note = sayIn(world, 'mira', world.issue('second'), '/ps waive done by phone');
    world.by('eli').close(world.issue('last'));

    const outcomes = [];

    for (let n = 0; n < 3; n += 1) outcomes.push(...(await sweep(world.deps)));

    expect(outcomes.map(({ outcome }) => outcome.kind)).not.toContain('failed');
    expect(world.issue('last').state).toBe('opened');
    expect(world.notesOf(world.epic(), 'description-full')).toHaveLength(1);
    expect(reactionsTo(world, note)).toHaveLength(1);
    expect(world.epic().description).toHaveLength(LONGEST);
  });

  it('of an issue stops nothing either, and its lines are up to date again when there is room', async () => {
    const second = world.issue('second');
    fill(second);
    await world.walk('first');

    expect(world.state('second')).toBe('workflow::ready');
    expect(world.notesOf(second, 'description-full')).toHaveLength(1);
    world.by('eli').write(second, second.description.replace(/x{1000,}/, ''));
    await world.reconcile();
    world.sandbox.ledger.clear();
    await world.reconcile();

    expect(world.sandbox.ledger.writes()).toEqual([]);
    expect(second.description).not.toContain('Waiting for');
  });
});

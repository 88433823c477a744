/** The work exception that the hours ask for: once for the hours sold, and not needed any more when more are sold. */
import { afterEach, describe, expect, it } from 'vitest';
import type { Sow } from '#domain/sow/sow.ts';
import { parseMarker } from '#domain/text/marker.ts';
import { LOOK_EVERYWHERE } from '#reconciler/loop/comment-look.ts';
import { type EngagementWorld, sampleSow, startLaunched } from '#test/support/engagement.ts';

let world: EngagementWorld;

afterEach(async () => await world.close());

async function start(): Promise<void> {
  world = await startLaunched({ settings: { amendments: 'auto' } });
}

/** The SOW is taken in again with other hours; a second run has nothing to write. */
async function hours(scoped: number, consumed: number): Promise<void> {
  const sow: Sow = { ...(await sampleSow('SOW-1042')), hours: { scoped, consumed } };
  const outcome = await world.apply({ sow });
  expect(outcome.kind).toBe('applied');
  await world.reconcile({ comments: LOOK_EVERYWHERE });
  world.sandbox.ledger.clear();
  await world.reconcile({ comments: LOOK_EVERYWHERE });
  expect(world.sandbox.ledger.writes()).toEqual([]);
}

function exceptions(): readonly string[] {
  return world.sandbox.world.issues.flatMap(({ description }) => {
    const step = parseMarker(description)?.step ?? '';
    return step.startsWith('work-exception/') ? [`${step} ${world.state(step)}`] : [];
  });
}

describe('a work exception', () => {
  it('is made for the manager at 90 % of the hours sold, once', async () => {
    await start();
    await hours(400, 359);
    expect(exceptions()).toEqual([]);

    await hours(400, 360);
    expect(exceptions()).toEqual(['work-exception/1 workflow::ready']);
    const issue = world.issue('work-exception/1');
    expect(issue.title).toContain('More than 400 hours');
    expect(issue.assigneeIds).toEqual([world.sandbox.user('mira').id]);

    await hours(400, 410);
    expect(exceptions()).toEqual(['work-exception/1 workflow::ready']);
  });

  it('is closed as not needed when more hours are sold, and asked for anew at 90 % of these', async () => {
    await start();
    await hours(400, 365);
    await hours(480, 365);
    expect(exceptions()).toEqual(['work-exception/1 workflow::waived']);
    expect(world.issue('work-exception/1').description).toContain(
      'not needed: 480 h are sold by now, of which 365 h are used',
    );

    await hours(480, 436);
    expect(exceptions()).toEqual(['work-exception/1 workflow::waived', 'work-exception/2 workflow::ready']);
  });

  it('stays when somebody opens it again that was not needed', async () => {
    await start();
    await hours(400, 365);
    await hours(480, 365);
    world.by('mira').reopen(world.issue('work-exception/1'));
    await world.reconcile({ comments: LOOK_EVERYWHERE });

    expect(exceptions()).toEqual(['work-exception/1 workflow::ready']);
  });

  it('holds up the financial wrap-up while it is open', async () => {
    await start();
    await hours(400, 365);
    world.by('eli').close(world.issue('financial-wrap-up'));
    await world.reconcile();

    expect(world.notesOf(world.issue('financial-wrap-up'), 'closed-too-early')[0]?.body).toContain(
      'work-exception/1',
    );
  });
});

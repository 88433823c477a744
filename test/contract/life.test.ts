/** Whole lives: every sample SOW and both processes, from launch to the closed epic, with no line of code that names a process. */
import { describe, expect, it } from 'vitest';
import { doStep } from '#demo/do-step.ts';
import { evidenceFor } from '#domain/assess.ts';
import {
  BEFORE_CLOSING,
  type EngagementWorld,
  realProcess,
  sampleSow,
  startEngagement,
} from '#test/support/engagement.ts';

/** Does whatever is ready until nothing is; returns the steps in the order they were done. */
async function live(world: EngagementWorld): Promise<readonly string[]> {
  const done: string[] = [];
  for (let turn = 0; turn < 40; turn += 1) {
    const step = world.process.steps.find(
      ({ id, until }) => until === undefined && stateOf(world, id) === 'workflow::ready',
    );
    if (step === undefined) return done;
    done.push(step.id);
    doStep(
      world.sandbox.operations,
      world.sandbox.user('mira'),
      world.issue(step.id),
      evidenceFor(step, world.sow),
    );
    await world.reconcile();
  }
  throw new Error('forty turns were not enough');
}

function stateOf(world: EngagementWorld, step: string): string | null {
  try {
    return world.state(step);
  } catch {
    return null;
  }
}

const lives = [
  ['SOW-1042', 'delivery', null],
  ['SOW-1042', 'delivery', 'strict'],
  ['SOW-1043', 'delivery', null],
  ['SOW-1044', 'delivery', null],
  ['SOW-1042', 'quote-to-signoff', null],
  ['SOW-1044', 'quote-to-signoff', null],
] as const;

describe('a whole life', () => {
  it.each(lives)(
    'of %s in %s (profile %s) ends with a closed epic, every issue done and not a comment too many',
    async (number, id, profile) => {
      const world = await startEngagement({
        sow: await sampleSow(number),
        process: await realProcess(id, profile),
      });
      try {
        await world.apply();

        const done = await live(world);

        expect(world.epic().state).toBe('closed');
        expect(world.sandbox.world.issues.filter(({ state }) => state === 'opened')).toEqual([]);
        expect(done).toHaveLength(
          world.sandbox.world.issues.length -
            world.process.steps.filter(({ until }) => until !== undefined).length,
        );
        expect(world.sandbox.world.notes.filter(({ system }) => !system)).toHaveLength(1);
        expect((await world.reconcile()).kind).toBe('unchanged');
      } finally {
        await world.close();
      }
    },
  );

  it('holds the post-mortem for finished financial wrap-up in the strict profile only', async () => {
    for (const [profile, expected] of [
      [null, 'workflow::ready'],
      ['strict', 'workflow::blocked'],
    ] as const) {
      const world = await startEngagement({ process: await realProcess('delivery', profile) });
      try {
        await world.apply();
        await world.walk(...BEFORE_CLOSING);
        world.by('eli').label(world.issue('financial-wrap-up'), 'workflow::in progress');
        await world.reconcile();
        expect(world.state('post-mortem')).toBe(expected);
      } finally {
        await world.close();
      }
    }
  });
});

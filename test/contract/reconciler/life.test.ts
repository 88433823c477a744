/**
 * Whole lives, in every tier of GitLab: every sample SOW and both processes, from launch to the closed epic, with no line
 * of code that names a process. On Free a tracking issue stands for the epic.
 */
import { describe, expect, it } from 'vitest';
import { doStep } from '#demo/do-step.ts';
import { evidenceFor } from '#domain/assess/assess.ts';
import { type StepKey, stepIdOf } from '#domain/base/keys.ts';
import { checkEngagement } from '#domain/explain/check.ts';
import { parseMarker } from '#domain/text/marker.ts';
import { decide } from '#reconciler/loop/decide.ts';
import type { Tier } from '#sandbox/world.ts';
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
    const key = keysOf(world).find((one) => world.state(one) === 'workflow::ready');
    const step = world.process.steps.find(({ id }) => key !== undefined && id === stepIdOf(key));
    if (key === undefined || step === undefined) return done;
    done.push(key);
    doStep(
      world.sandbox.operations,
      world.sandbox.user('mira'),
      world.issue(key),
      evidenceFor(step, world.sow),
    );
    await world.reconcile();
  }
  throw new Error('forty turns were not enough');
}

/** Steps with an issue that do not run alongside others, those of items among them. */
function keysOf(world: EngagementWorld): readonly StepKey[] {
  const alongside = new Set(
    world.process.steps.filter(({ until }) => until !== undefined).map(({ id }) => id),
  );
  return world.sandbox.world.issues.flatMap(({ description }) => {
    const step = parseMarker(description)?.step ?? null;
    return step === null || alongside.has(stepIdOf(step)) ? [] : [step];
  });
}

const lives = [
  ['SOW-1042', 'delivery', null],
  ['SOW-1042', 'delivery', 'strict'],
  ['SOW-1043', 'delivery', null],
  ['SOW-1044', 'delivery', null],
  ['SOW-1044', 'training', null],
] as const;

const TIERS: readonly Tier[] = ['free', 'premium', 'ultimate'];

describe.each(TIERS)('a whole life on GitLab %s', (tier) => {
  it.each(lives)(
    'of %s in %s (profile %s) ends with a closed epic, every issue done and not a comment too many',
    async (number, id, profile) => {
      const world = await startEngagement({
        tier,
        sow: await sampleSow(number),
        process: await realProcess(id, profile),
      });
      try {
        await world.apply();

        const done = await live(world);

        expect(world.epic().state).toBe('closed');
        expect(world.sandbox.world.issues.filter(({ state }) => state === 'opened')).toEqual([]);
        expect(world.sandbox.world.epics).toHaveLength(tier === 'free' ? 0 : 1);
        expect(done).toHaveLength(
          world.sandbox.world.issues.length -
            (tier === 'free' ? 1 : 0) -
            world.process.steps.filter(({ until }) => until !== undefined).length,
        );
        // The end of the work, and where money comes after it, that of the money.
        const ends = world.process.steps.some(({ after_close }) => after_close === true) ? 2 : 1;
        expect(world.sandbox.world.notes.filter(({ system }) => !system)).toHaveLength(ends);
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
      const world = await startEngagement({ tier, process: await realProcess('delivery', profile) });
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

/** What the rules say of an engagement, without the addresses that differ between tiers. */
async function verdict(world: EngagementWorld): Promise<unknown> {
  const actual = await world.gitlab.readEngagement(world.sow.sow.number, { always: true });
  const decision = await decide(world.deps, actual);
  if (decision.kind !== 'decided') return decision.kind;
  const { findings, steps } = checkEngagement(decision.facts.assessment, decision.facts.found);
  return {
    findings: findings.map(({ rule, missing }) => ({
      rule,
      missing: missing.map((text) => text.replace(/ \(\S+#\d+\)/, '')),
    })),
    steps: steps.map(({ step, state, findings: broken }) => ({
      step,
      state,
      broken: broken.map(({ rule }) => rule),
    })),
    epic: world.epic().state,
  };
}

/** Everything people do wrong, and then right; what the rules say before and after each answer of the engine. */
async function story(tier: Tier): Promise<readonly unknown[]> {
  const world = await startEngagement({ tier });
  const told: unknown[] = [];
  const tell = async (what: string): Promise<void> => {
    const before = await verdict(world);
    const { kind } = await world.reconcile();
    const comments = world.sandbox.world.notes.filter(({ system }) => !system).length;
    told.push({ what, before, kind, after: await verdict(world), comments });
  };
  try {
    await world.apply();
    await tell('launched');
    world.by('eli').close(world.issue('kick-off'));
    await tell('a blocked step is closed');
    world.by('mira').close(world.issue('assign-engineer'));
    await tell('a ready step is closed with its list open');
    world.by('eli').label(world.issue('project-summary'), 'workflow::in progress');
    await tell('a blocked step is started');
    world.by('mira').close(world.epic());
    await tell('the whole is closed early');
    await world.walk(...BEFORE_CLOSING);
    await tell('all but the end is done');
    world.by('eli').reopen(world.issue('kick-off'));
    await tell('an early step is opened again');
    world.by('eli').close(world.issue('kick-off'));
    await tell('and closed again');
    await live(world);
    await tell('everything is done');
    world.by('eli').reopen(world.issue('post-mortem'));
    await tell('the end is opened again');
    return told;
  } finally {
    await world.close();
  }
}

describe('the rules', () => {
  it('say the same in every tier, whatever people do', async () => {
    const [free, premium, ultimate] = [await story('free'), await story('premium'), await story('ultimate')];

    expect(premium).toHaveLength(10);
    expect(JSON.stringify(premium)).toContain('closed-too-early');
    expect(JSON.stringify(premium)).toContain('epic-closed-early');
    expect(free).toEqual(premium);
    expect(ultimate).toEqual(premium);
  }, 120_000);
});

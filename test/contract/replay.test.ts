/** A recorded decision made again: the same rules decide exactly the same, other rules differ exactly where they are other. */
import { describe, expect, it } from 'vitest';
import { doStep } from '#demo/do-step.ts';
import { evidenceFor } from '#domain/assess.ts';
import type { ProcessDefinition, Step } from '#domain/process.ts';
import { decodeSowRecord } from '#domain/sow-record.ts';
import { LOOK_EVERYWHERE } from '#reconciler/comment-look.ts';
import type { Tier } from '#sandbox/world.ts';
import { aSow } from '#test/support/builders.ts';
import { COMMANDED, sayIn } from '#test/support/commands.ts';
import { type EngagementWorld, sampleSow, startEngagement, storeOf } from '#test/support/engagement.ts';
import { doFirst, endPipeline, PROVISIONED } from '#test/support/provisioned.ts';
import { type Recording, recordOf, replayed, startRecording } from '#test/support/recorded.ts';

/** Everything people do wrong, and then right, with a decision after each. */
async function live(world: EngagementWorld): Promise<readonly string[]> {
  const recording = await launched(world);
  const { process, sow } = world;
  const look = async (): Promise<void> => await recording.reconcile();
  world.by('eli').close(world.issue('kick-off'));
  await look();
  world.by('mira').close(world.issue('assign-engineer'));
  await look();
  world.by('eli').label(world.issue('project-summary'), 'workflow::in progress');
  await look();
  world.by('mira').close(world.epic());
  await look();
  for (let turn = 0; turn < 20; turn += 1) {
    const step = process.steps.find(({ id, until }) => until === undefined && isReady(world, id));
    if (step === undefined) break;
    doStep(
      world.sandbox.operations,
      world.sandbox.user('mira'),
      world.issue(step.id),
      evidenceFor(step, sow),
    );
    await look();
    await look();
  }
  expect(world.epic().state).toBe('closed');
  return recording.lines;
}

async function launched(world: EngagementWorld): Promise<Recording> {
  const recording = startRecording(world);
  const { process, sow } = world;
  await recording.reconcile({ sow, process: process.id, profile: process.profile });
  await recording.reconcile();
  return recording;
}

function isReady(world: EngagementWorld, step: string): boolean {
  try {
    return world.state(step) === 'workflow::ready';
  } catch {
    return false;
  }
}

/** The process with one step changed. */
function withStep(process: ProcessDefinition, id: string, changes: Partial<Step>): ProcessDefinition {
  return {
    ...process,
    steps: process.steps.map((step) => (step.id === id ? { ...step, ...changes } : step)),
  };
}

const TIERS: readonly Tier[] = ['free', 'premium'];

describe('the same rules', () => {
  it.each(TIERS)(
    'decide a life recorded on GitLab %s exactly alike',
    async (tier) => {
      const world = await startEngagement({ tier });
      try {
        const lines = await live(world);

        const actions = lines.flatMap((line) => recordOf(line).decided.actions).join('\n');
        expect(lines.length).toBeGreaterThan(15);
        expect(actions).toContain('create issue kick-off');
        expect(actions).toContain('kick-off: reopen: something it needs is missing');
        expect(await replayed(lines, world.deps)).toEqual(lines.map(() => null));
      } finally {
        await world.close();
      }
    },
    60_000,
  );

  it('decide alike what people ruled by comment, without the comments', async () => {
    const world = await startEngagement({ process: COMMANDED, sow: aSow() });
    try {
      const recording = await launched(world);
      const say = async (username: string, step: string | null, body: string): Promise<void> => {
        sayIn(world, username, step === null ? world.epic() : world.issue(step), body);
        await recording.reconcile({ comments: LOOK_EVERYWHERE });
        await recording.reconcile();
      };
      await say('mira', 'first', '/ps waive The customer was on the phone');
      world.by('mira').close(world.issue('first'));
      await recording.reconcile();
      await say('mira', 'second', '/ps approve');
      await say('mira', 'second', '/ps due 2027-01-08 The customer asked for it');
      await say('eli', 'second', '/ps hold I may not');
      await say('mira', null, '/ps add change-order More hours');
      await say('mira', null, '/ps assign engineer @noor');
      await say('mira', null, '/ps health at risk Nobody answers');
      await say('mira', null, '/ps hold The customer is away');
      await say('mira', null, '/ps resume');
      await say('mira', null, '/ps skip change-order/1 Not needed after all');

      const { lines } = recording;
      expect(await replayed(lines, world.deps)).toEqual(lines.map(() => null));
      const answers = lines
        .flatMap((line) => recordOf(line).decided.actions)
        .filter((text) => text.startsWith('answer'));
      expect(answers).toHaveLength(10);
      expect(lines.join('\n')).not.toContain('/ps waive The customer');
    } finally {
      await world.close();
    }
  }, 60_000);

  it('decide alike what pipelines did, without asking for them', async () => {
    const world = await startEngagement({ process: PROVISIONED });
    try {
      const recording = await launched(world);
      doFirst(world);
      await recording.reconcile();
      endPipeline(world, 'failed');
      await recording.reconcile();
      sayIn(world, 'eli', world.issue('provision'), '/ps retry');
      await recording.reconcile();
      endPipeline(world, 'success');
      await recording.reconcile();

      const actions = recording.lines.flatMap((line) => recordOf(line).decided.actions).join('\n');
      expect(actions).toContain('start pipeline 2 of provision in services/engagements');
      expect(actions).toContain('provision: close: its pipeline succeeded');
      expect(await replayed(recording.lines, world.deps)).toEqual(recording.lines.map(() => null));
    } finally {
      await world.close();
    }
  });

  it('decide alike what people took away, and put back twice', async () => {
    const world = await startEngagement();
    try {
      const recording = await launched(world);
      const { operations, world: data } = world.sandbox;
      const ada = world.sandbox.user('ada');
      for (let round = 0; round < 3; round += 1) {
        const kickOff = world.issue('kick-off');
        for (const link of data.links.filter(({ sourceId }) => sourceId === kickOff.id))
          operations.unlinkIssues(ada, link);
        operations.updateIssue(ada, world.issue('post-mortem'), {
          removeLabels: ['role::manager', 'step::post-mortem', world.sow.sow.number],
        });
        operations.updateEpic(ada, world.epic(), { removeLabels: ['process::delivery'] });
        await recording.reconcile();
        await recording.reconcile();
      }

      const { lines } = recording;
      const actions = lines.flatMap((line) => recordOf(line).decided.actions).join('\n');
      expect(actions).toMatch(/^link kick-off blocks/m);
      expect(actions).toContain('post-mortem: repair labels');
      expect(await replayed(lines, world.deps)).toEqual(lines.map(() => null));
    } finally {
      await world.close();
    }
  }, 60_000);
});

describe('other rules', () => {
  it('differ exactly where they are other', async () => {
    const world = await startEngagement();
    try {
      const { lines } = await launched(world);
      world.by('mira').close(world.issue('welcome-email'));
      const recording = startRecording(world);
      await recording.reconcile();
      const { process, deps } = world;
      const looser = withStep(process, 'welcome-email', { after: [] });

      const [again, closed] = await replayed([lines.at(-1) ?? '', ...recording.lines], {
        processes: storeOf(looser),
        settings: deps.settings,
      });

      const ready = ['welcome-email: blocked → ready', 'epic: update progress'];
      expect(again).toMatchObject({
        steps: [
          {
            step: 'welcome-email',
            was: { state: 'blocked' },
            now: { state: 'ready', why: 'nothing is in the way' },
          },
        ],
        epic: null,
        verdict: null,
        added: ready,
        gone: [],
      });
      expect(closed).toMatchObject({
        steps: [
          {
            step: 'welcome-email',
            was: { state: 'blocked', broken: [{ rule: 'closed-too-early' }] },
            now: { state: 'ready', broken: [{ rule: 'closed-too-early' }] },
          },
        ],
        added: ready,
        gone: [],
      });
      expect(await replayed(lines, { processes: storeOf(), settings: deps.settings })).toEqual(
        lines.map(() => 'unknown-process'),
      );
    } finally {
      await world.close();
    }
  }, 60_000);

  it('say what would be created, what would be left over, and what the policy would hold back', async () => {
    const world = await startEngagement();
    try {
      const lines = (await launched(world)).lines.slice(1);
      const { process, deps } = world;
      const [sample] = process.steps;
      if (sample === undefined) throw new Error('no steps');
      const extra = { ...sample, id: 'legal-review', title: 'Legal review', after: [] };
      const without = process.steps.filter(({ id }) => id !== 'change-request');
      const rules = { ...process, steps: [...without, extra] };

      const [more] = await replayed(lines, { processes: storeOf(rules), settings: deps.settings });
      const shadow = { ...deps.settings.policy, mode: 'shadow' as const };
      const [held] = await replayed(lines, {
        processes: storeOf(rules),
        settings: { ...deps.settings, policy: shadow },
      });

      expect(more).toMatchObject({
        steps: [
          {
            step: 'legal-review',
            was: { state: null, why: 'the process has no such step' },
            now: { state: 'ready' },
          },
          { step: 'change-request', was: { state: 'blocked' }, now: { state: null } },
        ],
        verdict: null,
      });
      expect((more as { added: readonly string[] }).added).toContain('create issue legal-review');
      expect(JSON.stringify(more)).not.toContain('create label');
      expect(held).toMatchObject({ verdict: { was: 'go', now: 'shadow' } });
    } finally {
      await world.close();
    }
  }, 60_000);
});

describe('a record', () => {
  it('holds no amounts and of what people wrote only what rules read', async () => {
    const sow = await sampleSow('SOW-1042');
    const world = await startEngagement({
      settings: { showAmounts: true },
      sow: { ...sow, billing: { ...sow.billing, rate: 98_765 } },
    });
    try {
      const recording = await launched(world);
      const issue = world.issue('financial-wrap-up');
      const secret = 'They told us in confidence that they will merge';
      world
        .by('eli')
        .write(
          issue,
          `${issue.description}\n${secret}\n\n| Invoiced | EUR 12,345.67 |\n\n- [x] Written to the bank\n`,
        );
      await recording.reconcile();

      const { lines } = recording;
      const texts = lines.join('\n');
      expect(texts).not.toContain('98765');
      const kept = decodeSowRecord(recordOf(lines.at(-1) ?? '').epics[0]?.description ?? '');
      expect(kept).toMatchObject({ kind: 'ok', sow: { billing: { terms: sow.billing?.terms } } });
      expect(kept.kind === 'ok' ? kept.sow.billing?.rate : 'damaged').toBeUndefined();
      expect(texts).not.toContain(secret);
      expect(texts).not.toContain('12,345.67');
      expect(texts).toContain('EUR 00,000.00');
      expect(texts).toContain('Written to the bank');
      expect(texts).not.toContain(world.seed.bot.token);
      expect(await replayed(lines, world.deps)).toEqual(lines.map(() => null));
    } finally {
      await world.close();
    }
  }, 60_000);
});

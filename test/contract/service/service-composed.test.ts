/** The service as a whole, in process: what its parts do only together. */
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { aProcess, aStep } from '#test/support/builders.ts';
import {
  addHook,
  type ComposedOptions,
  type ComposedWorld,
  startComposed,
} from '#test/support/composed-service.ts';
import { endPipeline } from '#test/support/provisioned.ts';
import { SHIPPED } from '#test/support/shipped.ts';

let world: ComposedWorld;

afterEach(async () => {
  await world.close();
});

async function launched(options: ComposedOptions = {}): Promise<ComposedWorld> {
  world = await startComposed(options);
  expect(await world.won(world.sow, 'deal-1')).toBe(202);
  await world.quiet();
  expect(world.sandbox.world.links).toHaveLength(SHIPPED.links);
  return world;
}

const results = (): readonly string[] =>
  world.log.flatMap(({ message, data }) =>
    message === 'delivery answered' ? [(data as { result: string }).result] : [],
  );

describe('the service with the token of a bot', () => {
  it('answers what people do, and nothing of its own', async () => {
    await launched();
    addHook(world);
    world.by('eli').close(world.issue('kick-off'));
    await world.quiet();

    expect(world.issue('kick-off').state).toBe('opened');
    expect(results().filter((result) => result !== 'own')).toEqual(['stored', 'stored']);
    expect(results()).toContain('own');
    expect(world.log.filter(({ message }) => message.includes('a person'))).toEqual([]);
  });
});

describe('the service with a token that may not read webhooks', () => {
  const webhooks = async (): Promise<unknown> => JSON.parse(await world.get('/readyz')).webhooks;

  it.each([
    ['none', 15 as const, 'not-allowed', 'The token may not read webhooks'],
    ['those of the project alone', 40 as const, 'absent', 'No project webhook points to …/webhooks/gitlab'],
  ])(
    'says that GitLab reaches it once something was delivered, where it may read %s',
    async (_, role, before, text) => {
      await launched({
        token: ({ seed }) => {
          seed.group.members.set(seed.bot.user.id, role);
          return seed.bot.token;
        },
      });
      expect(await webhooks()).toMatchObject({ state: before, text: expect.stringContaining(text) });
      addHook(world);
      world.by('eli').close(world.issue('kick-off'));
      await world.quiet();

      const looked = {
        state: 'ok',
        text: expect.stringContaining('GitLab reaches us: the last delivery came at '),
      };
      world.pass();
      await expect.poll(webhooks, { timeout: 10_000 }).toMatchObject(looked);
      await world.restart();
      await expect.poll(webhooks, { timeout: 10_000 }).toMatchObject(looked);
      expect(await world.get('/metrics')).toContain('procession_webhook_state{state="ok"} 1');
    },
  );
});

describe('the service with the token of a person', () => {
  it('says so, sees what this person does, and does not answer itself for ever', async () => {
    await launched({ token: ({ seed }) => seed.mira.token });
    addHook(world);
    // Events tell the second only: in the one of our last write her change could not be told from ours.
    await delay(1_000);

    world.by('mira').close(world.issue('kick-off'));
    await world.quiet();

    expect(world.issue('kick-off').state).toBe('opened');
    expect(world.log).toContainEqual({
      message: expect.stringContaining("GITLAB_TOKEN is a person's"),
      data: { username: 'mira' },
    });
    const reconciled = world.log.filter(({ message }) => message === 'engagement reconciled').length;
    expect(reconciled).toBeLessThan(10);
    world.sandbox.ledger.clear();
    await world.quiet();
    expect(world.sandbox.ledger.entries()).toEqual([]);
  });

  it('takes most of what it wrote itself for its own', async () => {
    world = await startComposed({ token: ({ seed }) => seed.mira.token });
    addHook(world);
    await world.won(world.sow, 'deal-1');
    await world.quiet();

    expect(world.sandbox.world.links).toHaveLength(SHIPPED.links);
    const own = results().filter((result) => result === 'own').length;
    expect(own).toBeGreaterThan(results().length / 2);
    expect(world.notes(world.epic())).toEqual([]);
  });
});

describe('the figures of the service', () => {
  it('show what GitLab still grants, and its requests about webhooks among the others', async () => {
    await launched();
    expect(await world.get('/metrics')).toContain('procession_gitlab_rate_limit 0');

    world.sandbox.limits.apiPerMinute = 600;
    await world.sweep();

    const metrics = await world.get('/metrics');
    expect(metrics).toContain('procession_gitlab_rate_limit 600');
    expect(metrics).toMatch(/procession_gitlab_rate_limit_remaining 5[89]\d/u);
    expect(metrics).toMatch(/route="\/projects\/:id\/hooks",status="200"/u);
  });
});

describe('the sweep of the service', () => {
  it('finds what no webhook told, as often as it is asked within one interval', async () => {
    await launched();
    for (let time = 1; time <= 2; time += 1) {
      world.by('eli').close(world.issue('kick-off'));
      await world.sweep();
      expect(world.issue('kick-off').state).toBe('opened');
    }
  });

  it('looks at once for what was lost when GitLab reaches us again', async () => {
    await launched({ token: ({ seed }) => seed.ada.token });
    const hook = addHook(world, { failures: 40, disabledUntil: '2026-01-01T00:00:00.000Z' });
    const swept = (): number => world.log.filter(({ message }) => message === 'swept').length;
    expect(swept()).toBe(1);
    world.by('eli').close(world.issue('kick-off'));
    await world.quiet();
    expect(world.sandbox.world.deliveries).toEqual([]);

    world.pass();
    await expect.poll(swept, { timeout: 10_000 }).toBe(3);
    await world.quiet();

    expect(hook).toMatchObject({ failures: 0, disabledUntil: null });
    expect(world.issue('kick-off').state).toBe('opened');
    const metrics = await world.get('/metrics');
    expect(metrics).toContain('procession_webhook_state{state="ok"} 1');
    expect(metrics).toContain('procession_webhook_repairs_total{kind="enabled"} 1');
  });

  it('knows after a restart which engagements are paused', async () => {
    // Only reversals within ten seconds pause, and on a busy machine a sweep takes longer: this clock moves when it is read.
    let ms = Date.now();
    await launched({ now: () => new Date((ms += 1)) });
    for (let time = 1; time <= 4; time += 1) {
      world.by('eli').close(world.issue('kick-off'));
      await world.sweep();
    }
    const paused = async (): Promise<unknown> => JSON.parse(await world.get('/readyz')).paused;
    expect(await paused()).toMatchObject([{ engagement: 'SOW-1042' }]);
    expect(await world.get('/metrics')).toContain('procession_engagements_paused 1');

    await world.restart();

    expect(await paused()).toEqual([{ engagement: 'SOW-1042', change: null }]);
    expect(await world.get('/metrics')).toContain('procession_engagements_paused 1');
  });
});

describe('a step that a pipeline does', () => {
  const process = aProcess({
    steps: [
      aStep('provision', {
        pipeline: { project: 'services/engagements', ref: 'main', variables: {} },
        body: 'By itself.\n',
      }),
    ],
    closeWhen: ['provision'],
  });

  async function started(): Promise<void> {
    world = await startComposed({ process });
    expect(await world.won(world.sow, 'deal-1')).toBe(202);
    await world.quiet();
    expect(world.sandbox.world.pipelines).toHaveLength(1);
  }

  it('starts with the launch, and its event closes step and epic at once', async () => {
    await started();
    addHook(world, { otherEvents: ['pipeline_events'] });
    endPipeline(world, 'success');
    await world.quiet();

    expect(world.issue('provision').state).toBe('closed');
    expect(world.epic().state).toBe('closed');
    expect(world.sandbox.world.pipelines).toHaveLength(1);
  });

  it('is seen by the next sweep where nobody listens to pipelines', async () => {
    await started();
    await world.sweep();
    endPipeline(world, 'success');
    await world.sweep();

    expect(world.issue('provision').state).toBe('closed');
    expect(world.epic().state).toBe('closed');
  });
});

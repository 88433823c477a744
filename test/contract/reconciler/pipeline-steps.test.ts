/** A step that a pipeline does: started once, its success closes, its failure is said, and it can be tried again. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { AppError } from '#domain/base/errors.ts';
import { DEFAULT_POLICY } from '#domain/base/settings.ts';
import { reconcile } from '#reconciler/loop/reconcile.ts';
import type { Pipeline } from '#sandbox/world.ts';
import { answerTo, reactionsTo, sayIn, settleIn } from '#test/support/commands.ts';
import { Crash, dyingAfter } from '#test/support/dying.ts';
import { type EngagementWorld, startLaunched } from '#test/support/engagement.ts';
import { doFirst, endPipeline, PROVISIONED, provisionedBy } from '#test/support/provisioned.ts';

let world: EngagementWorld;

async function start(): Promise<void> {
  world = await startLaunched({ process: PROVISIONED });
}

beforeEach(start);

afterEach(async () => {
  await world.close();
});

function pipelines(): readonly Pipeline[] {
  return world.sandbox.world.pipelines;
}

function only(): Pipeline {
  expect(pipelines()).toHaveLength(1);
  const [pipeline] = pipelines();
  if (pipeline === undefined) throw new Error('no pipeline');
  return pipeline;
}

function end(status: Pipeline['status'], pipeline: Pipeline = only()): void {
  endPipeline(world, status, pipeline);
}

async function begin(): Promise<void> {
  doFirst(world);
  await world.reconcile();
}

describe('becoming ready', () => {
  it('starts nothing before', () => {
    expect(pipelines()).toEqual([]);
    expect(world.issue('provision').description).toContain('**Blocked.**');
  });

  it('starts the pipeline once, with what the template names and never with money', async () => {
    await begin();

    expect(only()).toMatchObject({ ref: 'main', status: 'running', userId: world.seed.bot.user.id });
    expect(Object.fromEntries(only().variables.map(({ key, value }) => [key, value]))).toEqual({
      PROCESSION_RUN: 'SOW-1042/provision/1',
      PROCESSION_ENGAGEMENT: 'SOW-1042',
      PROCESSION_STEP: 'provision',
      CUSTOMER: world.sow.customer.name,
      RATE: '',
      TITLES: world.sow.deliverables?.map(({ title }) => title).join(','),
      SIZE: 'small',
    });
    expect(world.issue('provision').description).toContain('**Its pipeline does this step.**');
    expect(world.issue('provision').description).toMatch(/The pipeline \[#51001\]\(http:\S+\) is running\./);
    expect(world.epic().description).toContain('**provision**: its pipeline');
    await settleIn(world);
    only();
  });

  it('is given inputs where the template gives them, and no variables, which nobody may set there', async () => {
    await world.close();
    const inputs = { customer: { from: 'customer.name' }, rate: { from: 'billing.rate' }, nodes: 3 };
    world = await startLaunched({ process: provisionedBy({ inputs }) });
    world.seed.project.pipelineVariablesRole = null;
    world.seed.project.pipeline = {
      inputs: ['procession_run', 'customer', 'rate', 'nodes'],
      name: '$[[ inputs.procession_run ]]',
    };
    await begin();

    const given = {
      procession_run: 'SOW-1042/provision/1',
      customer: world.sow.customer.name,
      rate: '',
      nodes: 3,
    };
    expect(only()).toMatchObject({ name: 'SOW-1042/provision/1', variables: [], inputs: given });
    end('success');
    await world.reconcile();
    expect(world.issue('provision').state).toBe('closed');
  });

  it('asks GitLab for little', async () => {
    await begin();
    const before = world.sandbox.ledger.entries().length;
    await world.reconcile();

    const asked = world.sandbox.ledger.entries().slice(before);
    expect(asked.map(({ route }) => route).filter((route) => route.includes('pipeline'))).toEqual([
      'GET /projects/:id/pipelines/:pipeline_id',
    ]);
  });

  it('waits while the engagement is on hold', async () => {
    sayIn(world, 'mira', world.epic(), '/ps hold the budget is late');
    await settleIn(world);
    await begin();
    expect(pipelines()).toEqual([]);

    sayIn(world, 'mira', world.epic(), '/ps resume');
    await settleIn(world);
    only();
  });

  it('starts nothing for a step that people began too early, where they are only told', async () => {
    await world.close();
    const policy = { ...DEFAULT_POLICY, mode: 'warn' } as const;
    world = await startLaunched({ process: PROVISIONED, settings: { policy } });
    world.by('eli').label(world.issue('provision'), 'workflow::in progress');
    await world.reconcile();
    expect(pipelines()).toEqual([]);

    await begin();
    only();
  });

  it('starts nothing for a step that was waived', async () => {
    sayIn(world, 'mira', world.issue('provision'), '/ps waive the customer has an environment');
    await begin();
    await settleIn(world);

    expect(pipelines()).toEqual([]);
  });
});

describe('success', () => {
  it('closes the issue and records the evidence', async () => {
    await begin();
    end('success');
    await world.reconcile();

    const issue = world.issue('provision');
    expect(issue.state).toBe('closed');
    expect(issue.description).toMatch(/\| Environment \| http:\S+\/-\/pipelines\/51001 \|/);
    expect(issue.description).toMatch(/The pipeline \[#51001\]\(http:\S+\) succeeded on \d{4}-\d\d-\d\d\./);
    expect(world.state('provision')).toBe('workflow::done');
    expect(world.state('last')).toBe('workflow::ready');
    await settleIn(world);
    expect(world.notes(issue)).toEqual([]);
    only();
  });

  it('leaves what a person has written', async () => {
    await begin();
    const issue = world.issue('provision');
    const theirs = '| Environment | http://env.example.com |';
    world.by('eli').write(issue, issue.description.replace(/\| Environment \|.*\|/, theirs));
    end('success');
    await world.reconcile();

    expect(issue.state).toBe('closed');
    expect(issue.description).toContain(theirs);
  });

  it('closes once: who opens the issue again wants something else', async () => {
    await begin();
    end('success');
    await world.reconcile();
    world.by('eli').reopen(world.issue('provision'));
    await settleIn(world);

    expect(world.issue('provision').state).toBe('opened');
    expect(pipelines()).toHaveLength(1);
  });

  it('is needed: closing the issue by hand before does not count', async () => {
    await begin();
    world.by('eli').close(world.issue('provision'));
    await world.reconcile();

    const issue = world.issue('provision');
    expect(issue.state).toBe('opened');
    expect(world.notesOf(issue, 'closed-too-early')[0]?.body).toContain(
      'success of the pipeline of services/engagements',
    );
  });
});

describe('failure', () => {
  it('is said once, with the job, to who is on the step', async () => {
    await begin();
    end('failed');
    await settleIn(world);

    const issue = world.issue('provision');
    expect(issue.state).toBe('opened');
    const [note, ...more] = world.notesOf(issue, 'pipeline:1');
    expect(more).toEqual([]);
    expect(note?.body).toMatch(
      /^@eli The pipeline \[#51001\]\(\S+\) failed on \d{4}-\d\d-\d\d in the job \[provision\]\(\S+#job-61001\)\. So this step is not done\./,
    );
    expect(world.epic().description).toContain('**provision**: `eli`');
  });

  it('ends when somebody retries the pipeline in GitLab', async () => {
    await begin();
    end('failed');
    await world.reconcile();
    end('running');
    await world.reconcile();
    end('success');
    await settleIn(world);

    expect(world.issue('provision').state).toBe('closed');
    expect(world.notesOf(world.issue('provision'), 'pipeline:1')).toHaveLength(1);
  });

  it('ends with a new pipeline after /ps retry', async () => {
    await begin();
    end('failed');
    await world.reconcile();
    const note = sayIn(world, 'eli', world.issue('provision'), '/ps retry');
    await settleIn(world);

    expect(reactionsTo(world, note)).toEqual(['white_check_mark']);
    expect(pipelines()).toHaveLength(2);
    const [, second] = pipelines();
    expect(second?.variables).toContainEqual({ key: 'PROCESSION_RUN', value: 'SOW-1042/provision/2' });
    end('failed', second);
    await settleIn(world);
    expect(world.notesOf(world.issue('provision'), 'pipeline:2')).toHaveLength(1);
  });

  it('a /ps retry during a hold starts the pipeline when it goes on, and says so', async () => {
    await begin();
    end('failed');
    await world.reconcile();
    sayIn(world, 'mira', world.epic(), '/ps hold the budget is late');
    const note = sayIn(world, 'eli', world.issue('provision'), '/ps retry');
    await settleIn(world);
    expect(pipelines()).toHaveLength(1);
    expect(answerTo(world, world.issue('provision'), note)).toContain('this is done when somebody comments');

    sayIn(world, 'mira', world.epic(), '/ps resume');
    await settleIn(world);
    expect(pipelines()).toHaveLength(2);
  });

  it.each([
    ['eli', 'it has not been started', async () => {}, 'has not been started yet'],
    ['eli', 'it is still running', begin, 'is not over yet'],
    ['casey', 'the customer asks', begin, 'that takes the role manager'],
  ])('does not let %s retry when %s', async (who, _, prepare, why) => {
    await prepare();
    const before = pipelines().length;
    const note = sayIn(world, who, world.issue('provision'), '/ps retry');
    await settleIn(world);

    expect(answerTo(world, world.issue('provision'), note)).toContain(why);
    expect(pipelines()).toHaveLength(before);
  });

  it.each([
    ['canceled', 'was canceled on'],
    ['skipped', 'was skipped on'],
  ] as const)('tells of a pipeline that was %s', async (status, words) => {
    await begin();
    end(status);
    await settleIn(world);

    expect(world.notesOf(world.issue('provision'), 'pipeline:1')[0]?.body).toContain(words);
  });

  it('tells of one that is gone', async () => {
    await begin();
    world.sandbox.world.pipelines.splice(0);
    await settleIn(world);

    expect(world.notesOf(world.issue('provision'), 'pipeline:1')[0]?.body).toContain('was deleted');
  });

  it('tells of one that may not be seen any more, and everything else goes on', async () => {
    await begin();
    world.sandbox.faults.failNext({
      method: 'GET',
      route: '/projects/:id/pipelines/:pipeline_id',
      when: 'before',
      kind: 'status',
      status: 403,
      body: '{"message":"403 Forbidden"}',
    });
    await settleIn(world);

    expect(world.notesOf(world.issue('provision'), 'pipeline:1')[0]?.body).toContain('cannot be seen');
  });

  it('waits for a manual job', async () => {
    await begin();
    end('manual');
    await settleIn(world);

    expect(world.notes(world.issue('provision'))).toEqual([]);
    expect(world.issue('provision').description).toContain('waits for a manual job');
    expect(world.epic().description).toContain('**provision**: `eli`');
  });
});

describe('a refusal of GitLab', () => {
  it('is said with the way out, and everything else goes on', async () => {
    world.seed.project.pipelineVariablesRole = null;
    await begin();
    await settleIn(world);

    expect(pipelines()).toEqual([]);
    const body = world.notesOf(world.issue('provision'), 'pipeline:1')[0]?.body ?? '';
    expect(body).toContain('Insufficient permissions to set pipeline variables');
    expect(body).toContain('let the role Developer use pipeline variables');
    expect(world.state('first')).toBe('workflow::done');

    world.seed.project.pipelineVariablesRole = 30;
    sayIn(world, 'mira', world.issue('provision'), '/ps retry');
    await settleIn(world);
    only();
  });

  it('tells a ref that does not exist', async () => {
    world.seed.project.defaultBranch = 'trunk';
    await begin();

    expect(world.notesOf(world.issue('provision'), 'pipeline:1')[0]?.body).toContain('Reference not found');
  });
});

describe('exactly once', () => {
  it('also after a crash behind every call, from ready to done', async () => {
    let died = 0;
    for (let calls = 1; ; calls += 1) {
      await world.close();
      await start();
      doFirst(world);
      const engagement = world.sow.sow.number;
      const isOver = await reconcile(world.over(dyingAfter(world.connect(), calls)), engagement).then(
        () => true,
        (error: unknown) => {
          if (!(error instanceof Crash)) throw error;
          died += 1;
          return false;
        },
      );
      await reconcile(world.over(world.connect()), engagement);
      only();
      end('success');
      await settleIn(world);
      only();
      expect(world.state('provision')).toBe('workflow::done');
      if (isOver) break;
    }
    expect(died).toBeGreaterThan(8);
  });

  it('when the answer is lost, and when GitLab fails for a while', async () => {
    for (const kind of ['answer lost', 'unavailable'] as const) {
      await world.close();
      await start();
      const route = { method: 'POST', route: '/projects/:id/pipeline' };
      world.sandbox.faults.failNext(
        kind === 'answer lost'
          ? { ...route, when: 'after', kind: 'reset' }
          : { ...route, when: 'before', kind: 'status', status: 503 },
      );
      await begin().catch((error: unknown) => {
        if (!(error instanceof AppError)) throw error;
      });
      await settleIn(world);
      only();
    }
  });

  it('when two writers start it at the same moment', async () => {
    doFirst(world);
    const engagement = world.sow.sow.number;
    await Promise.all([
      reconcile(world.over(world.connect()), engagement),
      reconcile(world.over(world.connect()), engagement),
    ]);
    await settleIn(world);

    const alive = pipelines().filter(({ status }) => status === 'running');
    expect(alive).toHaveLength(1);
    expect(alive[0]?.id).toBe(Math.min(...pipelines().map(({ id }) => id)));
    expect(world.notes(world.issue('provision'))).toEqual([]);
  });
});

/** GitLab Free: a tracking issue stands for the epic. What is the same in every tier is in `life.test.ts`. */
import { afterEach, describe, expect, it } from 'vitest';
import { readManagedBlock } from '#domain/text/managed-block.ts';
import { parseMarker } from '#domain/text/marker.ts';
import { reconcile } from '#reconciler/loop/reconcile.ts';
import { sweep } from '#reconciler/work/sweep.ts';
import { createBench, GROUP, PROJECT } from '#sandbox/test/contract/client.ts';
import { aProcess } from '#test/support/builders.ts';
import { answerTo, COMMANDED, reactionsTo, sayIn, settleIn } from '#test/support/commands.ts';
import { type EngagementOptions, type EngagementWorld, startEngagement } from '#test/support/engagement.ts';
import { aReceiver, PLAIN_TOKEN, type TestReceiver } from '#test/support/receiver.ts';
import { readable } from '#test/support/records.ts';

let world: EngagementWorld;
let running: EngagementWorld | null = null;

async function start(options: EngagementOptions = {}): Promise<EngagementWorld> {
  world = await startEngagement({ tier: 'free', ...options });
  running = world;
  return world;
}

afterEach(async () => {
  await running?.close();
  running = null;
});

function spent(): { reads: number; writes: number; refused: number } {
  const { ledger } = world.sandbox;
  const entries = ledger.entries();
  const figures = {
    reads: ledger.reads().length,
    writes: ledger.writes().length,
    refused: entries.filter(({ status }) => status >= 400).length,
  };
  ledger.clear();
  return figures;
}

describe('comment commands on GitLab Free', () => {
  it('are followed on the tracking issue in words and on steps with a reaction, and wait while it is on hold', async () => {
    await start({ process: COMMANDED });
    await world.apply();
    const skipped = sayIn(world, 'mira', world.epic(), '/ps skip first there is nobody to choose');
    const refused = sayIn(world, 'gus', world.epic(), '/ps hold no money');
    await settleIn(world);
    expect(world.state('first')).toBe('workflow::waived');
    expect(world.state('second')).toBe('workflow::ready');
    expect(answerTo(world, world.epic(), skipped)).toContain('first is not to be done here');
    expect(answerTo(world, world.epic(), refused)).toContain('was not followed: only members');

    const approved = sayIn(world, 'mira', world.issue('second'), '/ps approve');
    sayIn(world, 'eli', world.epic(), '/ps add change-order More hours');
    await settleIn(world);
    await world.walk('second');
    expect(reactionsTo(world, approved)).toEqual(['white_check_mark']);
    expect(world.state('second')).toBe('workflow::done');
    expect(world.epic().description).toContain('More hours');

    sayIn(world, 'mira', world.epic(), '/ps hold they are away\n/ps due last 2027-02-01 they are away');
    await settleIn(world);
    expect(world.issue('last').dueDate).not.toBe('2027-02-01');
    sayIn(world, 'mira', world.epic(), '/ps resume');
    await settleIn(world);
    expect(world.issue('last').dueDate).toBe('2027-02-01');
  });
});

describe('a launch on GitLab Free', () => {
  it('makes one tracking issue with a task list, and relates every step to it', async () => {
    await start();

    expect((await world.apply()).kind).toBe('applied');

    const { issues, links, epics } = world.sandbox.world;
    const tracking = world.epic();
    expect(epics).toEqual([]);
    expect(world.labels(tracking)).toEqual(['SOW-1042', 'process::delivery', 'health::on track']);
    expect(new Set(links.map(({ type, sourceId }) => `${type} ${sourceId}`))).toEqual(
      new Set([`relates_to ${tracking.id}`]),
    );
    expect(links.map(({ targetId }) => targetId)).toEqual(
      issues.filter(({ id }) => id !== tracking.id).map(({ id }) => id),
    );
    expect(readManagedBlock(tracking.description)?.content).toContain(
      '- [ ] services/engagements#2 Assign an engineer · ready · `mira` · due 2026-11-24\n- [ ] services/engagements#3 ',
    );
  });

  it('asks for epics once and never for what the licence lacks', async () => {
    await start();

    await world.apply();

    expect(
      world.sandbox.ledger
        .entries()
        .filter(({ status }) => status >= 400)
        .map(({ route, status }) => [route, status]),
    ).toEqual([['GET /groups/:id/epics', 403]]);
  });

  it('costs at most 4 reads and no write when applied again, and one read when the process is warm', async () => {
    await start();
    await world.apply();
    spent();

    expect((await reconcile(world.over(world.connect()), 'SOW-1042')).kind).toBe('unchanged');
    expect(spent()).toEqual({ reads: 4, writes: 0, refused: 1 });
    expect((await world.reconcile()).kind).toBe('unchanged');
    expect(spent()).toMatchObject({ writes: 0, refused: 0 });
    expect((await world.reconcile()).kind).toBe('unchanged');
    expect(spent()).toEqual({ reads: 1, writes: 0, refused: 0 });
  });

  it('is not what a refused token means: nothing is launched a second time', async () => {
    await start({ tier: 'premium' });
    await world.apply();
    const issues = world.sandbox.world.issues.length;
    const refuse = (): void => {
      for (let n = 1; n <= 2; n += 1)
        world.sandbox.faults.failNext({ method: 'GET', nth: 1, when: 'before', kind: 'status', status: 403 });
    };

    refuse();
    const cold = world.over(world.connect());
    await expect(
      reconcile(cold, 'SOW-1042', { sow: world.sow, process: world.process.id }),
    ).rejects.toMatchObject({ status: 403 });
    world.sandbox.faults.clear();
    world.sandbox.faults.failNext({ method: 'GET', when: 'before', kind: 'status', status: 403 });
    await expect(world.apply()).rejects.toMatchObject({ status: 403 });

    expect(world.sandbox.world.issues).toHaveLength(issues);
  });

  it('is found by a sweep, in full and by what changed', async () => {
    await start();
    await world.apply();

    for (const options of [{}, { updatedAfter: '2020-01-01T00:00:00Z' }]) {
      world.by('eli').close(world.issue('kick-off'));
      const results = await sweep(world.deps, options);
      expect(results.map(({ engagement, outcome }) => [engagement, outcome.kind])).toEqual([
        ['SOW-1042', 'applied'],
      ]);
      expect(world.issue('kick-off').state).toBe('opened');
    }
  });

  it('goes on where GitLab takes no more relations', async () => {
    await start({ process: aProcess() });
    world.sandbox.faults.failNext({
      when: 'before',
      kind: 'status',
      status: 422,
      body: JSON.stringify({ message: 'This issue would exceed the maximum number of linked issues.' }),
      method: 'POST',
      route: '/projects/:id/issues/:iid/links',
    });

    const outcome = await world.apply();

    expect(outcome).toMatchObject({ kind: 'applied', warnings: [expect.stringContaining('100 relations')] });
    expect((await world.reconcile()).kind).toBe('unchanged');
  });

  it('puts the task list right when somebody ticks a step there instead of closing its issue', async () => {
    await start();
    await world.apply();
    const before = world.epic().description;

    world.sandbox.operations.toggleTask(world.sandbox.user('eli'), world.epic(), 0, true);
    expect(world.epic().description).not.toBe(before);
    await world.reconcile();

    expect(readable(world.epic().description)).toBe(readable(before));
    expect(world.issue('assign-engineer').state).toBe('opened');
  });
});

/** One of everything, whatever happened on the way. */
function expectOneOfEverything(): void {
  const { issues, links } = world.sandbox.world;
  const open = issues.filter(({ state }) => state === 'opened');
  const steps = open.map(({ description }) => parseMarker(description)?.step ?? 'tracking');
  expect(steps.toSorted()).toEqual(['first', 'last', 'second', 'talks', 'tracking']);
  const tracking = world.epic();
  for (const issue of open.filter(({ id }) => id !== tracking.id))
    expect(
      links.filter(({ sourceId, targetId }) => sourceId === tracking.id && targetId === issue.id),
    ).toHaveLength(1);
  expect(open.find(({ id }) => id === tracking.id)).toBeDefined();
}

describe('trouble during a launch on GitLab Free', () => {
  const faults = [
    ['502 after it was carried out', { when: 'after', kind: 'status', status: 502 }],
    ['429 without Retry-After', { when: 'before', kind: 'status', status: 429 }],
  ] as const;

  it.each(faults)(
    'at any request, %s: exactly one of everything',
    async (_, fault) => {
      await start({ process: aProcess() });
      await world.apply();
      const requests = world.sandbox.ledger.entries().length;
      for (let n = 1; n <= requests; n += 1) {
        await world.close();
        await start({ process: aProcess() });
        world.sandbox.faults.failAtRequest(n, fault);
        await world.apply().catch(() => null);
        await world.apply();
        expectOneOfEverything();
        spent();
        expect((await world.apply()).kind).toBe('unchanged');
        expect(spent().writes).toBe(0);
      }
    },
    60_000,
  );

  it('two writers end with one tracking issue; the double is closed with a note', async () => {
    await start({ process: aProcess() });
    const other = world.over(world.connect());
    const launch = { sow: world.sow, process: 'sample' };

    await Promise.allSettled([world.apply(), reconcile(other, 'SOW-1042', launch), world.apply()]);
    await world.apply();
    await world.apply();

    expectOneOfEverything();
  });
});

describe('tracking issues made by others', () => {
  function plant(username: string): void {
    const { description } = world.epic();
    world.sandbox.operations.createIssue(world.sandbox.user(username), world.seed.project.id, {
      title: 'Mine now',
      description,
      labels: ['SOW-1042', 'process::delivery'],
    });
  }

  it('are left alone beside ours, even when they are a perfect copy', async () => {
    await start();
    await world.apply();
    plant('gus');

    expect((await world.reconcile()).kind).toBe('unchanged');

    expect(world.sandbox.world.issues.at(-1)).toMatchObject({ title: 'Mine now', state: 'opened' });
  });

  it('stop an engagement that has no other, until their author is named as an earlier bot', async () => {
    await start();
    await world.apply();
    const foreign = { token: 'glpat-sandbox-mira' };
    const stranger = { ...world.over(world.connect(foreign)) };

    expect(await reconcile(stranger, 'SOW-1042')).toEqual({
      kind: 'out-of-reach',
      why: 'foreign',
      reference: 'services/engagements#1',
      author: 'procession-bot',
    });
    const settings = { ...stranger.settings, formerUsers: ['procession-bot'] };
    expect((await reconcile({ ...stranger, settings }, 'SOW-1042')).kind).toBe('unchanged');
  });
});

describe('webhooks on GitLab Free', () => {
  it('of the project tell of the tracking issue, also when its labels are gone; there are none of the group', async () => {
    let receiver: TestReceiver | undefined;
    const bench = createBench({
      tier: 'free',
      deliver: async (request) => (await receiver?.app.fetch(request)) ?? new Response(null, { status: 500 }),
    });
    receiver = aReceiver({ now: () => bench.clock.now.toISOString() });
    const owner = bench.as(bench.seed.ada.token);
    const hook = {
      url: 'https://receiver.test/webhooks/gitlab',
      issues_events: true,
      note_events: true,
      token: PLAIN_TOKEN,
    };
    expect((await owner('POST', `${GROUP}/hooks`, hook)).status).toBe(403);
    expect((await owner('POST', `${PROJECT}/hooks`, hook)).status).toBe(201);
    const marker = '<!-- procession:epic v1 SOW-1042 delivery -->';

    const issue = await owner('POST', `${PROJECT}/issues`, { title: 'Whole', description: marker });
    await owner('PUT', `${PROJECT}/issues/${issue.body.iid}`, { add_labels: 'SOW-1042' });
    await owner('POST', `${PROJECT}/issues/${issue.body.iid}/notes`, { body: 'Hello' });
    await bench.sandbox.settled();

    expect(receiver.kept.map(({ kind, engagement }) => `${kind} ${engagement}`)).toEqual([
      'wake SOW-1042',
      'wake SOW-1042',
      'note SOW-1042',
    ]);
  });
});

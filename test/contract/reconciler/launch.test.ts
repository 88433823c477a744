import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readManagedBlock } from '#domain/text/managed-block.ts';
import { reconcile } from '#reconciler/loop/reconcile.ts';
import { aProcess, aStep } from '#test/support/builders.ts';
import { type EngagementWorld, realProcess, sampleSow, startEngagement } from '#test/support/engagement.ts';
import { SHIPPED } from '#test/support/shipped.ts';

let world: EngagementWorld;

beforeEach(async () => {
  world = await startEngagement();
});

afterEach(async () => {
  await world.close();
});

/** Requests since the last call, as the sandbox's ledger saw them. */
function spent(): { reads: number; writes: number } {
  const { ledger } = world.sandbox;
  const figures = { reads: ledger.reads().length, writes: ledger.writes().length };
  ledger.clear();
  return figures;
}

/** Steps that this SOW does not have: another deployment, and what exists only when somebody asks. */
const ABSENT: ReadonlySet<string> = new Set([
  'intake-on-prem',
  'lesson',
  'risk',
  'after-action',
  'work-at-risk',
  'work-exception',
  'change-request',
  'deliverable',
]);

describe('launch', () => {
  it('turns a Closed Won SOW into an epic with one issue per step and a blocking link per predecessor', async () => {
    const outcome = await world.apply();

    expect(outcome.kind).toBe('applied');
    expect(world.labels(world.epic())).toEqual(
      expect.arrayContaining(['SOW-1042', 'process::delivery', 'health::on track']),
    );
    expect(world.sandbox.world.issues.map(({ epicId }) => epicId)).toEqual(
      Array.from({ length: SHIPPED.issues }, () => world.epic().id),
    );
    const step = (id: number): string | undefined =>
      world.process.steps.find(
        (candidate) => !ABSENT.has(candidate.id) && world.issue(candidate.id).id === id,
      )?.id;
    expect(
      world.sandbox.world.links
        .map(({ sourceId, targetId, type }) => `${step(sourceId)} ${type} ${step(targetId)}`)
        .toSorted(),
    ).toEqual(
      [
        'assign-engineer blocks welcome-email',
        'customer-sign-off blocks financial-wrap-up',
        'financial-wrap-up blocks money-received',
        'intake-aws blocks project-summary',
        'kick-off blocks intake-aws',
        'kick-off blocks internal-updates',
        'kick-off blocks project-calls',
        'project-summary blocks customer-sign-off',
        'project-summary blocks post-mortem',
        'welcome-email blocks kick-off',
      ].toSorted(),
    );
  });

  it('starts with the first step and the look back ready, and everything else blocked', async () => {
    await world.apply();

    expect(
      Object.fromEntries(
        world.process.steps.filter(({ id }) => !ABSENT.has(id)).map(({ id }) => [id, world.state(id)]),
      ),
    ).toEqual({
      'assign-engineer': 'workflow::ready',
      retrospective: 'workflow::ready',
      ...Object.fromEntries(
        [
          'welcome-email',
          'kick-off',
          'intake-aws',
          'project-calls',
          'internal-updates',
          'project-summary',
          'customer-sign-off',
          'financial-wrap-up',
          'post-mortem',
          'money-received',
        ].map((id) => [id, 'workflow::blocked']),
      ),
    });
  });

  it('makes every label in the group, none in the project', async () => {
    await world.apply();

    expect(world.sandbox.world.labels.filter(({ projectId }) => projectId !== null)).toEqual([]);
  });

  it('shows in the epic who is waited for, with reference and due date', async () => {
    await world.apply();

    const block = readManagedBlock(world.epic().description)?.content ?? '';
    const { iid } = world.issue('assign-engineer');
    expect(block).toMatch(/^\*\*Waiting for\*\*\n/);
    expect(block).toContain(
      `\n\n- services/engagements#${iid} **Assign an engineer**: \`mira\`, due 2026-11-24\n`,
    );
  });

  it('tells the first assignee, and nobody else, that it is their turn', async () => {
    await world.apply();

    const mentioned = world.sandbox.world.todos.filter(({ action }) => action === 'mentioned');
    expect(mentioned.map(({ userId, target }) => [userId, target.id])).toEqual([
      [world.sandbox.user('mira').id, world.issue('assign-engineer').id],
    ]);
  });

  it('changes nothing when applied again, for at most 3 reads', async () => {
    await world.apply();
    const before = structuredClone(world.sandbox.world);
    spent();

    const outcome = await world.apply();

    expect(outcome.kind).toBe('unchanged');
    expect(spent()).toEqual({ reads: 2, writes: 0 });
    expect(world.sandbox.world).toEqual(before);
  });

  it('sends no parameter that GitLab does not know', async () => {
    await world.apply();

    expect(
      world.sandbox.ledger
        .entries()
        .flatMap(({ unknownParameters, route }) => unknownParameters.map((name) => `${route}: ${name}`)),
    ).toEqual([]);
  });

  it('launches nothing before the deal is won', async () => {
    const outcome = await world.apply({ sow: { ...world.sow, stage: 'negotiating' } });

    expect(outcome).toEqual({ kind: 'not-won', stage: 'negotiating', starts: ['closed_won'] });
    expect(spent().writes).toBe(0);
  });

  it('leaves out both intakes for a training without deployment and keeps the order', async () => {
    const training = await sampleSow('SOW-1044');
    await world.close();
    world = await startEngagement({ sow: training });

    await world.apply();

    expect(() => world.issue('intake-aws')).toThrow('nothing in the sandbox');
    expect(world.state('project-summary')).toBe('workflow::blocked');
  });

  it('says that a class is near, and gives no date behind it', async () => {
    const training = await sampleSow('SOW-1044');
    await world.close();
    const sow = {
      ...training,
      closed_won_on: '2026-11-27',
      dates: { start: '2026-12-03', end: '2026-12-04' },
    };
    world = await startEngagement({ sow, process: await realProcess('training') });
    await world.apply();

    const before = [
      'assign-trainer',
      'planning-meeting',
      'registration-links',
      'participant-list',
      'lab-access',
    ];
    expect(before.map((step) => world.issue(step).dueDate)).toEqual([
      '2026-12-01',
      '2026-12-01',
      '2026-12-02',
      '2026-12-02',
      '2026-12-02',
    ]);
    expect(world.epic().description).toMatch(
      /\*\*Short notice:\*\* the start is on 2026-12-03; due before it, in less time than usual: \S+ Planning meeting \(2026-12-01 instead of 2026-12-03\), .* Access to the labs \(2026-12-02 instead of 2026-12-08\)\. Begin at once/,
    );
    await world.apply({ sow: { ...sow, dates: { start: '2027-02-01', end: '2027-02-02' } } });
    expect(world.epic().description).not.toContain('Short notice');
  });

  it('writes no amounts into GitLab unless told to', async () => {
    const secret = 918_273;
    const sow = {
      ...world.sow,
      billing: { ...world.sow.billing, rate: secret, price: secret },
      opportunity: { ...world.sow.opportunity, amount: secret },
    };
    await world.apply({ sow });

    const everything = JSON.stringify(world.sandbox.world.epics) + JSON.stringify(world.sandbox.world.issues);
    const record = /procession:record v1 \S+ (\S+)/.exec(world.epic().description)?.[1] ?? '';
    expect(everything).not.toContain(String(secret));
    expect(Buffer.from(record, 'base64url').toString()).not.toContain(String(secret));
    expect(Buffer.from(record, 'base64url').toString()).toContain('SOW-1042');
  });
});

describe('cost of a launch', () => {
  /** Twelve steps and fourteen links, none of them implied by others: four blocked by the first, and pairs. */
  const steps = [
    aStep('a', { owner: 'manager' }),
    aStep('b', { after: [{ step: 'a', until: 'done' }] }),
    aStep('c', { after: [{ step: 'a', until: 'done' }] }),
    aStep('d', {
      after: [
        { step: 'b', until: 'done' },
        { step: 'c', until: 'done' },
      ],
    }),
    aStep('e', { after: [{ step: 'd', until: 'done' }] }),
    aStep('f', { after: [{ step: 'd', until: 'done' }] }),
    aStep('g', {
      after: [
        { step: 'e', until: 'done' },
        { step: 'f', until: 'done' },
      ],
    }),
    aStep('h', { after: [{ step: 'g', until: 'done' }] }),
    aStep('i', { after: [{ step: 'g', until: 'done' }] }),
    aStep('j', {
      after: [
        { step: 'h', until: 'done' },
        { step: 'i', until: 'done' },
      ],
    }),
    aStep('k', { after: [{ step: 'j', until: 'done' }] }),
    aStep('l', { after: [{ step: 'k', until: 'done' }] }),
  ];

  it('is at most steps, links and 5 requests once labels and people are known: the epic, written last, is read again', async () => {
    const process = aProcess({ steps, closeWhen: ['l'] });
    await world.close();
    world = await startEngagement({ process });
    await world.apply();
    const second = { ...world.sow, sow: { ...world.sow.sow, number: 'SOW-2000' } };
    const { links, issues } = world.sandbox.world;
    const [issuesBefore, linksBefore] = [issues.length, links.length];
    spent();

    await reconcile(world.deps, 'SOW-2000', { sow: second, process: 'sample' });

    const { reads, writes } = spent();
    expect({ issues: issues.length - issuesBefore, links: links.length - linksBefore }).toEqual({
      issues: 12,
      links: 14,
    });
    expect(reads + writes).toBeLessThanOrEqual(12 + 14 + 5);
  });

  it('of several at once in an empty group asks GitLab once for each label', async () => {
    world.sandbox.world.labels.length = 0;
    const numbers = ['SOW-2001', 'SOW-2002', 'SOW-2003', 'SOW-2004'];
    const sowOf = (number: string) => ({ ...world.sow, sow: { ...world.sow.sow, number } });
    spent();

    const outcomes = await Promise.all(
      numbers.map((number) => reconcile(world.deps, number, { sow: sowOf(number), process: 'delivery' })),
    );

    expect(outcomes.map(({ kind }) => kind)).toEqual(numbers.map(() => 'applied'));
    const { labels } = world.sandbox.world;
    expect(labels.length).toBeGreaterThan(20);
    expect(new Set(labels.map(({ name }) => name)).size).toBe(labels.length);
    expect(world.sandbox.ledger.byRoute()['POST /groups/:id/labels']).toBe(labels.length);
  });

  it('is at most steps, links and 8 requests for the AWS sample, cold but for its labels', async () => {
    await world.apply();
    spent();
    const { issues, links } = world.sandbox.world;
    const made = issues.length + links.length;
    const second = { ...world.sow, sow: { ...world.sow.sow, number: 'SOW-2000' } };
    await reconcile(world.over(world.connect()), 'SOW-2000', { sow: second, process: 'delivery' });

    const { reads, writes } = spent();
    expect(issues.length + links.length).toBe(2 * made);
    expect(reads + writes).toBeLessThanOrEqual(made + 8);
  });
});

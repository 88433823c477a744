/** A fixed-price engagement: an issue for each deliverable, an acceptance for each milestone. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Sow } from '#domain/sow/sow.ts';
import { aDoneWhen, aProcess, aSow, aStep } from '#test/support/builders.ts';
import { type EngagementWorld, startEngagement } from '#test/support/engagement.ts';

let world: EngagementWorld;

const FIXED = { type: 'fixed' } as const;
const PROCESS = aProcess({
  steps: [
    aStep('first', { owner: 'manager' }),
    aStep('deliverable', {
      title: 'Deliverable',
      after: [{ step: 'first', until: 'done' }],
      due: [{ from: 'sow_end', working_days: -5 }],
      when: FIXED,
      each: { of: 'deliverables' },
      done_when: aDoneWhen({ evidence: [{ field: 'Shown on', kind: 'date', required: true }] }),
      body: [
        '{{#item.title}}Build {{item.title}}, accepted when {{item.acceptance_criteria}}.{{/item.title}}',
        '{{^item.title}}{{#deliverables}}* {{title}}\n{{/deliverables}}{{/item.title}}',
        '- [ ] Shown to the customer',
        '',
        '{{> evidence}}',
      ].join('\n'),
    }),
    aStep('sign-off', {
      title: 'Customer sign-off',
      after: [{ step: 'deliverable', until: 'done' }],
      due: [{ from: 'sow_end', working_days: 5 }],
      each: { of: 'milestones', when: FIXED },
      done_when: aDoneWhen({
        evidence: [
          { field: 'Sent on', kind: 'date', required: true },
          { field: 'How accepted', kind: 'choice', choices: ['signed', 'passive'], required: true },
        ],
        acceptance: { sent: 'Sent on', fills: ['How accepted'] },
      }),
      body: '{{#item.deliverables}}* {{title}}\n{{/item.deliverables}}\n\n- [ ] Sent\n\n{{> evidence}}\n',
    }),
    aStep('last', {
      after: [{ step: 'sign-off', until: 'done' }],
      due: [{ from: 'sign-off', working_days: 2 }],
    }),
  ],
});

const D1 = {
  id: 'D1',
  title: 'Design of the @all platform',
  acceptance_criteria: 'Reviewed',
  milestone: 'M1',
};
const D2 = { id: 'D2', title: 'First region', acceptance_criteria: 'Failover shown', milestone: 'M2' };
const D3 = { id: 'D3', title: 'Second region', acceptance_criteria: 'Restore shown', milestone: 'M2' };

function sowWith(...deliverables: Sow['deliverables']): Sow {
  return aSow({ type: 'fixed', deliverables, dates: { start: '2026-11-09', end: '2026-12-18' } });
}

async function start(sow: Sow): Promise<{ readonly warnings: readonly string[] }> {
  world = await startEngagement({ process: PROCESS, sow, now: () => new Date('2026-11-20T12:00:00Z') });
  const outcome = await world.apply();
  return { warnings: outcome.kind === 'applied' ? outcome.warnings : [] };
}

function titles(): readonly string[] {
  return world.sandbox.world.issues
    .filter(({ description }) => description.includes('procession:step'))
    .map(({ title }) => title)
    .toSorted();
}

afterEach(async () => {
  await world.close();
});

describe('each: deliverables', () => {
  beforeEach(async () => {
    await start(sowWith(D1, D2, D3));
  });

  it('makes an issue for each, known by its id, with the words of its own item', () => {
    expect(titles()).toEqual([
      'Customer sign-off: M1 (SOW-1)',
      'Customer sign-off: M2 (SOW-1)',
      'Deliverable: D1 Design of the all platform (SOW-1)',
      'Deliverable: D2 First region (SOW-1)',
      'Deliverable: D3 Second region (SOW-1)',
      'first (SOW-1)',
      'last (SOW-1)',
    ]);
    expect(world.issue('deliverable/d3').description).toContain(
      'Build Second region, accepted when Restore shown.',
    );
    expect(world.issue('deliverable/d3').description).not.toContain('First region');
    expect(world.labels(world.issue('deliverable/d3'))).toEqual(
      expect.arrayContaining(['step::deliverable', 'role::engineer', 'workflow::blocked', 'SOW-1']),
    );
    expect(world.epic().description).toContain('Deliverable: D3 Second region');
  });

  it('holds what comes after until all are done, each with its own evidence', async () => {
    await world.walk('first', 'deliverable/d1', 'deliverable/d2');

    expect(world.state('sign-off/m2')).toBe('workflow::blocked');
    world.by('eli').close(world.issue('deliverable/d3'));
    await world.reconcile();
    expect(world.issue('deliverable/d3').state).toBe('opened');
    expect(world.notesOf(world.issue('deliverable/d3'), 'closed-too-early')[0]?.body).toContain('Shown on');

    await world.walk('deliverable/d3');
    expect(world.state('sign-off/m1')).toBe('workflow::ready');
    expect(world.state('last')).toBe('workflow::blocked');
    await world.walk('sign-off/m1', 'sign-off/m2');
    expect(world.state('last')).toBe('workflow::ready');
  });

  it('makes one more for an item that a change adds, and nothing else', async () => {
    const before = new Set(world.sandbox.world.issues.map(({ id }) => id));

    await world.apply({ sow: sowWith(D1, D2, D3, { id: 'D4', title: 'Training', milestone: 'M2' }) });

    const made = world.sandbox.world.issues.filter(({ id }) => !before.has(id));
    expect(made.map(({ title }) => title)).toEqual(['Deliverable: D4 Training (SOW-1)']);
    world.sandbox.ledger.clear();
    await world.reconcile();
    expect(world.sandbox.ledger.writes()).toEqual([]);
  });

  it('knows an item by its id, whatever place and title it has', async () => {
    const { id } = world.issue('deliverable/d2');
    const count = world.sandbox.world.issues.length;

    await world.apply({ sow: sowWith(D3, { ...D2, title: 'Region one' }, D1) });

    expect(world.issue('deliverable/d2').id).toBe(id);
    expect(world.sandbox.world.issues).toHaveLength(count);
  });

  it('retires what is dropped, with a word, and opens it again when it comes back', async () => {
    await world.apply({ sow: sowWith(D1, D2) });

    const dropped = world.issue('deliverable/d3');
    expect(dropped.state).toBe('closed');
    expect(world.labels(dropped)).toContain('workflow::retired');
    expect(world.notesOf(dropped, 'not-asked-for')[0]?.body).toContain('closed as retired');
    world.sandbox.ledger.clear();
    await world.reconcile();
    expect(world.sandbox.ledger.writes()).toEqual([]);

    world.by('eli').reopen(dropped);
    await world.reconcile();
    expect(world.issue('deliverable/d3').state).toBe('opened');
    world.by('eli').close(dropped);
    await world.apply({ sow: sowWith(D1, D2, D3) });
    expect(world.issue('deliverable/d3').state).toBe('opened');
    expect(world.state('deliverable/d3')).toBe('workflow::blocked');
  });

  it('leaves done what is done when its item is dropped, and knows so when it comes back', async () => {
    await world.walk('first', 'deliverable/d3');
    await world.apply({ sow: sowWith(D1, D2) });

    expect(world.state('deliverable/d3')).toBe('workflow::done');
    world.by('eli').write(world.issue('deliverable/d3'), 'Nothing of the template is left.');
    await world.apply({ sow: sowWith(D1, D2, D3) });
    expect(world.issue('deliverable/d3').state).toBe('closed');
  });
});

describe('one issue with a list', () => {
  it.each([
    ['a deliverable has no id', sowWith(D1, { title: 'Second' })],
    ['two have one id', sowWith(D1, { ...D2, id: 'd1' })],
    [
      'there are more than 40',
      sowWith(...Array.from({ length: 41 }, (_, index) => ({ id: `D${index}`, title: `Part ${index}` }))),
    ],
  ])('is there where %s', async (_, sow) => {
    const { warnings } = await start(sow);

    expect(warnings).toEqual([expect.stringContaining('deliverable: one issue with a list')]);
    expect(titles().filter((title) => title.startsWith('Deliverable'))).toEqual(['Deliverable (SOW-1)']);
    expect(world.issue('deliverable').description).toContain(`* ${sow.deliverables[1]?.title}`);
  });

  it('stays in an engagement that began with it', async () => {
    await start(sowWith(D1, { title: 'Second' }));

    await world.apply({ sow: sowWith(D1, { id: 'D2', title: 'Second' }) });

    expect(titles().filter((title) => title.startsWith('Deliverable'))).toEqual(['Deliverable (SOW-1)']);
    expect(world.issue('deliverable').state).toBe('opened');
  });

  it('is what time and material has', async () => {
    await start(aSow({ deliverables: [D1, D2] }));

    expect(titles()).toEqual(['Customer sign-off (SOW-1)', 'first (SOW-1)', 'last (SOW-1)']);
  });
});

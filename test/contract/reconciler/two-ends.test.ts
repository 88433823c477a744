/** An engagement closes when the work is accepted, and is completed when the money is there. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { command as report } from '#cli/commands/report.ts';
import { aProcess, aSow, aStep } from '#test/support/builders.ts';
import { runCommand } from '#test/support/cli.ts';
import { type EngagementWorld, startEngagement } from '#test/support/engagement.ts';

let world: EngagementWorld;
let now: Date;

const PROCESS = aProcess({
  steps: [
    aStep('first', { owner: 'manager', due: [{ from: 'closed_won', working_days: 2 }] }),
    aStep('sku-list', { owner: 'manager', when: { type: 't&m' } }),
    aStep('last', {
      after: [{ step: 'first', until: 'done' }],
      due: [{ from: 'first', working_days: 3 }],
    }),
    aStep('paid', {
      title: 'Money received',
      owner: 'finance',
      after: [{ step: 'last', until: 'done' }],
      due: [{ from: 'last', working_days: 25, real: true }],
      after_close: true,
    }),
  ],
});

async function launched(): Promise<void> {
  world = await startEngagement({
    process: PROCESS,
    sow: aSow(),
    now: () => now,
    settings: { roles: { manager: ['mira'], engineer: ['eli'], finance: ['noor'] } },
  });
  await world.apply();
}

/** Closes the first steps on the day, so that the epic closes. */
async function closeWork(day: string): Promise<void> {
  now = new Date(`${day}T12:00:00Z`);
  await world.walk('first', 'last');
}

async function reported(): Promise<{ readonly counts: object; readonly engagements: readonly object[] }> {
  const { stdout } = await runCommand(report, ['--json'], world.deps);
  return JSON.parse(stdout) as { counts: object; engagements: object[] };
}

beforeEach(async () => {
  now = new Date('2026-11-04T12:00:00Z');
  await launched();
});

afterEach(async () => {
  await world.close();
});

describe('the first end', () => {
  it('closes the epic with money open, and leaves the step after it open', async () => {
    expect(world.labels(world.epic()).filter((label) => label.startsWith('money::'))).toEqual([]);

    await closeWork('2026-11-12');

    expect(world.epic().state).toBe('closed');
    expect(world.labels(world.epic())).toContain('money::open');
    expect(world.issue('paid').state).toBe('opened');
    expect(world.state('paid')).toBe('workflow::ready');
    expect(world.issue('paid').description).toContain('@noor, nothing is in the way of this step');
    const block = world.epic().description;
    expect(block).toContain(
      '**Closed.** The work is finished and accepted. **Completed** when this is done:',
    );
    expect(block).toMatch(/\*\*Money received\*\*: `noor`, due 2026-12-17/);
    const [note] = world.notesOf(world.epic(), 'epic-completed');
    expect(note?.body).toContain('SOW-1 is **closed**');
    expect(note?.body.toLowerCase()).not.toContain('complete:');
  });

  it('counts as closed in the report, with the money open since', async () => {
    await closeWork('2026-11-12');

    const { counts, engagements } = await reported();

    expect(counts).toMatchObject({ running: 0, closed: 1, completed: 0, complete: 1 });
    expect(engagements[0]).toMatchObject({
      status: 'complete',
      closedOn: '2026-11-12',
      completedOn: '2026-11-12',
      money: 'open',
      waitingFor: [{ step: 'paid' }],
    });
  });

  it('reminds of the money when it is late, and of nothing else', async () => {
    await closeWork('2026-11-12');

    now = new Date('2026-12-21T10:00:00Z');
    await world.reconcile();

    expect(world.notesOf(world.issue('paid'), 'reminder')).toHaveLength(1);
    expect(world.notesOf(world.issue('sku-list'), 'reminder')).toHaveLength(0);
  });

  it('closes what nobody asks for any longer, so that it leaves the boards', async () => {
    await world.apply({ sow: aSow({ type: 'fixed' }) });
    expect(world.issue('sku-list').state).toBe('opened');

    await closeWork('2026-11-12');

    expect(world.issue('sku-list').state).toBe('closed');
    const [note] = world.notesOf(world.issue('sku-list'), 'not-asked-for');
    expect(note?.body).toContain('The engagement is closed by now, and this issue with it');
    world.by('mira').reopen(world.issue('sku-list'));
    await world.reconcile();
    expect(world.issue('sku-list').state).toBe('opened');
  });
});

describe('the second end', () => {
  it('completes the engagement with one comment, and a second run writes nothing', async () => {
    await closeWork('2026-11-12');
    now = new Date('2026-12-16T12:00:00Z');
    await world.walk('paid');

    expect(world.labels(world.epic()).filter((label) => label.startsWith('money::'))).toEqual([
      'money::completed',
    ]);
    expect(world.epic()).toMatchObject({ state: 'closed' });
    expect(world.epic().description).toContain('**Completed.**');
    expect(world.notesOf(world.epic(), 'money-completed')).toHaveLength(1);
    expect((await reported()).counts).toMatchObject({ closed: 1, completed: 1 });
    world.sandbox.ledger.clear();
    await world.reconcile();
    expect(world.sandbox.ledger.writes()).toEqual([]);
    expect(world.notesOf(world.epic(), 'money-completed')).toHaveLength(1);
  });

  it('is undone when somebody opens the step again, and the epic stays closed', async () => {
    await closeWork('2026-11-12');
    await world.walk('paid');

    world.by('noor').reopen(world.issue('paid'));
    await world.reconcile();

    expect(world.labels(world.epic())).toContain('money::open');
    expect(world.epic().state).toBe('closed');
  });

  it('does not come before the first: the money cannot be there before the work is accepted', async () => {
    world.by('noor').close(world.issue('paid'));
    await world.reconcile();

    expect(world.issue('paid').state).toBe('opened');
    expect(world.epic().state).toBe('opened');
  });
});

describe('the day on which the money is due', () => {
  it('counts from the planned end, then once from the real one', async () => {
    expect(world.issue('paid').dueDate).toBe('2026-12-16');

    await closeWork('2026-11-20');

    expect(world.issue('paid').dueDate).toBe('2026-12-25');
    world.sandbox.ledger.clear();
    await world.reconcile();
    expect(world.sandbox.ledger.writes()).toEqual([]);
  });

  it('stays where a person has set it', async () => {
    const { sandbox } = world;
    sandbox.operations.updateIssue(sandbox.user('noor'), world.issue('paid'), { dueDate: '2027-01-29' });
    await world.reconcile();

    await closeWork('2026-11-20');

    expect(world.issue('paid').dueDate).toBe('2027-01-29');
  });
});

/** A label that approves: who set it counts, not that it is there. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { aDoneWhen, aProcess, aStep } from '#test/support/builders.ts';
import { sayIn, settleIn } from '#test/support/commands.ts';
import { type EngagementWorld, startEngagement, startLaunched } from '#test/support/engagement.ts';
import { withForged } from '#test/support/records.ts';

const LABEL = 'approved::legal';
const approval = { role: 'manager', count: 1, self: false, label: LABEL, expires_working_days: 5 };
const PROCESS = aProcess({
  steps: [aStep('only', { done_when: aDoneWhen({ approval }) }), aStep('other')],
  closeWhen: ['only'],
});

/** A Wednesday. */
const LAUNCH = '2026-11-04T10:00:00Z';
let now: Date;
let world: EngagementWorld;

beforeEach(async () => {
  now = new Date(LAUNCH);
  world = await startLaunched({ process: PROCESS, now: () => now });
});

afterEach(async () => {
  await world.close();
});

function set(username: string): void {
  world.by(username).label(world.issue('only'), LABEL);
}

function takeOff(username: string): void {
  world.sandbox.operations.updateIssue(world.sandbox.user(username), world.issue('only'), {
    removeLabels: [LABEL],
  });
}

/** Everything else done, closed by the engineer. */
async function close(): Promise<string> {
  await world.walk('only');
  await settleIn(world);
  return world.issue('only').state;
}

function asked(): number {
  const { ledger } = world.sandbox;
  const times = ledger.reads().filter(({ route }) => route.includes('resource_label_events')).length;
  ledger.clear();
  return times;
}

describe('an approval by label', () => {
  it('counts when somebody of the role set it, and says who', async () => {
    set('mira');
    await settleIn(world);
    expect(world.issue('only').description).toContain('Approved by mira on 2026-11-04');

    expect(await close()).toBe('closed');
    expect(world.epic().state).toBe('closed');
  });

  it.each(['eli', 'casey', 'ada'])('counts for nothing when %s set it', async (username) => {
    set(username);

    expect(await close()).toBe('opened');
    // Words of a template stand in notes with a word joiner where Markdown or GitLab might read something into them.
    const said = world.notesOf(world.issue('only'), 'closed-too-early')[0]?.body.replaceAll('\u2060', '');
    expect(said).toContain(`to comment /ps approve or to set the label "${LABEL}"`);
  });

  describe('by a label that got the name later', () => {
    /** `urgent`, set by the manager for its own sake, is renamed by somebody else into the label that approves. */
    async function rename(): Promise<void> {
      const { labels } = world.sandbox.world;
      const old = labels.find(({ name }) => name === LABEL);
      if (old !== undefined) old.name = 'approved-before';
      const urgent = labels.find(({ name }) => name === 'urgent');
      if (urgent === undefined) throw new Error('nobody has set the label');
      urgent.name = LABEL;
    }

    async function groupLabel(name: string): Promise<void> {
      const made = await world.sandbox.fetch(
        new Request(`${world.sandbox.world.baseUrl}/api/v4/groups/services/labels`, {
          method: 'POST',
          headers: { 'PRIVATE-TOKEN': world.seed.bot.token, 'content-type': 'application/json' },
          body: JSON.stringify({ name, color: '#112233' }),
        }),
      );
      expect(made.status).toBe(201);
    }

    it.each([['which the group had'], ['which nobody had made']])(
      'counts for nothing in place of one %s, until it is set afresh',
      async (which) => {
        await world.close();
        world = await startEngagement({ process: PROCESS, now: () => now });
        if (which === 'which the group had') await groupLabel(LABEL);
        await groupLabel('urgent');
        await world.apply();
        const only = world.issue('only');
        const mira = world.sandbox.user('mira');
        const event = world.by('mira');
        // Where nobody had made the label, only what was set before the launch was seen can be told apart.
        if (which === 'which nobody had made') now = new Date(Date.parse(LAUNCH) - 60_000);
        event.label(only, 'urgent');
        now = new Date(Date.parse(LAUNCH) + 60_000);
        await rename();

        expect(await close()).toBe('opened');

        now = new Date(Date.parse(LAUNCH) + 120_000);
        world.sandbox.operations.updateIssue(mira, only, { removeLabels: [LABEL] });
        await settleIn(world);
        now = new Date(Date.parse(LAUNCH) + 180_000);
        set('mira');
        expect(await close()).toBe('closed');
      },
    );
  });

  it('is taken back with the label', async () => {
    set('mira');
    await settleIn(world);
    takeOff('eli');
    await settleIn(world);
    expect(world.issue('only').description).not.toContain('Approved by');

    expect(await close()).toBe('opened');
  });

  it('is asked for again when the step is closed: another may have set the label since', async () => {
    set('mira');
    await settleIn(world);
    takeOff('eli');
    set('eli');

    expect(await close()).toBe('opened');
  });

  it('is not for who does the step', async () => {
    const { id } = world.sandbox.user('mira');
    world.sandbox.operations.updateIssue(world.sandbox.user('ada'), world.issue('only'), {
      assigneeIds: [id],
    });
    set('mira');

    expect(await close()).toBe('opened');
  });

  it('is not for who has left the project', async () => {
    set('mira');
    world.seed.group.members.delete(world.sandbox.user('mira').id);

    expect(await close()).toBe('opened');
  });

  it('expires; setting the label anew renews it', async () => {
    set('mira');
    await settleIn(world);
    now = new Date('2026-11-18T10:00:00Z');
    expect(await close()).toBe('opened');

    takeOff('mira');
    await settleIn(world);
    set('mira');
    expect(await close()).toBe('closed');
  });

  it('cannot be forged into the record of the epic', async () => {
    const given = { by: 'mira', byId: world.sandbox.user('mira').id, on: '2026-11-04', note: null };
    const approvals = ['only', 'other'].map((step) => ({ step, ...given }));
    sayIn(world, 'mira', world.epic(), '/ps status');
    set('eli');
    await settleIn(world);
    const epic = world.epic();
    epic.description = withForged(epic, (record) => ({
      ...record,
      rulings: { ...record.rulings, approvals },
    }));

    expect(await close()).toBe('opened');
  });

  it('outlives the label once the step is done', async () => {
    set('mira');
    await close();
    takeOff('eli');
    await settleIn(world);

    expect(world.issue('only').state).toBe('closed');
  });

  it('costs one request when the label is new, one when the step is closed, and none otherwise', async () => {
    await settleIn(world);
    expect(asked()).toBe(0);
    set('mira');
    await world.reconcile();
    expect(asked()).toBe(1);
    await world.reconcile();
    expect(asked()).toBe(0);
    await world.walk('only');
    expect(asked()).toBe(1);
    await world.reconcile();
    expect(asked()).toBe(0);
  });
});

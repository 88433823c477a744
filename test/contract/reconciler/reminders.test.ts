/** Days that pass over one engagement: who is reminded when, and who is left in peace. */
import { afterEach, describe, expect, it } from 'vitest';
import { DEFAULT_CALENDAR } from '#domain/base/calendar.ts';
import { DEFAULT_REMINDERS, type Settings } from '#domain/base/settings.ts';
import type { Step } from '#domain/process/process.ts';
import type { Sow } from '#domain/sow/sow.ts';
import { fillCells, tickAll } from '#domain/text/fill-in.ts';
import { parseMarker } from '#domain/text/marker.ts';
import { LOOK_EVERYWHERE } from '#reconciler/loop/comment-look.ts';
import { childrenOf } from '#sandbox/ordering.ts';
import type { Epic, Issue } from '#sandbox/world.ts';
import { aDoneWhen, aProcess, aSow, aStep } from '#test/support/builders.ts';
import { type EngagementWorld, realProcess, sampleSow, startLaunched } from '#test/support/engagement.ts';

/** A Wednesday, the day of Closed Won. */
const LAUNCH = '2026-11-04T10:00:00Z';
/** Looked at before work, at its beginning and after it. */
const LOOKS = ['08:59', '09:00', '17:00'];

let now = new Date(LAUNCH);
let world: EngagementWorld;

afterEach(async () => {
  await world.close();
});

async function begin(
  steps: readonly Step[],
  options: { settings?: Partial<Settings>; sow?: Sow } = {},
): Promise<void> {
  now = new Date(LAUNCH);
  const process = aProcess({ steps, closeWhen: steps.slice(-1).map(({ id }) => id) });
  world = await startLaunched({ sow: aSow(), process, now: () => now, ...options });
}

const due = (working_days: number): Partial<Step> => ({ due: [{ from: 'closed_won', working_days }] });
const after = (...steps: readonly string[]): Partial<Step> => ({
  after: steps.map((step) => ({ step, until: 'done' })),
});

interface Said {
  readonly at: string;
  readonly kind: 'new' | 'edited';
  readonly step: string;
  readonly body: string;
}

/** Every reminder that was written or edited until the date is over; fails when a second look at the same moment writes. */
async function live(until: string): Promise<readonly Said[]> {
  const said: Said[] = [];
  const first = now;
  for (let day = now.toISOString().slice(0, 10); day <= until; day = nextDay(day)) {
    for (const time of LOOKS) {
      const at = new Date(`${day}T${time}:00Z`);
      if (at < first) continue;
      now = at;
      const before = notesNow();
      await world.reconcile();
      said.push(...differences(before));
      world.sandbox.ledger.clear();
      await world.reconcile();
      expect(world.sandbox.ledger.writes().map(({ route }) => `${now.toISOString()} ${route}`)).toEqual([]);
    }
  }
  return said;
}

function nextDay(day: string): string {
  return new Date(Date.parse(`${day}T00:00:00Z`) + 86_400_000).toISOString().slice(0, 10);
}

function notesNow(): ReadonlyMap<string, string> {
  return new Map(
    childrenOf(world.sandbox.world, world.epic()).flatMap((issue) =>
      world
        .notes(issue)
        .filter(({ body }) => /procession:note (reminder|acceptance) /.test(body))
        .map(({ id, body }) => [`${parseMarker(issue.description)?.step}/${id}`, body] as const),
    ),
  );
}

function differences(before: ReadonlyMap<string, string>): readonly Said[] {
  return [...notesNow()].flatMap(([key, body]): Said[] => {
    const [step = ''] = key.split('/');
    const earlier = before.get(key);
    if (earlier === body) return [];
    return [
      { at: now.toISOString().slice(0, 16), kind: earlier === undefined ? 'new' : 'edited', step, body },
    ];
  });
}

function inShort(said: readonly Said[]): readonly string[] {
  return said.map(({ at, kind, step, body }) => {
    const told = [...body.matchAll(/@\w+/g)].map(([user]) => ` ${user}`).join('');
    return `${at} ${kind} ${step}${told}`;
  });
}

async function say(username: string, item: Issue | Epic, body: string): Promise<void> {
  world.sandbox.operations.createNote(world.sandbox.user(username), item, body);
  await world.reconcile({ comments: LOOK_EVERYWHERE });
}

function todosOf(username: string, step: string): number {
  const { id } = world.sandbox.user(username);
  return world.sandbox.world.todos.filter(
    ({ userId, action, target }) =>
      userId === id &&
      action === 'mentioned' &&
      target.kind === 'issue' &&
      target.id === world.issue(step).id,
  ).length;
}

describe('reminders', () => {
  it('come before the due date, after it and then to the manager, as one comment edited in place', async () => {
    await begin([aStep('first', due(2)), aStep('last', after('first'))]);

    const said = await live('2026-11-20');

    expect(inShort(said)).toEqual([
      '2026-11-05T09:00 new first',
      '2026-11-09T09:00 edited first @eli',
      '2026-11-11T09:00 edited first @mira @eli',
    ]);
    expect(world.notes(world.issue('first'))).toHaveLength(1);
    expect(said[0]?.body).toContain('This step is due on 2026-11-06, and nobody has started it (`eli`).');
    expect(said[1]?.body).toContain('This step was due on 2026-11-06 and is still open.');
    expect(todosOf('mira', 'first')).toBe(1);
  });

  it('do not come to a step that was given today, nor to one that is worked on in time', async () => {
    await begin([aStep('first', due(1)), aStep('last', after('first'))]);
    world.by('eli').label(world.issue('first'), 'workflow::in progress');

    expect(await live('2026-11-05')).toEqual([]);
  });

  it('leave a well-behaved engagement alone: becoming ready shortly before the due date is told once, in the text', async () => {
    await begin([
      aStep('first', due(3)),
      aStep('second', { ...after('first'), ...due(3) }),
      aStep('last', after('second')),
    ]);
    const first = await live('2026-11-05');
    now = new Date('2026-11-06T10:00:00Z');
    await world.walk('first');

    const said = await live('2026-11-09');

    expect(first).toEqual([]);
    expect(inShort(said)).toEqual([]);
    now = new Date('2026-11-09T18:00:00Z');
    await world.walk('second', 'last');
    expect(world.epic().state).toBe('closed');
    expect(world.sandbox.world.notes.filter(({ system }) => !system)).toHaveLength(1);
  });

  it('say nothing on a blocked step: who holds it up is told, with what waits', async () => {
    await begin([
      aStep('first'),
      aStep('middle', after('first')),
      aStep('last', { ...after('middle'), ...due(2) }),
    ]);

    const said = await live('2026-11-09');

    expect(inShort(said)).toEqual(['2026-11-09T09:00 new first @eli']);
    expect(said[0]?.body).toContain('This step is open, and others wait for it.');
    expect(said[0]?.body).toMatch(/- #\d+ last, due 2026-11-06/);
  });

  it('are silent about a step that waits for somebody outside, until the manager is told', async () => {
    await begin([aStep('first', due(2)), aStep('last', after('first'))]);
    world.by('eli').label(world.issue('first'), 'workflow::waiting');

    const said = await live('2026-11-16');

    expect(inShort(said)).toEqual(['2026-11-11T09:00 new first @mira @eli']);
    expect(said[0]?.body).toContain('It waits for somebody outside the team (`workflow::waiting`).');
  });

  it('keep to the working hours, holidays and quiet days of the calendar', async () => {
    const settings = {
      calendar: {
        ...DEFAULT_CALENDAR,
        timeZone: 'Europe/Berlin',
        holidays: ['2026-11-09'],
        workingHours: { from: '10:00', to: '16:00' },
      },
      reminders: { ...DEFAULT_REMINDERS, quiet: [{ from: '2026-11-10', to: '2026-11-12' }] },
    };
    await begin([aStep('first', due(2)), aStep('last', after('first'))], { settings });

    expect(inShort(await live('2026-11-18'))).toEqual([
      '2026-11-05T09:00 new first',
      '2026-11-13T09:00 edited first @eli',
      '2026-11-17T09:00 edited first @mira @eli',
    ]);
  });

  it('are silenced by a snooze and by a hold, and go on afterwards', async () => {
    await begin([aStep('first', due(2)), aStep('last', after('first'))]);
    await say('eli', world.issue('first'), '/ps snooze 4 working days');
    const snoozed = await live('2026-11-10');
    const told = await live('2026-11-11');
    await say('mira', world.epic(), '/ps hold the customer moves house');
    const held = await live('2026-11-13');
    await say('mira', world.epic(), '/ps resume');
    const resumed = await live('2026-11-15');

    expect(inShort(snoozed)).toEqual([]);
    expect(inShort(told)).toEqual(['2026-11-11T09:00 new first @eli']);
    expect(inShort(held)).toEqual([]);
    expect(inShort(resumed)).toEqual([]);
    expect(inShort(await live('2026-11-16'))).toEqual(['2026-11-16T09:00 edited first @mira @eli']);
  });

  it('start again when the due date is moved', async () => {
    await begin([aStep('first', due(2)), aStep('last', after('first'))]);
    await live('2026-11-09');
    await say('mira', world.issue('first'), '/ps due 2026-11-13 the customer asked for it');

    const said = await live('2026-11-16');

    expect(inShort(said)).toEqual(['2026-11-12T09:00 edited first', '2026-11-16T09:00 edited first @eli']);
    expect(world.notesOf(world.issue('first'), 'reminder')).toHaveLength(1);
  });

  it('are no more than the cap in a day, the most urgent first, the rest on the next', async () => {
    const steps = ['a', 'b', 'c', 'd', 'e'].map((id) => aStep(id, due(2)));
    await begin([...steps, aStep('last', after('a', 'b', 'c', 'd', 'e'))]);

    const said = await live('2026-11-06');

    expect(inShort(said)).toEqual([
      '2026-11-05T09:00 new a',
      '2026-11-05T09:00 new b',
      '2026-11-05T09:00 new c',
      '2026-11-06T09:00 new d',
      '2026-11-06T09:00 new e',
    ]);
  });

  it('are off when the settings say so', async () => {
    const settings = { reminders: { ...DEFAULT_REMINDERS, enabled: false } };
    await begin([aStep('first', due(2)), aStep('last', after('first'))], { settings });

    expect(await live('2026-11-12')).toEqual([]);
  });

  it('repeat nothing when the record could not be written after the comment', async () => {
    await begin([aStep('first', due(2)), aStep('last', after('first'))]);
    now = new Date('2026-11-05T09:00:00Z');
    world.sandbox.faults.failNext({ method: 'PUT', when: 'before', kind: 'status', status: 403 });
    await expect(world.reconcile()).rejects.toThrow(/403/);
    expect(world.notes(world.issue('first'))).toHaveLength(1);

    await world.reconcile();
    await world.reconcile();

    expect(world.notes(world.issue('first'))).toHaveLength(1);
  });
});

describe('passive acceptance', () => {
  const STEPS = ['assign-engineer', 'welcome-email', 'kick-off', 'intake-aws', 'project-summary'] as const;

  /** The delivery process up to the sign-off, which is sent on a Monday; five working days end on Friday. */
  async function sent(): Promise<void> {
    now = new Date('2026-11-16T10:00:00Z');
    const sample = await sampleSow('SOW-1042');
    const sow = {
      ...sample,
      sow: { ...sample.sow, signed_on: '2026-11-02' },
      passive_acceptance: { in_sow: true, days: 5 },
    };
    world = await startLaunched({ sow, process: await realProcess('delivery'), now: () => now });
    await world.walk(...STEPS);
    fill({ 'Sent on': '2026-11-16', 'Sent to': 'Ada Example' });
    world.by('eli').label(world.issue('customer-sign-off'), 'workflow::waiting');
  }

  function fill(cells: Readonly<Record<string, string>>): void {
    const issue = world.issue('customer-sign-off');
    world.sandbox.operations.updateIssue(world.sandbox.user('eli'), issue, {
      description: fillCells(issue.description, new Map(Object.entries(cells))),
    });
  }

  it('is counted from the day of sending: warned the day before, then closed by us with the reason', async () => {
    await sent();

    const said = await live('2026-11-21');

    expect(inShort(said)).toEqual([
      '2026-11-19T09:00 new customer-sign-off @eli',
      '2026-11-21T08:59 edited customer-sign-off',
    ]);
    expect(said[0]?.body).toContain('2026-11-20 is the last day for an objection');
    expect(said[1]?.body).toContain(
      'Accepted by silence: sent on 2026-11-16, 5 working days without an objection, the last of them 2026-11-20.',
    );
    expect(world.issue('customer-sign-off').state).toBe('closed');
    expect(world.state('customer-sign-off')).toBe('workflow::done');
    expect(world.state('financial-wrap-up')).toBe('workflow::ready');
  });

  it('stops when the date of sending is emptied, and starts anew with another', async () => {
    await sent();
    await live('2026-11-19');
    fill({ 'Sent on': '' });
    const stopped = await live('2026-11-24');
    fill({ 'Sent on': '2026-11-24' });

    const again = await live('2026-12-01');

    expect(stopped.filter(({ body }) => body.includes('procession:note acceptance'))).toEqual([]);
    expect(inShort(again.filter(({ step }) => step === 'customer-sign-off'))).toEqual([
      '2026-11-27T09:00 edited customer-sign-off @eli',
      '2026-12-01T08:59 edited customer-sign-off',
    ]);
    expect(world.notesOf(world.issue('customer-sign-off'), 'acceptance')).toHaveLength(1);
  });
});

describe('a day of sending that was typed wrong', () => {
  const evidence = [{ field: 'Sent on', kind: 'date', required: true }] as const;
  const SIGN_OFF = aStep('last', {
    ...after('first'),
    body: '- [ ] Send it\n\n{{> evidence}}\n',
    done_when: aDoneWhen({ evidence: [...evidence], acceptance: { sent: 'Sent on', fills: [] } }),
  });

  /** The step before the sign-off is done on Monday, 2026-11-09; the day of sending is typed right after. */
  async function typed(sentOn: string): Promise<Issue> {
    await begin([aStep('first'), SIGN_OFF]);
    now = new Date('2026-11-09T10:00:00Z');
    await world.walk('first');
    const issue = world.issue('last');
    world.sandbox.operations.updateIssue(world.sandbox.user('eli'), issue, {
      description: fillCells(issue.description, new Map([['Sent on', sentOn]])),
    });
    return issue;
  }

  it.each([
    ['before the SOW was signed', '2025-11-09', 'the SOW was signed later, on 2026-11-02'],
    ['before the step could begin', '2026-11-06', 'this step could begin later, on 2026-11-09'],
    ['in another year', '2027-11-09', 'that day has not come yet'],
  ])('counts for nothing %s, and the step says so', async (_, sentOn, why) => {
    const issue = await typed(sentOn);
    const said = await live('2026-11-30');

    expect(issue.state).toBe('opened');
    expect(world.state('last')).not.toBe('workflow::done');
    expect(said.filter(({ body }) => body.includes('procession:note acceptance'))).toEqual([]);
    expect(issue.description).toContain(`Silence does not count: "Sent on" says ${sentOn}, but ${why}.`);
    expect(issue.description).toContain('Correct the day in the table below.');
  });

  it('is not accepted at once when it is long ago: first comes the warning, then a day to object', async () => {
    await begin([aStep('first'), SIGN_OFF]);
    await world.walk('first');
    now = new Date('2026-11-26T10:00:00Z');
    const issue = world.issue('last');
    world.sandbox.operations.updateIssue(world.sandbox.user('eli'), issue, {
      description: fillCells(issue.description, new Map([['Sent on', '2026-11-04']])),
    });
    await world.reconcile();
    expect(issue.state).toBe('opened');
    expect(world.notesOf(issue, 'acceptance').map(({ body }) => body)).toEqual([
      expect.stringContaining('the last day for an objection was 2026-11-10, and nobody was warned before'),
    ]);
    expect(issue.description).toContain('Counts as accepted on the day after the warning about it');

    now = new Date('2026-11-26T23:00:00Z');
    await world.reconcile();
    expect(issue.state).toBe('opened');
    now = new Date('2026-11-27T09:00:00Z');
    await world.reconcile();

    expect(issue.state).toBe('closed');
    await live('2026-11-28');
    expect(issue.state).toBe('closed');
    expect(world.notesOf(issue, 'acceptance')[0]?.body).toContain('Accepted by silence');
  });

  it('does not count by itself when a person closes the step: what silence fills is asked for', async () => {
    const issue = await typed('2025-11-09');
    await world.reconcile();
    world.by('eli').close(issue);
    await world.reconcile();

    expect(issue.state).toBe('opened');
  });
});

describe('evidence of days and numbers', () => {
  it.each([
    ['Held on', 'date', '2027-01-04', 'needs a day that has come'],
    ['Hours', 'number', '-12', 'needs a number that is not negative'],
  ] as const)('%s %s: %s does not close a step', async (field, kind, value, says) => {
    const body = '- [ ] Do it\n\n{{> evidence}}\n';
    await begin([
      aStep('first', { body, done_when: aDoneWhen({ evidence: [{ field, kind, required: true }] }) }),
    ]);
    const issue = world.issue('first');
    world.sandbox.operations.updateIssue(world.sandbox.user('eli'), issue, {
      description: fillCells(tickAll(issue.description), new Map([[field, value]])),
    });
    world.by('eli').close(issue);
    await world.reconcile();

    expect(issue.state).toBe('opened');
    expect(world.notesOf(issue, 'closed-too-early')[0]?.body).toContain(says);
  });
});

describe('the health of the epic', () => {
  const health = (): readonly string[] =>
    world.labels(world.epic()).filter((label) => label.startsWith('health::'));

  it('follows how late a step is, with the reason in the epic, and recovers', async () => {
    await begin([aStep('first', due(2)), aStep('last', after('first'))]);
    await live('2026-11-09');
    expect(health()).toEqual(['health::on track']);
    await live('2026-11-10');
    expect(health()).toEqual(['health::needs attention']);
    expect(world.epic().description).toContain('**Needs attention:** first was due on 2026-11-06');
    await live('2026-11-13');
    expect(health()).toEqual(['health::at risk']);
    expect(world.epic().description).toContain('**At risk:** first was due on 2026-11-06');

    await world.walk('first');

    expect(health()).toEqual(['health::on track']);
    expect(world.epic().description).not.toContain('At risk');
  });

  it('is left as a person set it until they say auto, or take the label away', async () => {
    await begin([aStep('first', due(2)), aStep('last', after('first'))]);
    world.by('mira').label(world.epic(), 'health::at risk');
    await live('2026-11-10');
    expect(health()).toEqual(['health::at risk']);
    expect(world.epic().description).toContain(
      '**Health** was set by hand and stays. By the facts it needs attention',
    );

    await say('mira', world.epic(), '/ps health auto');

    expect(health()).toEqual(['health::needs attention']);
  });

  it('is what a command says, for as long as it says', async () => {
    await begin([aStep('first', due(2)), aStep('last', after('first'))]);
    now = new Date('2026-11-05T10:00:00Z');
    await say('mira', world.epic(), '/ps health at risk for 3 days the customer is unhappy');
    await live('2026-11-08');
    expect(health()).toEqual(['health::at risk']);
    expect(world.epic().description).toContain(
      '**Health: at risk**, set by `mira` until 2026-11-08: the customer is unhappy.',
    );

    await live('2026-11-09');

    expect(health()).toEqual(['health::on track']);
  });
});

/** Change requests from the question to the revision of the SOW that holds then. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { explain } from '#domain/explain/explain.ts';
import { revisionOf } from '#domain/sow/history.ts';
import { LOOK_EVERYWHERE } from '#reconciler/loop/comment-look.ts';
import { decide } from '#reconciler/loop/decide.ts';
import { reconcile } from '#reconciler/loop/reconcile.ts';
import type { Note } from '#sandbox/world.ts';
import { CHANGE_ROLES, CHANGED_SOW, CHANGING, settle, writeEffects } from '#test/support/changes.ts';
import { answerTo, lookIn, sayIn, settleIn } from '#test/support/commands.ts';
import { leftByDying } from '#test/support/dying.ts';
import {
  type EngagementOptions,
  type EngagementWorld,
  startFrom,
  startLaunched,
} from '#test/support/engagement.ts';
import { recordIn } from '#test/support/records.ts';

const ORDER = { result: 'executed', document: 'https://example.com/order-1.pdf' } as const;
const KEY = 'change-request/1';
let world: EngagementWorld;
let today: string;

const OPTIONS: EngagementOptions = {
  process: CHANGING,
  sow: CHANGED_SOW,
  settings: { roles: CHANGE_ROLES },
  now: () => new Date(today),
};

beforeEach(async () => {
  today = '2027-02-08T09:00:00Z';
  world = await startLaunched(OPTIONS);
});
afterEach(async () => {
  await world.close();
});

const say = (who: string, body: string, step = KEY): Note => sayIn(world, who, world.issue(step), body);
const record = () => recordIn(world.epic(), 'SOW-2001');
const block = (step = KEY): string => world.issue(step).description.split('<!-- procession:end -->')[0] ?? '';
const proposals = (step = KEY): readonly Note[] =>
  world.notes(world.issue(step)).filter(({ body }) => body.includes('procession:note proposal:change'));
const digest = (): string => record().proposals[0]?.digest ?? 'none';

/** One request with these effects. */
async function raised(...lines: readonly string[]): Promise<void> {
  sayIn(world, 'eli', world.issue('first'), '/ps add change-request More hours and a second region');
  await settleIn(world);
  if (lines.length > 0) writeEffects(world, KEY, ...lines);
  await settleIn(world);
}

async function approved(...people: readonly string[]): Promise<void> {
  for (const who of people) say(who, '/ps approve');
  await settleIn(world);
}

const seen = async (step = KEY) => {
  const decided = await decide(world.deps, await world.gitlab.readEngagement('SOW-2001'));
  if (decided.kind !== 'decided') throw new Error(decided.kind);
  const { facts, settings } = decided;
  const found = explain({ ...facts, settings }).steps.find((one) => one.step === step);
  return found?.included === true ? found.change : undefined;
};

const MORE = ['hours: +80', 'end: 2027-07-27', 'deliverables: { add: [{ id: D3, title: Second region }] }'];

describe('a change request', () => {
  it('says what it lacks while nobody has written what changes, and the last step waits for it', async () => {
    await raised();

    expect(block()).toContain('**Change request**, raised. What it changes is not written yet');
    expect(await seen()).toEqual({ kind: null, state: 'raised', paper: null, approvals: [] });
    expect(world.epic().description).toContain(
      `#${world.issue(KEY).iid} More hours and a second region | – | raised | – |`,
    );
    expect(world.state('last')).toBe('workflow::blocked');
    expect(world.notes(world.issue(KEY))).toEqual([]);
  });

  it('says its kind, what it would change, the paper and whose approval it needs', async () => {
    await raised(...MORE);

    expect(block()).toContain(
      '**Change: increase**, assessed. It needs a signed order, and the approvals below.',
    );
    expect(block()).toContain('hours.scoped: 400 → 480; dates.end: 2027-06-30 → 2027-07-27');
    expect(block()).toContain('- finance: is missing, by `casey`');
    expect(await seen()).toEqual({
      kind: 'increase',
      state: 'assessed',
      paper: 'signed order',
      approvals: [
        { role: 'manager', by: null },
        { role: 'engagement-manager', by: null },
        { role: 'finance', by: null },
      ],
    });
    expect(record().sow.hours?.scoped).toBe(400);
  });

  it('goes from assessed to agreed, executed and applied; the SOW, dates, items and the register follow', async () => {
    await raised(...MORE);
    await approved('mira', 'noor');
    expect(await seen()).toMatchObject({
      state: 'assessed',
      approvals: [{ by: 'mira' }, { by: 'noor' }, { by: null }],
    });
    await approved('casey');
    expect(await seen()).toMatchObject({ state: 'agreed' });
    expect(proposals()).toEqual([]);

    settle(world, KEY, ORDER);
    await settleIn(world);
    expect(await seen()).toMatchObject({ state: 'executed' });
    const [shown, ...others] = proposals();
    expect(others).toEqual([]);
    expect(shown?.body).toContain('It makes revision 2 of the SOW:');
    expect(shown?.body).toContain('- hours.scoped: 400 → 480');
    expect(shown?.body).toContain('It adds the step **Deliverable: D3 Second region**.');
    expect(shown?.body).toContain('| last | 2027-06-30 | 2027-07-27 |');
    expect(shown?.body).toContain('Hours are told anew at 360 h (75 %), 432 h (90 %) and 480 h (100 %).');
    expect(record().sow.hours?.scoped).toBe(400);

    const answer = say('mira', `/ps apply ${digest().slice(0, 6)}`);
    await settleIn(world);
    expect(answerTo(world, world.issue(KEY), answer)).toContain('Applied: Change request: ');
    expect(answerTo(world, world.issue(KEY), answer)).not.toContain('ready to be applied');
    expect(await seen()).toMatchObject({ state: 'applied', kind: 'increase' });
    expect(record().sow).toMatchObject({ hours: { scoped: 480 }, dates: { end: '2027-07-27' } });
    expect(record().history.revisions).toEqual([
      expect.objectContaining({
        number: 2,
        by: 'mira',
        paper: 'signed order',
        origin: expect.objectContaining({ kind: 'change', name: KEY }),
      }),
    ]);
    expect(world.issue('last').dueDate).toBe('2027-07-27');
    expect(world.issue('deliverable/d3').dueDate).toBe('2027-07-20');
    expect(world.epic().dueDate).toBe('2027-07-27');
    expect(world.epic().description).toMatch(
      /\| 1 \| \S+#\d+ More hours and a second region \| increase \| applied \| 2 \|/,
    );
    expect(block()).toContain('It is revision 2 of the SOW.');
    expect(proposals().map(({ body }) => body)).toEqual([expect.stringContaining('**Settled.** Applied')]);

    world.by('eli').close(world.issue(KEY));
    await settleIn(world);
    expect(world.issue(KEY).state).toBe('closed');
  });

  it('that was applied changes nothing again, whatever is written into it later', async () => {
    await raised('end: 2027-07-27');
    await approved('mira');
    settle(world, KEY, { ...ORDER, result: 'confirmed in writing' });
    await settleIn(world);
    say('mira', '/ps apply');
    await settleIn(world);
    writeEffects(world, KEY, 'hours: 9000');
    say('mira', '/ps apply');
    await settleIn(world);

    expect(record().sow.hours?.scoped).toBe(400);
    expect(revisionOf(record().history)).toBe(2);
    expect(record().history.signedEnd).toBe('2027-06-30');
    expect(await seen()).toMatchObject({ state: 'applied', kind: 'dates' });
  });

  it('is reopened when it is closed before it is applied, with what is missing', async () => {
    await raised('hours: +80');
    world.by('eli').close(world.issue(KEY));
    await settleIn(world);

    expect(world.issue(KEY).state).toBe('opened');
    expect(world.notesOf(world.issue(KEY), 'closed-too-early')[0]?.body).toContain(
      'It can be applied when its approvals and the signed order are there',
    );
  });

  it.each([
    ['rejected', { result: 'rejected', reason: 'No money this year' }],
    ['withdrawn', { result: 'withdrawn', reason: 'Not needed' }],
  ])(
    'is %s with a reason, needs no approval then, and the last step waits no longer',
    async (state, values) => {
      await raised('hours: +80');
      settle(world, KEY, { ...values, reason: '' });
      await settleIn(world);
      expect(await seen()).toMatchObject({ state: 'assessed' });
      settle(world, KEY, values);
      world.by('eli').close(world.issue(KEY));
      await settleIn(world);

      expect(world.issue(KEY).state).toBe('closed');
      expect(await seen()).toMatchObject({ state });
      expect(proposals()).toEqual([]);
    },
  );

  it('of other work ends as a new SOW: nothing is applied here', async () => {
    await raised();
    settle(world, KEY, { result: 'new SOW', document: 'https://example.com/SOW-2002' });
    await settleIn(world);
    expect(await seen()).toMatchObject({
      kind: 'other work',
      state: 'assessed',
      approvals: [{ role: 'manager' }],
    });
    await approved('mira');
    world.by('eli').close(world.issue(KEY));
    await settleIn(world);

    expect(world.issue(KEY).state).toBe('closed');
    expect(await seen()).toMatchObject({ kind: 'other work', state: 'executed' });
    expect(revisionOf(record().history)).toBe(1);
  });

  it('with too little paper for its kind is not ready, and says so', async () => {
    await raised('hours: +80');
    await approved('mira', 'noor', 'casey');
    settle(world, KEY, { ...ORDER, result: 'confirmed in writing' });
    await settleIn(world);

    expect(await seen()).toMatchObject({ state: 'agreed' });
    expect(block()).toContain('It needs a signed order. Its result says: confirmed in writing.');
    expect(proposals()).toEqual([]);
  });

  it('is not approved by who has asked for it, nor by an approval of another text', async () => {
    sayIn(world, 'mira', world.issue('first'), '/ps add change-request Later');
    await lookIn(world);
    writeEffects(world, KEY, 'end: 2027-07-27');
    const own = say('mira', '/ps approve');
    await settleIn(world);
    expect(answerTo(world, world.issue(KEY), own)).toContain('nobody approves their own work');

    await raisedAnew();
    expect(await seen('change-request/2')).toMatchObject({ state: 'agreed' });
    writeEffects(world, 'change-request/2', 'end: 2027-07-30');
    await settleIn(world);
    expect(await seen('change-request/2')).toMatchObject({ state: 'assessed', approvals: [{ by: null }] });
  });

  async function raisedAnew(): Promise<void> {
    sayIn(world, 'eli', world.issue('first'), '/ps add change-request Later still');
    await lookIn(world);
    writeEffects(world, 'change-request/2', 'end: 2027-07-27');
    await lookIn(world);
    say('mira', '/ps approve', 'change-request/2');
    await settleIn(world);
  }

  it('whose role nobody has says so at once; the manager does without it', async () => {
    await raised('type: fixed');
    expect(block()).toMatch(/- legal: is missing\. Nobody has the role legal/);
    await approved('mira', 'noor', 'casey');
    say('mira', '/ps waive approval legal our counsel is on leave');
    await settleIn(world);
    expect(await seen()).toMatchObject({ kind: 'type', state: 'agreed' });
  });
});

describe('effects that cannot be carried out', () => {
  const replies = (): readonly Note[] =>
    world.notes(world.issue(KEY)).filter(({ body }) => body.includes('procession:note effects:'));

  it('are answered by one reply about each text, with line and fix, and are over when they are right', async () => {
    await raised('hours: +80', 'end: 2027-02-30');
    await settleIn(world);
    expect(replies()).toHaveLength(1);
    expect(replies()[0]?.body).toContain('- line 2, end: expected a date that exists');
    expect(replies()[0]?.body).toContain(' 2  end: 2027-02-30');
    expect(block()).toContain('Its effects cannot be read: line 2, end: expected a date that exists');

    writeEffects(world, KEY, 'hours: +80', 'end: 2026-12-24');
    await settleIn(world);
    expect(replies()).toHaveLength(2);
    expect(replies()[0]?.body).toContain('**Settled.** The effects are written anew');
    expect(replies()[1]?.body).toContain('- line 2, end: expected a date on or after dates.start');

    writeEffects(world, KEY, 'hours: +80');
    await settleIn(world);
    expect(replies()[1]?.body).toContain('**Settled.** The effects can be read now.');
    expect(record().rulings.toldEffects).toEqual([]);
    expect(await seen()).toMatchObject({ kind: 'increase' });
  });
});

describe('two change requests', () => {
  async function two(): Promise<void> {
    await raised('hours: +80');
    sayIn(world, 'eli', world.issue('first'), '/ps add change-order Fewer hours again');
    await lookIn(world);
    writeEffects(world, 'change-request/2', 'hours: -20');
    await settleIn(world);
  }

  it('for one field are said on both, and only while both are open', async () => {
    await two();
    const [one, other] = [world.issue(KEY).iid, world.issue('change-request/2').iid];
    expect(block()).toContain(`#${other} wants to change the same: hours.`);
    expect(block('change-request/2')).toContain(`#${one} wants to change the same: hours.`);

    settle(world, 'change-request/2', { result: 'withdrawn', reason: 'A mistake' });
    await settleIn(world);
    expect(block()).not.toContain('wants to change');
  });

  it('that are ready are applied one after the other, each as it is shown then', async () => {
    await two();
    for (const step of [KEY, 'change-request/2']) {
      for (const who of ['mira', 'noor', 'casey']) say(who, '/ps approve', step);
      settle(world, step, ORDER);
    }
    await settleIn(world);
    const [first, second] = record().proposals.map((known) => known.digest);
    say('mira', `/ps apply ${first}`);
    const refused = say('mira', `/ps apply ${second}`);
    await settleIn(world);

    expect(record().sow.hours?.scoped).toBe(480);
    expect(answerTo(world, world.issue(KEY), refused)).toContain('has just changed by something else');
    expect(proposals('change-request/2')).toHaveLength(1);
    expect(proposals('change-request/2')[0]?.body).toContain('- hours.scoped: 480 → 460');

    say('mira', `/ps apply ${second}`);
    await settleIn(world);
    expect(record().sow.hours?.scoped).toBe(480);
    say('mira', '/ps apply');
    await settleIn(world);
    expect(record().sow.hours?.scoped).toBe(460);
    expect(revisionOf(record().history)).toBe(3);
  });
});

describe('a change and the source of the SOW', () => {
  it('that disagree on one field: nothing is written, and the source is refused', async () => {
    await raised('hours: +80');
    await approved('mira', 'noor', 'casey');
    settle(world, KEY, ORDER);
    await settleIn(world);
    say('mira', '/ps apply');
    await settleIn(world);
    expect(await world.apply()).toMatchObject({ kind: 'unchanged' });

    const outcome = await world.apply({ sow: { ...CHANGED_SOW, hours: { scoped: 500 } } });
    expect(outcome).toMatchObject({
      kind: 'sow-refused',
      reading: { kind: 'conflict', fields: ['hours.scoped'] },
    });
    expect(record().sow.hours?.scoped).toBe(480);
    expect(await world.apply({ sow: { ...CHANGED_SOW, hours: { scoped: 480 } } })).not.toMatchObject({
      kind: 'sow-refused',
    });
  });
});

describe('an open change request', () => {
  it('costs a sweep no request, and nothing is written while it waits', async () => {
    const requests = async (): Promise<readonly string[]> => {
      await lookIn(world);
      world.sandbox.ledger.clear();
      await world.reconcile();
      expect(world.sandbox.ledger.writes()).toEqual([]);
      return world.sandbox.ledger.entries().map(({ method, path }) => `${method} ${path}`);
    };
    const without = await requests();
    await raised('hours: +80', 'end: 2027-02-30');
    expect(await requests()).toHaveLength(without.length);
    writeEffects(world, KEY, 'hours: +80');
    await lookIn(world);
    await approved('mira', 'noor', 'casey');
    settle(world, KEY, ORDER);
    await settleIn(world);
    expect(proposals()).toHaveLength(1);
    expect(await requests()).toHaveLength(without.length);
  });

  it('is applied once, killed after every request and repeated', { timeout: 240_000 }, async () => {
    const settled = async (): Promise<unknown> => {
      await settleIn(world);
      const { history, proposals: open, sow, rulings } = record();
      const notes = world.sandbox.world.notes.filter(({ system }) => !system);
      return {
        history,
        open,
        sow,
        changes: rulings.changes.map((change) => ({ ...change, note: 0 })),
        dates: world.sandbox.world.issues.map(({ title, dueDate, state }) => [title, dueDate, state]),
        notes: notes.map(({ target, body }) => [
          target.kind,
          body.replaceAll(/procession:record \S+ \S+ \S+/g, ''),
        ]),
      };
    };
    await raised(...MORE);
    for (const who of ['mira', 'noor', 'casey']) say(who, '/ps approve');
    settle(world, KEY, ORDER);
    await lookIn(world);
    say('mira', '/ps apply');
    const left = await leftByDying(world, (gitlab) =>
      reconcile(world.over(gitlab), 'SOW-2001', { comments: LOOK_EVERYWHERE }),
    );
    expect(left.length).toBeGreaterThan(5);
    const whole = await settled();
    for (const snapshot of left) {
      await world.close();
      world = await startFrom(snapshot, OPTIONS);
      expect(await settled()).toEqual(whole);
    }
  });
});

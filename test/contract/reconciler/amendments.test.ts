/** Another SOW from a source that nobody has looked at: asked about once, applied as it was shown, refused when it is older. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { explain } from '#domain/explain/explain.ts';
import { revisionOf } from '#domain/sow/history.ts';
import type { Sow } from '#domain/sow/sow.ts';
import { LOOK_EVERYWHERE } from '#reconciler/loop/comment-look.ts';
import { decide } from '#reconciler/loop/decide.ts';
import type { ReconcileOptions } from '#reconciler/loop/deps.ts';
import { reconcile } from '#reconciler/loop/reconcile.ts';
import { explainText } from '#render/explain-text.ts';
import { plain } from '#render/paint.ts';
import type { Note } from '#sandbox/world.ts';
import { answerTo, lookIn, sayIn, settleIn } from '#test/support/commands.ts';
import { leftByDying } from '#test/support/dying.ts';
import { type EngagementWorld, startFrom, startLaunched } from '#test/support/engagement.ts';
import { recordIn } from '#test/support/records.ts';

let world: EngagementWorld;
let today: string;

beforeEach(async () => {
  today = '2026-11-24T09:00:00Z';
  world = await startLaunched({ now: () => new Date(today) });
});

afterEach(async () => {
  await world.close();
});

const CRM = { kind: 'crm', name: null, commit: null, at: null } as const;

/** What the CRM delivers, taken in as the service does. */
const deliver = async (changes: Partial<Sow>, options: ReconcileOptions = {}) =>
  await world.apply({ sow: { ...world.sow, ...changes }, origin: CRM, amend: 'ask', ...options });

const MORE: Partial<Sow> = {
  hours: { scoped: 480, consumed: 0 },
  dates: { start: '2026-11-30', end: '2027-01-29', valid_until: '2027-03-31' },
};
const proposals = (): readonly Note[] =>
  world.notes(world.epic()).filter(({ body }) => body.includes('procession:note proposal:'));
const record = () => recordIn(world.epic());
const digest = (): string => record().proposals[0]?.digest ?? 'none';
const say = (body: string, who = 'mira'): Note => sayIn(world, who, world.issue('assign-engineer'), body);

describe('a SOW that comes changed from the CRM', () => {
  it('is asked about once, with every field, every date and where to answer, and holds nowhere yet', async () => {
    await deliver(MORE);
    world.sandbox.ledger.clear();
    await deliver(MORE);
    await settleIn(world);

    expect(world.sandbox.ledger.writes()).toEqual([]);
    const [note, ...more] = proposals();
    expect(more).toEqual([]);
    expect(note?.body).toContain('hours.scoped: 180 → 480');
    expect(note?.body).toContain('| Project summary | 2026-12-22 | 2027-01-29 |');
    expect(note?.body).toContain(`\`/ps apply ${digest()}\` on any issue of this engagement (at once)`);
    expect(record().sow.hours?.scoped).toBe(180);
    expect(world.issue('project-summary').dueDate).toBe('2026-12-22');
  });

  it('costs no request more while it waits', async () => {
    await lookIn(world);
    world.sandbox.ledger.clear();
    await world.reconcile();
    const without = world.sandbox.ledger.entries().length;
    await deliver(MORE);
    await lookIn(world);
    world.sandbox.ledger.clear();
    await world.reconcile();

    expect(world.sandbox.ledger.entries()).toHaveLength(without);
  });

  it('holds when the manager says so: dates of issues and epic, texts, the revision; applied again it changes nothing', async () => {
    await deliver(MORE);
    const note = say(`/ps apply ${digest().slice(0, 6)}`);
    await settleIn(world);

    expect(answerTo(world, world.issue('assign-engineer'), note)).toContain('Applied');
    expect(record().sow.hours?.scoped).toBe(480);
    expect(record().history.revisions).toEqual([
      expect.objectContaining({
        number: 2,
        by: 'mira',
        fields: ['hours.scoped', 'dates.end'],
      }),
    ]);
    const explained = await decide(world.deps, await world.gitlab.readEngagement('SOW-1042'));
    if (explained.kind !== 'decided') throw new Error(explained.kind);
    const { facts, settings } = explained;
    const shown = explain({ ...facts, settings });
    expect(shown).toMatchObject({ revision: 2, revisions: [{ number: 2, by: 'mira' }] });
    expect(explainText(shown, plain)).toContain(
      'SOW, revision 2 since 2026-11-24, from the CRM, agreed to by mira: hours.scoped, dates.end',
    );
    expect(world.issue('project-summary').dueDate).toBe('2027-01-29');
    expect(world.issue('customer-sign-off').dueDate).toBe('2027-02-05');
    expect(world.epic().dueDate).toBe('2027-01-29');
    expect(proposals().map(({ body }) => body)).toEqual([
      expect.stringContaining('**Settled.** Applied, as `mira` said on 2026-11-24.'),
    ]);
    expect(record().proposals).toEqual([]);

    say('/ps apply');
    await settleIn(world);
    expect(revisionOf(record().history)).toBe(2);
    await deliver(MORE);
    await settleIn(world);
    expect(proposals()).toHaveLength(1);
    expect(revisionOf(record().history)).toBe(2);
  });

  it('names the steps that were done by dates which are others now, to the manager', async () => {
    const told = (): string =>
      world
        .notes(world.epic())
        .map(({ body }) => body)
        .findLast((body) => body.includes('has changed:')) ?? '';
    await world.walk('assign-engineer', 'welcome-email', 'kick-off');
    const dates = { ...world.sow.dates, end: '2027-01-29' };
    await world.apply({ sow: { ...world.sow, dates } });
    expect(told()).not.toContain('Done by the dates');

    await world.apply({ sow: { ...world.sow, dates: { ...dates, start: '2026-12-14' } } });

    expect(told()).toMatch(/^@mira .*Done by the dates that held before: \S+ Kick-off\. Whoever was told/m);
  });

  it('is refused as it was shown when it has changed since, and shown anew in the same comment', async () => {
    await deliver(MORE);
    const old = digest();
    await deliver({ ...MORE, hours: { scoped: 500 } });
    const note = say(`/ps apply ${old}`);
    await settleIn(world);

    expect(answerTo(world, world.issue('assign-engineer'), note)).toContain('has the digest');
    expect(record().sow.hours?.scoped).toBe(180);
    const [shown, ...more] = proposals();
    expect(more).toEqual([]);
    expect(shown?.body).toContain('180 → 500');
    expect(shown?.body).toContain(`/ps apply ${digest()}`);
    expect(digest()).not.toBe(old);
  });

  it('is for the manager to say', async () => {
    await deliver(MORE);
    const note = say('/ps apply', 'eli');
    await settleIn(world);

    expect(answerTo(world, world.issue('assign-engineer'), note)).toContain('the role manager');
    expect(revisionOf(record().history)).toBe(1);
  });

  it('is not asked again after a no, until it says something else', async () => {
    await deliver(MORE);
    say('/ps apply no they have not signed it');
    await settleIn(world);
    await deliver(MORE);
    await settleIn(world);
    expect(proposals()).toHaveLength(1);
    expect(proposals()[0]?.body).toContain('they have not signed it');
    expect(record().sow.hours?.scoped).toBe(180);

    await deliver({ ...MORE, hours: { scoped: 500 } });
    await settleIn(world);
    expect(proposals()).toHaveLength(2);
    say('/ps apply');
    await settleIn(world);
    expect(record().sow.hours?.scoped).toBe(500);
  });

  it('calls the manager once after five working days without an answer', async () => {
    await deliver(MORE);
    expect(proposals()[0]?.body).not.toContain('@mira');
    today = '2026-11-30T09:00:00Z';
    await settleIn(world);
    expect(proposals()[0]?.body).not.toContain('@mira');
    today = '2026-12-01T09:00:00Z';
    await settleIn(world);
    expect(proposals()[0]?.body).toContain('@mira');
    today = '2026-12-14T09:00:00Z';
    await lookIn(world);
    expect(proposals()).toHaveLength(1);
    expect(record().proposals[0]?.reminded).toBe('2026-12-01');
  });

  it('is taken back when the CRM takes it back', async () => {
    await deliver(MORE);
    await deliver({});
    await settleIn(world);

    expect(proposals().map(({ body }) => body)).toEqual([expect.stringContaining('no longer asked for')]);
    expect(record().proposals).toEqual([]);
  });

  it('moves no date that somebody has set, and none of what is done', async () => {
    await world.walk('assign-engineer', 'welcome-email');
    const { sandbox } = world;
    sandbox.operations.updateIssue(sandbox.user('mira'), world.issue('customer-sign-off'), {
      dueDate: '2027-03-01',
    });
    const done = world.issue('welcome-email').dueDate;
    await deliver({ ...MORE, closed_won_on: '2026-11-23' });
    sayIn(world, 'mira', world.issue('kick-off'), '/ps apply');
    await settleIn(world);

    expect(world.issue('customer-sign-off').dueDate).toBe('2027-03-01');
    expect(world.issue('welcome-email').dueDate).toBe(done);
    expect(world.issue('project-summary').dueDate).toBe('2027-01-29');
  });

  it('waits while the engagement is on hold, and is not lost', async () => {
    say('/ps hold no money left');
    await settleIn(world);
    await deliver(MORE);
    await settleIn(world);
    expect(proposals()).toHaveLength(1);
    const refused = say('/ps apply');
    await settleIn(world);
    expect(answerTo(world, world.issue('assign-engineer'), refused)).toContain('/ps resume');

    say('/ps resume\n\n/ps apply');
    await settleIn(world);
    expect(record().sow.hours?.scoped).toBe(480);
    expect(world.issue('project-summary').dueDate).toBe('2027-01-29');
  });
});

describe('source and engagement', () => {
  it('keep what only the other has changed, and are refused where both have', async () => {
    await world.apply({ sow: { ...world.sow, hours: { scoped: 480 } }, origin: { ...CRM, kind: 'file' } });
    await deliver({ engagement: 'GitLab on AWS, second edition' });
    say('/ps apply');
    await settleIn(world);
    expect(record().sow).toMatchObject({
      engagement: 'GitLab on AWS, second edition',
      hours: { scoped: 480 },
    });

    const outcome = await deliver(
      { engagement: 'GitLab on AWS, second edition', hours: { scoped: 500 } },
      { amend: 'apply' },
    );
    expect(outcome).toMatchObject({
      kind: 'sow-refused',
      reading: { kind: 'conflict', fields: ['hours.scoped'] },
    });
    expect(record().sow.hours?.scoped).toBe(480);

    await deliver({ engagement: 'GitLab on AWS, second edition', hours: { scoped: 500 } });
    expect(proposals().at(-1)?.body).toContain('gone different ways');
    const note = say('/ps apply');
    await settleIn(world);
    expect(answerTo(world, world.issue('assign-engineer'), note)).toContain('hours.scoped');
    expect(record().sow.hours?.scoped).toBe(480);
  });

  it('go by the newest: what was committed earlier and comes later is refused (D3)', async () => {
    const commit = (at: string, scoped: number): ReconcileOptions => ({
      sow: { ...world.sow, hours: { scoped } },
      origin: { kind: 'file', name: 'sows/SOW-1042.yml', commit: at.replaceAll(/\D/g, ''), at },
    });
    await world.apply(commit('2026-11-24T10:00:00+01:00', 480));
    const late = await world.apply(commit('2026-11-24T08:00:00Z', 180));
    expect(late).toMatchObject({ kind: 'sow-refused', reading: { kind: 'older' } });
    expect(record().sow.hours?.scoped).toBe(480);
    expect(await world.apply(commit('2026-11-24T10:00:00+01:00', 480))).toMatchObject({ kind: 'unchanged' });
    await world.apply(commit('2026-11-24T11:00:00Z', 180));
    expect(record().sow.hours?.scoped).toBe(180);
  });
});

describe('an amendment that is interrupted', () => {
  it('is shown once, killed after every request and repeated', async () => {
    const options = { sow: { ...world.sow, ...MORE }, origin: CRM, amend: 'ask' } as const;
    const left = await leftByDying(world, (gitlab) => reconcile(world.over(gitlab), 'SOW-1042', options));
    expect(left.length).toBeGreaterThan(2);
    for (const snapshot of left) {
      await world.close();
      world = await startFrom(snapshot, { now: () => new Date(today) });
      await deliver(MORE);
      await settleIn(world);
      expect(proposals()).toHaveLength(1);
      expect(record().proposals).toHaveLength(1);
    }
  });

  it('is applied once, killed after every request and repeated', async () => {
    const settled = async (): Promise<unknown> => {
      await settleIn(world);
      const { history, proposals: open, sow } = record();
      const dates = world.sandbox.world.issues.map(({ dueDate }) => dueDate);
      const notes = world
        .notes(world.epic())
        .map(({ body }) => body.replaceAll(/procession:record \S+ \S+ \S+/g, ''));
      return { history, open, sow, dates, notes, due: world.epic().dueDate };
    };
    await deliver(MORE);
    say('/ps apply');
    const left = await leftByDying(world, (gitlab) =>
      reconcile(world.over(gitlab), 'SOW-1042', { comments: LOOK_EVERYWHERE }),
    );
    expect(left.length).toBeGreaterThan(5);
    const whole = await settled();
    for (const snapshot of left) {
      await world.close();
      world = await startFrom(snapshot, { now: () => new Date(today) });
      expect(await settled()).toEqual(whole);
    }
  });

  it('is asked about once by two writers at the same moment', async () => {
    const other = world.over(world.connect());
    const options = { sow: { ...world.sow, ...MORE }, origin: CRM, amend: 'ask' } as const;
    await Promise.all([reconcile(world.deps, 'SOW-1042', options), reconcile(other, 'SOW-1042', options)]);
    await settleIn(world);

    expect(proposals()).toHaveLength(1);
  });
});

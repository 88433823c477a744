/** Dates that move, in GitLab: proposed, answered, applied once; pinned by people; and what the epic says of it. */
import { afterEach, describe, expect, it } from 'vitest';
import { LOOK_EVERYWHERE } from '#reconciler/loop/comment-look.ts';
import { reconcile } from '#reconciler/loop/reconcile.ts';
import { answerTo, sayIn, settleIn } from '#test/support/commands.ts';
import { beginFrom, type Snapshot, snapshotOf } from '#test/support/copied-world.ts';
import { beforeDates, type DatesWorld, startDates } from '#test/support/dates.ts';
import { leftByDying } from '#test/support/dying.ts';

let world: DatesWorld;

afterEach(async () => {
  await world.close();
});

/** Assigned and welcomed in time, kicked off two weeks late. */
async function kickedOffLate(options: Parameters<typeof startDates>[0] = {}): Promise<void> {
  world = await startDates(options);
  await world.done('2026-12-08', 'assign-engineer');
  await world.done('2026-12-09', 'welcome-email');
  await world.done('2027-01-25', 'kick-off');
}

describe('a date that should move', () => {
  it('is proposed on the epic, with cause and reason, and stays where it is', async () => {
    await kickedOffLate();

    expect(world.due('intake-aws')).toBe('2027-01-18');
    const [said = '', ...more] = world.proposals();
    expect(more).toEqual([]);
    expect(said).toContain('Kick-off was done on 2027-01-25, 10 working days after its date (2027-01-11).');
    expect(said).toMatch(
      /\| .* \| 2027-01-18 \| 2027-02-01 \| 5 working days after Kick-off, done 2027-01-25, as planned \|/,
    );
    expect(said).toContain('Forecast: the epic closes on 2027-07-14.');
    expect(said).toContain('@eli `/ps replan kick-off` moves them');
    expect(world.epicLines()).toContain('**Dates that should move**');
    await settleIn(world);
  });

  it('moves when the manager or whoever did the step says so, and is the plan from then on', async () => {
    await kickedOffLate();
    const note = await world.say('eli', 'intake-aws', '/ps replan');

    expect(world.due('intake-aws')).toBe('2027-02-01');
    expect(answerTo(world, world.issue('intake-aws'), note)).toContain('2027-01-18 → 2027-02-01');
    expect(world.proposals()).toEqual([
      expect.stringMatching(/^\*\*Settled\.\*\* These dates move, as `eli` has said\. /),
    ]);
    expect(world.epicLines()).not.toContain('**Dates that should move**');
    await settleIn(world);
    await world.at('2027-02-03');
    expect(world.due('intake-aws')).toBe('2027-02-01');
    expect(world.proposals()).toHaveLength(1);
  });

  it('moves, or stays, by /ps apply as well while nothing else is proposed', async () => {
    await kickedOffLate();
    await world.say('eli', 'intake-aws', '/ps apply');
    expect(world.due('intake-aws')).toBe('2027-01-18');
    await world.say('mira', 'intake-aws', '/ps apply no we do it all in one week');
    expect(world.due('intake-aws')).toBe('2027-01-18');
    expect(world.proposals()).toEqual([expect.stringContaining('`mira` leaves these dates where they are')]);

    await world.close();
    await kickedOffLate();
    await world.say('mira', 'intake-aws', '/ps apply');
    expect(world.due('intake-aws')).toBe('2027-02-01');
    await settleIn(world);
  });

  it('stays when somebody says no, is not asked about again, and is when the reason is another', async () => {
    world = await startDates();
    await world.done('2027-01-08', 'assign-engineer');
    await world.say('mira', 'assign-engineer', '/ps replan no we do it all in one week');

    expect(world.due('kick-off')).toBe('2027-01-11');
    expect(world.proposals()).toEqual([
      expect.stringContaining('`mira` leaves these dates where they are: we do it all in one week.'),
    ]);
    await settleIn(world);
    await world.done('2027-01-13', 'welcome-email');
    expect(world.proposals().at(-1)).toContain('Send the welcome e-mail was done on 2027-01-13');
    expect(world.proposals()).toHaveLength(2);
  });

  it('is no question to those who neither manage nor did the step', async () => {
    await kickedOffLate();
    const note = await world.say('casey', 'intake-aws', '/ps replan');

    expect(world.due('intake-aws')).toBe('2027-01-18');
    expect(
      world.sandbox.world.awards.filter(({ noteId }) => noteId === note.id).map(({ name }) => name),
    ).toEqual(['x']);
  });

  it('is asked about in one comment that is edited while it is open', async () => {
    world = await startDates();
    await world.done('2026-12-11', 'assign-engineer');
    expect(world.proposals()).toHaveLength(1);
    world.setDue('mira', 'welcome-email', '2026-12-16');
    await world.at('2026-12-11 12:00');

    expect(world.proposals()).toEqual([
      expect.stringMatching(/^\*\*Settled\.\*\* These dates need not move/),
    ]);
  });

  it('moves by itself where the settings say so, and is explained before it does', async () => {
    await kickedOffLate({ settings: { moveDates: 'auto' } });

    expect(world.due('intake-aws')).toBe('2027-02-01');
    expect(world.proposals()).toEqual([
      expect.stringContaining('These dates move, as the settings say. services/'),
    ]);
    await settleIn(world);
  });

  it('is only forecast where the settings say never', async () => {
    await kickedOffLate({ settings: { moveDates: 'never' } });

    expect(world.due('intake-aws')).toBe('2027-01-18');
    expect(world.proposals()).toEqual([]);
  });

  it('reminds the manager once when nobody answers for five working days', async () => {
    await kickedOffLate();
    await world.at('2027-01-29 09:00');
    expect(world.proposals()).toHaveLength(1);
    await world.at('2027-02-01 08:00');
    expect(world.proposals()).toHaveLength(1);
    await world.at('2027-02-01 09:00');
    expect(world.proposals()).toEqual([
      expect.anything(),
      expect.stringContaining(
        '@mira Nobody has answered since 2027-01-25 whether these dates move: services/',
      ),
    ]);
    await world.at('2027-02-09 09:00');
    expect(world.proposals()).toHaveLength(2);
  });

  it('is earlier when the manager pulls it', async () => {
    world = await startDates();
    await world.done('2026-12-07', 'assign-engineer');
    expect(world.proposals()).toEqual([]);
    await world.say('eli', 'welcome-email', '/ps replan pull');
    expect(world.due('welcome-email')).toBe('2026-12-09');
    await world.say('mira', 'welcome-email', '/ps replan pull');

    expect(world.due('welcome-email')).toBe('2026-12-08');
    expect(world.proposals()).toEqual([expect.stringContaining('Somebody asked for earlier dates.')]);
    await settleIn(world);
  });
});

describe('a date that a person has set', () => {
  it('in GitLab stays, what follows it moves, and it says when it cannot be held', async () => {
    world = await startDates();
    world.setDue('mira', 'kick-off', '2027-01-12');
    await world.done('2027-01-08', 'assign-engineer');

    expect(world.due('kick-off')).toBe('2027-01-12');
    const said = world.proposals().join('\n');
    expect(said).toMatch(/Intake.* \| 2027-01-18 \| 2027-01-21 \|/);
    expect(said).not.toMatch(/Kick-off.* \| 2027-01-12 \|/);
    expect(world.epicLines()).toMatch(
      /Kick-off, due 2027-01-12: cannot be held: earliest 2027-01-14, and a person has set 2027-01-12/,
    );
  });

  it('by /ps due stays also where it is the date of the plan; /ps due auto gives it back', async () => {
    world = await startDates();
    await world.say('mira', 'welcome-email', '/ps due 2026-12-09 they wait for it');
    await world.done('2026-12-11', 'assign-engineer');
    expect(world.due('welcome-email')).toBe('2026-12-09');
    expect(world.proposals()).toEqual([]);

    await world.say('mira', 'welcome-email', '/ps due auto');
    expect(world.due('welcome-email')).toBe('2026-12-09');
    expect(world.proposals()).toEqual([expect.stringContaining('| 2026-12-09 | 2026-12-14 |')]);
    await world.say('mira', 'welcome-email', '/ps due 2026-12-18 they are away\n/ps replan');
    expect(world.due('welcome-email')).toBe('2026-12-18');
    await world.say('mira', 'welcome-email', '/ps due auto');
    expect(world.due('welcome-email')).toBe('2026-12-09');
  });

  it('to what is proposed is the answer', async () => {
    await kickedOffLate();
    world.setDue('eli', 'intake-aws', '2027-02-01');
    await world.at('2027-01-25 12:00');

    expect(world.proposals()).toEqual([expect.stringMatching(/^\*\*Settled\.\*\*/)]);
    await settleIn(world);
    await world.done('2027-02-01', 'intake-aws');
    expect(world.proposals()).toHaveLength(1);
  });
});

describe('a hold', () => {
  it('moves what comes after the contract, and says that the contract cannot be held', async () => {
    await kickedOffLate();
    await world.done('2027-02-01', 'intake-aws');
    world.clock('2027-03-01');
    await world.say('mira', 'project-summary', '/ps hold the customer moves house');
    world.clock('2027-03-30');
    await world.say('mira', 'project-summary', '/ps resume');

    expect(world.proposals().at(-1)).toContain('SOW-2001 was on hold for 19 working days.');
    expect(world.proposals().at(-1)).toContain('| 2027-07-07 | 2027-08-03 |');
    expect(world.epicLines()).toContain(
      "cannot be held: forecast 2027-07-27, 19 working days after the contract's end. A change request *dates* would do.",
    );
    expect(world.epicLines()).toContain(
      '**Forecast:** closes 2027-08-10; decided by Project summary → Customer sign-off → Financial wrap-up.',
    );
    const note = sayIn(world, 'mira', world.epic(), '/ps replan hold');
    await settleIn(world);
    expect(world.notesOf(world.epic(), `answer:${note.id}`)).toHaveLength(1);
    expect(
      ['project-summary', 'customer-sign-off', 'financial-wrap-up', 'post-mortem'].map((step) =>
        world.due(step),
      ),
    ).toEqual(['2027-06-30', '2027-08-03', '2027-08-10', '2027-08-10']);
    await world.at('2027-03-31');
    expect(world.epicLines()).toContain('closes 2027-08-10');
  });
});

describe('the first four months of SOW-2001', () => {
  const dues = (): Readonly<Record<string, string | null>> =>
    Object.fromEntries(
      [
        'assign-engineer',
        'welcome-email',
        'kick-off',
        'intake-aws',
        'project-summary',
        'customer-sign-off',
        'financial-wrap-up',
        'post-mortem',
      ].map((step) => [step, world.due(step)]),
    );

  it('keep and move the dates that they should, day by day', { timeout: 240_000 }, async () => {
    world = await startDates();
    expect(dues()).toEqual({
      'assign-engineer': '2026-12-08',
      'welcome-email': '2026-12-09',
      'kick-off': '2027-01-11',
      'intake-aws': '2027-01-18',
      'project-summary': '2027-06-30',
      'customer-sign-off': '2027-07-07',
      'financial-wrap-up': '2027-07-14',
      'post-mortem': '2027-07-14',
    });
    expect(world.epicLines()).toContain('**Forecast:** closes 2027-07-14');
    await world.done('2026-12-08', 'assign-engineer');
    await world.done('2026-12-09', 'welcome-email');
    const plan = dues();

    for (const day of ['2027-01-12', '2027-01-14', '2027-01-20']) {
      await world.at(`${day} 09:00`);
      expect([day, world.proposals(), dues()]).toEqual([day, [], plan]);
    }
    expect(world.epicLines()).toMatch(/closes 2027-07-14.*/);
    expect(world.epicLines()).not.toMatch(/Intake for AWS \|.*late/);
    expect(world.labels(world.epic())).toContain('health::at risk');

    await world.done('2027-01-25', 'kick-off');
    expect(world.proposals()).toEqual([expect.stringContaining('| 2027-01-18 | 2027-02-01 |')]);
    expect(world.labels(world.epic())).toContain('health::on track');
    await world.say('mira', 'intake-aws', '/ps replan');
    expect(dues()).toEqual({ ...plan, 'intake-aws': '2027-02-01' });

    await world.done('2027-02-03', 'intake-aws');
    expect(world.proposals()).toHaveLength(1);
    world.clock('2027-03-01');
    await world.say('mira', 'project-summary', '/ps hold the customer moves house');
    await world.at('2027-03-15');
    expect(world.proposals()).toHaveLength(1);
    world.clock('2027-03-30');
    await world.say('mira', 'project-summary', '/ps resume');
    expect(world.epicLines()).toContain('forecast 2027-07-27, 19 working days after');
    expect(world.proposals().at(-1)).toMatch(/2027-07-07 \| 2027-08-03[^]*2027-07-14 \| 2027-08-10/);

    world.clock('2027-04-09');
    await world.say('mira', 'project-summary', '/ps replan');
    expect(dues()).toMatchObject({
      'project-summary': '2027-06-30',
      'customer-sign-off': '2027-08-03',
      'financial-wrap-up': '2027-08-10',
      'post-mortem': '2027-08-10',
    });
    await settleIn(world);
  });
});

describe('an answer', () => {
  /** The kick-off was late, and the manager has just agreed to the new dates. */
  async function agreed(): Promise<DatesWorld> {
    const begun = await startDates();
    await begun.done('2027-01-08', 'assign-engineer');
    sayIn(begun, 'mira', begun.issue('intake-aws'), '/ps replan');
    return begun;
  }

  async function goOnFrom(snapshot: Snapshot): Promise<void> {
    await world.close();
    world = await beforeDates();
    beginFrom(world, snapshot);
    world.clock('2027-01-08');
  }

  const shape = (): unknown => ({
    dues: ['welcome-email', 'kick-off', 'intake-aws'].map((step) => world.due(step)),
    proposals: world.proposals(),
    awards: world.sandbox.world.awards.length,
    answers: world.notes(world.issue('intake-aws')).length,
  });

  it('is carried out once, wherever a run is killed', { timeout: 240_000 }, async () => {
    world = await agreed();
    const left = await leftByDying(world, (gitlab) =>
      reconcile(world.over(gitlab), 'SOW-2001', { comments: LOOK_EVERYWHERE }),
    );
    const wanted = shape();
    expect(wanted).toMatchObject({ dues: ['2027-01-11', '2027-01-14', '2027-01-21'], awards: 1, answers: 2 });

    for (const [call, snapshot] of left.entries()) {
      await goOnFrom(snapshot);
      await settleIn(world);
      expect({ call, ...(shape() as object) }).toEqual({ call, ...(wanted as object) });
    }
    expect(left.length).toBeGreaterThan(5);
  });

  it('is carried out once where answers of GitLab are lost, and by two writers at once', {
    timeout: 240_000,
  }, async () => {
    world = await agreed();
    const before = snapshotOf(world);
    await settleIn(world);
    const wanted = shape();
    await goOnFrom(before);
    const other = world.over(world.connect());
    await Promise.allSettled([
      world.reconcile({ comments: LOOK_EVERYWHERE }),
      reconcile(other, 'SOW-2001', { comments: LOOK_EVERYWHERE }),
    ]);
    await settleIn(world);
    expect((shape() as { dues: unknown }).dues).toEqual((wanted as { dues: unknown }).dues);
    expect(world.proposals()).toHaveLength(1);

    for (let n = 1; n <= 16; n += 1) {
      await goOnFrom(before);
      world.sandbox.faults.failAtRequest(n, { when: 'after', kind: 'reset' });
      await world.reconcile({ comments: LOOK_EVERYWHERE }).catch(() => {});
      await settleIn(world);
      expect({ n, ...(shape() as object) }).toEqual({ n, ...(wanted as object) });
    }
  });

  it('costs nothing while it is waited for: no request more than where nothing is proposed', async () => {
    const idle = async (moveDates: 'ask' | 'never'): Promise<readonly string[]> => {
      world = await startDates({ settings: { moveDates } });
      await world.done('2027-01-08', 'assign-engineer');
      await world.say('mira', 'assign-engineer', '/ps hold they are away');
      await world.at('2027-01-11');
      await world.say('mira', 'assign-engineer', '/ps resume');
      await world.reconcile();
      world.sandbox.ledger.clear();
      await world.reconcile();
      return world.sandbox.ledger.entries().map(({ route }) => route);
    };
    const without = await idle('never');
    expect(world.proposals()).toEqual([]);
    await world.close();
    const asked = await idle('ask');
    expect(world.proposals()).not.toEqual([]);

    expect(asked).toEqual(without);
  });
});

/** What several comments read together come to, in their order. */
import { describe, expect, it } from 'vitest';
import { assess } from '#domain/assess/assess.ts';
import { type Followed, followComments } from '#domain/comments/follow-comments.ts';
import type { ActualNote } from '#domain/engagement/state.ts';
import { identify } from '#domain/record/identify.ts';
import { NO_EFFECTS } from '#domain/rulings/one-time-effects.ts';
import { NO_RULINGS, type Rulings } from '#domain/rulings/rulings.ts';
import { anEpic, anIssue, aProcess, aSow, aState, aStep, someSettings } from '#test/support/builders.ts';

const MIRA = { id: 4, username: 'mira' };
const NOOR = { id: 6, username: 'noor' };
const PROCESS = aProcess({
  steps: [aStep('first'), aStep('last')],
  closeWhen: ['last'],
});

/** Comments of the manager on the epic, one after the other. */
function follow(said: readonly string[], rulings: Rulings = NO_RULINGS): Followed {
  const settings = someSettings();
  const epic = anEpic();
  const issues = [anIssue('first'), anIssue('last', { iid: 2 })];
  const found = identify(aState({ epics: [epic], issues }));
  const assessment = assess({
    engagement: 'SOW-1',
    process: PROCESS,
    sow: aSow(),
    found,
    settings,
    today: '2026-11-04',
    rulings,
  });
  const at = '2026-11-04T10:00:00Z';
  const notes = said.map(
    (body, index): ActualNote => ({
      id: index + 1,
      author: MIRA,
      body,
      system: false,
      internal: false,
      createdAt: at,
      updatedAt: at,
    }),
  );
  return followComments({
    comments: [{ target: { kind: 'epic' }, item: epic, notes }],
    rulings,
    assessment,
    settings,
    levels: new Map([[MIRA.id, 40]]),
    named: new Map([['Noor', NOOR]]),
  });
}

function refused({ answers }: Followed): readonly number[] {
  return answers.filter(({ outcome }) => outcome === 'refused').map(({ noteId }) => noteId);
}

const OWED = {
  dueDates: [{ step: 'first', date: '2027-01-04' }],
  autoDue: [],
  roles: ['manager'],
  autoHealth: true,
};

describe('followComments', () => {
  it('adds what is to be done once to what is owed, the last word about a thing counting', () => {
    const followed = follow(
      [
        '/ps due first 2027-02-01 they are away\n/ps assign engineer @Noor',
        '/ps due first 2027-03-01 for longer',
        '/ps due last 2027-04-01 for longer',
      ],
      { ...NO_RULINGS, owed: OWED },
    );

    expect(refused(followed)).toEqual([]);
    expect(followed.effects).toEqual({
      proposals: [],
      dueDates: [
        { step: 'first', date: '2027-03-01' },
        { step: 'last', date: '2027-04-01' },
      ],
      autoDue: [],
      roles: ['manager', 'engineer'],
      autoHealth: true,
      unpause: false,
    });
    expect(followed.rulings.appointments).toMatchObject([{ role: 'engineer', username: 'noor' }]);
  });

  it.each([
    [['/ps hold they are away', '/ps resume'], false],
    [['/ps resume', '/ps hold they are away'], true],
  ])('%j ends on hold: %s, whatever was said between', (said, held) => {
    const [first = '', second = ''] = said;
    const followed = follow([first, '/ps due first 2027-02-01 they are away', second]);

    expect(followed.rulings.hold !== null).toBe(held);
    expect(followed.effects).toMatchObject({
      dueDates: [{ step: 'first', date: '2027-02-01' }],
      unpause: true,
    });
  });

  it('knows which comments change something at once: those wait while nothing may be changed', () => {
    const { answers } = follow([
      '/ps due first 2027-02-01 they are away',
      '/ps waive first there is no time',
      '/ps status',
      '/ps skip last nobody needs it',
      '/ps due first tomorrow please',
    ]);

    expect(answers.map(({ changes }) => changes)).toEqual([true, false, false, true, false]);
  });

  it('gives a role to nobody who is not known as a member', () => {
    const followed = follow(['/ps assign engineer @otto']);

    expect(refused(followed)).toEqual([1]);
    expect(followed.effects).toEqual(NO_EFFECTS);
    expect(followed.rulings.appointments).toEqual([]);
  });

  it('does not count a skip as used before its issue is closed', () => {
    const { rulings } = follow(['/ps skip last nobody needs it']);

    expect(rulings.waivers).toMatchObject([{ step: 'last', skip: true, used: false }]);
  });
});

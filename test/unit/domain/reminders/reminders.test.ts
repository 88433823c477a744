import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { assess } from '#domain/assess/assess.ts';
import { healthOf, waitingSince } from '#domain/assess/health.ts';
import { addCalendarDays, isWorkingDay, localDate, localTime } from '#domain/base/calendar.ts';
import { DEFAULT_REMINDERS, type Settings } from '#domain/base/settings.ts';
import type { ActualIssue } from '#domain/engagement/state.ts';
import type { Step } from '#domain/process/process.ts';
import { identify } from '#domain/record/identify.ts';
import { nextLook } from '#domain/reminders/next-look.ts';
import { planReminders } from '#domain/reminders/reminders.ts';
import { NO_RULINGS, type ReminderStage, type Rulings } from '#domain/rulings/rulings.ts';
import type { Sow } from '#domain/sow/sow.ts';
import { type BlockContext, blockContext } from '#domain/texts/block-context.ts';
import { anEpic, anIssue, aProcess, aSow, aState, aStep, someSettings } from '#test/support/builders.ts';

interface World {
  readonly today: string;
  readonly first?: Partial<ActualIssue>;
  readonly last?: Partial<ActualIssue>;
  readonly rulings?: Partial<Rulings>;
  readonly settings?: Partial<Settings>;
  readonly sow?: Partial<Sow>;
  readonly steps?: readonly Step[];
}

const STEPS = [aStep('first'), aStep('last', { after: [{ step: 'first', until: 'done' }] })];

/** Two steps made on Wednesday, 2026-11-04; the first is due on Friday, 2026-11-06. */
function at({ today, first, last, rulings, settings: changed, sow, steps = STEPS }: World): BlockContext {
  const settings = someSettings(changed);
  const issues = [
    anIssue('first', { iid: 1, dueDate: '2026-11-06', labels: labels('first', 'ready'), ...first }),
    anIssue('last', { iid: 2, labels: labels('last', 'blocked'), ...last }),
  ];
  const assessment = assess({
    engagement: 'SOW-1',
    process: aProcess({ steps }),
    sow: aSow(sow),
    found: identify(aState({ epics: [anEpic()], issues })),
    settings,
    today,
    rulings: { ...NO_RULINGS, ...rulings },
  });
  return blockContext(assessment, settings);
}

function labels(step: string, state: string): readonly string[] {
  return ['SOW-1', `step::${step}`, `workflow::${state}`];
}

function due(world: World, time = '10:00'): readonly string[] {
  return planReminders(at(world), `${world.today}T${time}:00Z`).due.map(
    ({ step, stage }) => `${step} ${stage}`,
  );
}

const said = (stage: ReminderStage, date: string, on: string): Partial<Rulings> => ({
  reminders: [{ step: 'first', stage, date, on }],
});
const started = { labels: labels('first', 'in progress') };
const outside = { labels: labels('first', 'waiting') };

describe('a reminder', () => {
  it.each<[string, World, readonly string[]]>([
    ['comes a working day before the due date', { today: '2026-11-05' }, ['first before']],
    ['does not come earlier', { today: '2026-11-04' }, []],
    ['comes on the due date when it could not come before', { today: '2026-11-06' }, ['first before']],
    ['before the due date is only for what nobody has started', { today: '2026-11-05', first: started }, []],
    ['comes once', { today: '2026-11-06', rulings: said('before', '2026-11-06', '2026-11-05') }, []],
    ['comes on the working day after the due date', { today: '2026-11-09', first: started }, ['first late']],
    [
      'comes although a clock that was ahead has recorded it for next year',
      { today: '2026-11-06', rulings: said('before', '2026-11-06', '2027-11-05') },
      ['first before'],
    ],
    [
      'after the due date is not repeated',
      { today: '2026-11-10', rulings: said('late', '2026-11-06', '2026-11-09') },
      [],
    ],
    [
      'goes to the manager three working days after the due date',
      { today: '2026-11-11', rulings: said('late', '2026-11-06', '2026-11-09') },
      ['first escalated'],
    ],
    [
      'goes to the manager only after whoever does the step has had time since being told',
      { today: '2026-11-20', rulings: said('late', '2026-11-06', '2026-11-19') },
      [],
    ],
    ['goes to whoever does the step first, however late it is', { today: '2026-11-20' }, ['first late']],
    [
      'is the last one when the manager has been told',
      { today: '2026-12-18', rulings: said('escalated', '2026-11-06', '2026-11-11') },
      [],
    ],
    [
      'comes anew for another due date',
      {
        today: '2026-12-18',
        first: { dueDate: '2026-12-16' },
        rulings: said('escalated', '2026-11-06', '2026-11-11'),
      },
      ['first late'],
    ],
    ['does not come to who waits for somebody outside', { today: '2026-11-10', first: outside }, []],
    [
      'goes to the manager when the wait for somebody outside gets too long',
      { today: '2026-11-11', first: outside },
      ['first escalated'],
    ],
    [
      'does not come on the day the step was given',
      { today: '2026-11-05', first: { createdAt: '2026-11-05T08:00:00Z' } },
      [],
    ],
    [
      'counts from the working day after the issue was made when the due date was over by then',
      { today: '2026-11-17', first: { createdAt: '2026-11-13T08:00:00Z' } },
      ['first late'],
    ],
    [
      'does not come for a due date that was over before, on the first weekend',
      { today: '2026-11-15', first: { createdAt: '2026-11-13T08:00:00Z' } },
      [],
    ],
    ['does not come to a step that is done', { today: '2026-11-10', first: { state: 'closed' } }, []],
    ['does not come without a due date', { today: '2026-11-10', first: { dueDate: null } }, []],
    ['does not come on a Saturday', { today: '2026-11-14' }, []],
    [
      'comes to who holds up a late step',
      { today: '2026-11-10', first: { dueDate: null }, last: { dueDate: '2026-11-09' } },
      ['first late'],
    ],
    [
      'does not come while the step is snoozed',
      {
        today: '2026-11-09',
        rulings: {
          snoozes: [{ step: 'first', until: '2026-11-09', by: 'eli', byId: 3, on: '2026-11-05', note: 1 }],
        },
      },
      [],
    ],
    [
      'does not come on a quiet day',
      {
        today: '2026-11-10',
        settings: { reminders: { ...DEFAULT_REMINDERS, quiet: [{ from: '2026-11-09', to: '2026-11-10' }] } },
      },
      [],
    ],
    [
      'does not come when reminders are off',
      { today: '2026-11-10', settings: { reminders: { ...DEFAULT_REMINDERS, enabled: false } } },
      [],
    ],
  ])('%s', (_title, world, expected) => {
    expect(due(world)).toEqual(expected);
  });

  it('comes in working hours only', () => {
    const times = ['08:59', '09:00', '16:59', '17:00'];
    expect(times.map((time) => due({ today: '2026-11-05' }, time).length)).toEqual([0, 1, 1, 0]);
  });

  it('is replaced by the turn itself when a step becomes ready with its due date near', () => {
    const world = { today: '2026-11-12', first: { labels: labels('first', 'blocked') } };
    const turn = planReminders(at(world), '2026-11-12T10:00:00Z');

    expect(turn).toEqual({
      due: [],
      records: [{ step: 'first', stage: 'turn', date: '2026-11-06', on: '2026-11-12' }],
    });
    const rulings = { reminders: turn.records };
    expect(due({ today: '2026-11-12', rulings })).toEqual([]);
    expect(due({ today: '2026-11-13', rulings })).toEqual(['first late']);
  });

  it('is forgotten when its step is done', () => {
    const done = at({
      today: '2026-11-12',
      first: { state: 'closed' },
      rulings: said('late', '2026-11-06', '2026-11-09'),
    });
    expect(planReminders(done, '2026-11-12T10:00:00Z').records).toEqual([]);
  });

  it('never comes twice for the same reason, outside working hours, or above the cap, whatever the days and settings', () => {
    const days = fc.integer({ min: 0, max: 60 }).map((n) => addCalendarDays('2026-11-04', n));
    const instants = fc
      .array(fc.tuple(days, fc.integer({ min: 0, max: 23 })), { minLength: 1, maxLength: 25 })
      .map((all) => all.map(([day, hour]) => `${day}T${String(hour).padStart(2, '0')}:30:00Z`).toSorted());
    const reminders = fc.record({
      enabled: fc.constant(true),
      daysBefore: fc.integer({ min: 0, max: 3 }),
      daysAfter: fc.integer({ min: 0, max: 3 }),
      escalateAfter: fc.integer({ min: 3, max: 8 }),
      perDay: fc.constant(1),
      quiet: fc.constant([{ from: '2026-11-20', to: '2026-11-22' }]),
    });
    const states = fc.constantFrom('ready', 'in progress', 'waiting');
    fc.assert(
      fc.property(instants, reminders, states, fc.option(days), (times, settings, state, lastDue) => {
        let records: Rulings['reminders'] = [];
        const seen: string[] = [];
        const perDay = new Map<string, number>();
        for (const now of times) {
          const context = at({
            today: now.slice(0, 10),
            first: { labels: labels('first', state) },
            last: { dueDate: lastDue },
            rulings: { reminders: records },
            settings: { reminders: settings },
          });
          const planned = planReminders(context, now);
          ({ records } = planned);
          for (const { step, stage, date } of planned.due) {
            seen.push(`${step} ${stage} ${date}`);
            const { calendar } = context.settings;
            const day = localDate(now, calendar);
            perDay.set(day, (perDay.get(day) ?? 0) + 1);
            expect(isWorkingDay(day, calendar)).toBe(true);
            expect(day < '2026-11-20' || day > '2026-11-22').toBe(true);
            expect(localTime(now, calendar) >= '09:00' && localTime(now, calendar) < '17:00').toBe(true);
          }
          expect(
            planReminders(
              {
                ...context,
                assessment: { ...context.assessment, rulings: { ...NO_RULINGS, reminders: records } },
              },
              now,
            ).due,
          ).toEqual([]);
        }
        expect(new Set(seen).size).toBe(seen.length);
        expect(Math.max(0, ...perDay.values())).toBeLessThanOrEqual(1);
      }),
      { numRuns: 60 },
    );
  });
});

describe('the health', () => {
  const health = (world: World): string => {
    const { byFacts, facts } = healthOf(at(world), anEpic());
    return [byFacts, ...facts.map(({ text }) => text)].join(' | ');
  };
  const waiting = (since: string): Partial<Rulings> => ({ waiting: [{ step: 'first', since }] });
  const HOUR = 3600;

  it('counts a wait from today when a clock that was ahead has recorded a day to come', () => {
    const world = { today: '2026-11-11', first: outside, rulings: waiting('2027-11-04') };

    expect(waitingSince(at(world).assessment)).toEqual([{ step: 'first', since: '2026-11-11' }]);
  });

  it.each<[World, string]>([
    [{ today: '2026-11-06' }, 'on track'],
    [{ today: '2026-11-09' }, 'on track'],
    [{ today: '2026-11-10' }, 'needs attention | first was due on 2026-11-06, more than 1 working day ago'],
    [{ today: '2026-11-13' }, 'at risk | first was due on 2026-11-06, more than 4 working days ago'],
    [{ today: '2026-11-13', first: { dueDate: null } }, 'on track'],
    [{ today: '2026-11-13', first: { createdAt: '2026-11-13T09:00:00Z' } }, 'on track'],
    [
      { today: '2026-11-11', first: { ...outside, dueDate: null }, rulings: waiting('2026-11-04') },
      'needs attention | first has waited for somebody outside since 2026-11-04, for 5 working days or more',
    ],
    [
      { today: '2026-11-18', first: { ...outside, dueDate: null }, rulings: waiting('2026-11-04') },
      'at risk | first has waited for somebody outside since 2026-11-04, for 10 working days or more',
    ],
    [{ today: '2026-11-05', first: { timeSpentSeconds: 91 * HOUR } }, 'on track'],
    [
      { today: '2026-11-05', first: { timeSpentSeconds: 91 * HOUR }, sow: { hours: { scoped: 100 } } },
      'needs attention | 90 % of the 100 hours sold are used, or more',
    ],
    [
      { today: '2026-11-05', last: { timeSpentSeconds: 101 * HOUR }, sow: { hours: { scoped: 100 } } },
      'at risk | 100 % of the 100 hours sold are used, or more',
    ],
    [
      { today: '2026-11-05', last: { timeSpentSeconds: 99 * HOUR }, sow: { hours: { scoped: 100 } } },
      'needs attention | 90 % of the 100 hours sold are used, or more',
    ],
    [
      {
        today: '2026-11-05',
        last: { timeSpentSeconds: 101 * HOUR },
        sow: { type: 'fixed', hours: { scoped: 100 } },
      },
      'needs attention | 100 % of the 100 hours sold are used, or more',
    ],
  ])('of %j is %s', (world, expected) => {
    expect(health(world)).toBe(expected);
  });

  it.each<[string, readonly string[], Partial<Rulings>, boolean, string, string]>([
    ['the facts count when the label is ours', ['health::on track'], {}, false, 'facts', 'needs attention'],
    ['the facts count when there is no label', [], {}, false, 'facts', 'needs attention'],
    ['a label that a person has set stays', ['health::at risk'], {}, false, 'hand', 'at risk'],
    [
      'beside ours (Free), theirs stays',
      ['health::on track', 'health::at risk'],
      {},
      false,
      'hand',
      'at risk',
    ],
    ['a word of theirs that we do not know stays', ['health::splendid'], {}, false, 'hand', 'splendid'],
    ['`auto` ends that', ['health::at risk'], {}, true, 'facts', 'needs attention'],
    [
      'what we set last is ours',
      ['health::at risk'],
      { healthSet: 'at risk' },
      false,
      'facts',
      'needs attention',
    ],
    [
      'a command counts',
      ['health::on track'],
      {
        health: {
          value: 'at risk',
          until: '2026-11-20',
          reason: 'because',
          by: 'mira',
          byId: 2,
          on: '2026-11-09',
          note: 1,
        },
      },
      false,
      'command',
      'at risk',
    ],
  ])('%s', (_title, epicLabels, rulings, auto, by, label) => {
    const context = at({ today: '2026-11-10', rulings });
    expect(healthOf(context, anEpic({ labels: epicLabels }), auto)).toMatchObject({ by, label });
  });
});

/** Counted on a Monday: the ninth working day after it is Friday, 2026-11-13. */
const HOURS = { scoped: 100, consumed: 40, consumed_on: '2026-11-02' };

describe('the next look', () => {
  it.each<[string, World, string, string | null]>([
    ['is at the next reminder', { today: '2026-11-04' }, '2026-11-04T12:00:00Z', '2026-11-05T09:00:00.000Z'],
    [
      'is at the opening of the next working day',
      { today: '2026-11-06', rulings: said('before', '2026-11-06', '2026-11-05') },
      '2026-11-06T12:00:00Z',
      '2026-11-09T09:00:00.000Z',
    ],
    [
      'is at midnight when the health changes',
      { today: '2026-11-09', rulings: said('late', '2026-11-06', '2026-11-09') },
      '2026-11-09T12:00:00Z',
      '2026-11-10T00:00:00.000Z',
    ],
    [
      'follows the time zone of the calendar',
      {
        today: '2026-11-09',
        rulings: said('late', '2026-11-06', '2026-11-09'),
        settings: { calendar: { ...someSettings().calendar, timeZone: 'Europe/Berlin' } },
      },
      '2026-11-09T12:00:00Z',
      '2026-11-09T23:00:00.000Z',
    ],
    [
      'is at midnight when the hours become too old to warn from',
      { today: '2026-11-04', first: { dueDate: null }, sow: { hours: HOURS } },
      '2026-11-04T12:00:00Z',
      '2026-11-13T00:00:00.000Z',
    ],
    [
      'is never once they are',
      { today: '2026-11-13', first: { dueDate: null }, sow: { hours: HOURS } },
      '2026-11-13T12:00:00Z',
      null,
    ],
    [
      'is never when nothing is due',
      { today: '2026-11-04', first: { dueDate: null } },
      '2026-11-04T12:00:00Z',
      null,
    ],
    [
      'is never while the engagement is on hold',
      {
        today: '2026-11-04',
        rulings: { hold: { reason: 'moves', by: 'mira', byId: 2, on: '2026-11-04', note: 1 } },
      },
      '2026-11-04T12:00:00Z',
      null,
    ],
  ])('%s', (_title, world, now, expected) => {
    expect(nextLook(at(world), now)).toBe(expected);
  });
});

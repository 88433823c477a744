/** The table of dates that move, row by row: 2027 in Berlin, a SOW from 11 January to 30 June. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { addCalendarDays, type Calendar, DEFAULT_CALENDAR, isWorkingDay } from '#domain/base/calendar.ts';
import { type DatedStep, type Forecast, forecastDates } from '#domain/dates/forecast.ts';
import { afterMoves, movesByCause, movesForward } from '#domain/dates/moves.ts';
import { cannotBeHeldText, reasonText } from '#domain/dates/reasons.ts';
import type { ProcessDefinition } from '#domain/process/process.ts';
import type { DateMove } from '#domain/rulings/rulings.ts';
import { aStep } from '#test/support/builders.ts';
import { PROOF, proofRuns } from '#test/support/proof.ts';

const CALENDAR: Calendar = {
  ...DEFAULT_CALENDAR,
  timeZone: 'Europe/Berlin',
  holidays: ['2026-12-25', '2027-01-01', '2027-03-26', '2027-03-29', '2027-05-06', '2027-05-17'],
};
const CLOSING = ['wrap-up', 'post-mortem'];

function step(key: string, due: string, changes: Partial<DatedStep> = {}): DatedStep {
  return {
    key,
    after: [],
    slip: 'keep',
    needs: 1,
    planned: due,
    baseline: due,
    due,
    latest: null,
    pinned: false,
    mayMove: true,
    doneOn: null,
    started: false,
    canStart: false,
    held: 0,
    ...changes,
  };
}

const after = (...steps: readonly string[]): Pick<DatedStep, 'after'> => ({
  after: steps.map((before) => ({ step: before, until: 'done' })),
});

const PLAN: readonly DatedStep[] = [
  step('assign', '2026-12-08'),
  step('welcome', '2026-12-09', after('assign')),
  step('kick-off', '2027-01-11', { ...after('welcome'), slip: 'slack', needs: 3 }),
  step('intake', '2027-01-18', after('kick-off')),
  step('summary', '2027-06-30', { ...after('kick-off', 'intake'), slip: 'fixed', needs: 5 }),
  step('sign-off', '2027-07-07', after('summary')),
  step('wrap-up', '2027-07-14', after('sign-off')),
  step('post-mortem', '2027-07-14', {
    after: [
      { step: 'summary', until: 'done' },
      { step: 'wrap-up', until: 'started' },
    ],
  }),
];

/** The plan with some steps done, and others changed; what nothing blocks can start. */
function plan(
  done: Readonly<Record<string, string>>,
  changes: Readonly<Record<string, Partial<DatedStep>>> = {},
): readonly DatedStep[] {
  return PLAN.map((one) => {
    const doneOn = done[one.key] ?? null;
    const isFree = one.after.every(({ step: before }) => done[before] !== undefined);
    return {
      ...one,
      doneOn,
      started: doneOn !== null,
      canStart: doneOn === null && isFree,
      ...changes[one.key],
    };
  });
}

const forecast = (steps: readonly DatedStep[], today: string | null): Forecast =>
  forecastDates(steps, CLOSING, { today, calendar: CALENDAR });

const pulled = (steps: readonly DatedStep[], pullFrom: string): Forecast =>
  forecastDates(steps, CLOSING, { today: null, calendar: CALENDAR, pullFrom });

/** Everything that is proposed, whatever the cause. */
const proposed = (steps: readonly DatedStep[]): readonly DateMove[] =>
  movesByCause(steps, forecast(steps, null)).flatMap(({ moves }) => moves);

const HELD = { held: 19 };
const ON_HOLD: Readonly<Record<string, Partial<DatedStep>>> = {
  summary: HELD,
  'sign-off': HELD,
  'wrap-up': HELD,
  'post-mortem': HELD,
};

const DATES = { assign: '2026-12-08', welcome: '2026-12-09', 'kick-off': '2027-01-11', intake: '2027-01-18' };

describe('dates that move', () => {
  it.each<[string, readonly DatedStep[], string, Readonly<Record<string, string>>, readonly string[]]>([
    [
      'slack is used',
      plan({ assign: '2026-12-11' }),
      '2026-12-11',
      { welcome: '2026-12-14', 'kick-off': '2027-01-11', intake: '2027-01-18' },
      [],
    ],
    [
      'slack is used up',
      plan({ assign: '2027-01-08' }),
      '2027-01-08',
      { welcome: '2027-01-11', 'kick-off': '2027-01-14', intake: '2027-01-21', summary: '2027-06-30' },
      [],
    ],
    [
      'the gap is kept',
      plan({ ...DATES, 'kick-off': '2027-01-25', intake: undefined as never }),
      '2027-01-25',
      { intake: '2027-02-01', summary: '2027-06-30', 'sign-off': '2027-07-07' },
      [],
    ],
    [
      'pinned by a person',
      plan({ assign: '2027-01-08' }, { 'kick-off': { due: '2027-01-20', pinned: true } }),
      '2027-01-08',
      { 'kick-off': '2027-01-20', intake: '2027-01-27' },
      [],
    ],
    [
      'pinned too early',
      plan({ assign: '2027-01-08' }, { 'kick-off': { due: '2027-01-12', pinned: true } }),
      '2027-01-08',
      { 'kick-off': '2027-01-14', intake: '2027-01-21' },
      ['kick-off'],
    ],
    [
      'early',
      plan({ assign: '2026-12-08', welcome: '2026-12-09', 'kick-off': '2027-01-08' }),
      '2027-01-08',
      { intake: '2027-01-18' },
      [],
    ],
    [
      'the end of the contract is missed',
      plan({ ...DATES, summary: '2027-07-05' }),
      '2027-07-05',
      { 'sign-off': '2027-07-12', 'wrap-up': '2027-07-19', 'post-mortem': '2027-07-19' },
      [],
    ],
    [
      'a hold of 19 working days',
      plan(DATES, ON_HOLD),
      '2027-03-30',
      {
        summary: '2027-07-27',
        'sign-off': '2027-08-03',
        'wrap-up': '2027-08-10',
        'post-mortem': '2027-08-10',
      },
      ['summary'],
    ],
  ])('%s', (_, steps, today, expected, impossible) => {
    const { steps: seen } = forecast(steps, today);

    for (const [key, date] of Object.entries(expected))
      expect([key, seen.get(key)?.forecast]).toEqual([key, date]);
    expect([...seen].filter(([, { cannotBeHeld }]) => cannotBeHeld).map(([key]) => key)).toEqual(impossible);
    for (const [key, { due }] of seen)
      expect([key, due]).toEqual([key, steps.find((one) => one.key === key)?.due]);
  });

  it('names the end and the steps that decide it', () => {
    const { end, criticalPath } = forecast(plan(DATES, ON_HOLD), '2027-03-30');

    expect({ end, criticalPath }).toEqual({
      end: '2027-08-10',
      criticalPath: ['summary', 'sign-off', 'wrap-up'],
    });
  });
});

const TITLES = new Map(PLAN.map(({ key }) => [key, key]));
const WITH_REQUESTS: Pick<ProcessDefinition, 'steps'> = {
  steps: [aStep('change-request', { changes: { result: 'Result', paper: 'Document', reason: 'Reason' } })],
};
const CONTRACT = { dates: { start: '2027-01-11', end: '2027-06-30' } };

describe('what is proposed', () => {
  it.each<[string, readonly DatedStep[], readonly [string, readonly string[]][]]>([
    [
      'welcome alone, while slack is used',
      plan({ assign: '2026-12-11' }),
      [['assign', ['welcome 2026-12-09 → 2026-12-14']]],
    ],
    [
      'three steps, when slack is used up, and not the one after them',
      plan({ assign: '2027-01-08' }),
      [
        [
          'assign',
          [
            'welcome 2026-12-09 → 2027-01-11',
            'kick-off 2027-01-11 → 2027-01-14',
            'intake 2027-01-18 → 2027-01-21',
          ],
        ],
      ],
    ],
    [
      'the step that follows, where the gap is kept',
      plan({ assign: '2026-12-08', welcome: '2026-12-09', 'kick-off': '2027-01-25' }),
      [['kick-off', ['intake 2027-01-18 → 2027-02-01']]],
    ],
    [
      'what follows a date that a person has set, and never that date',
      plan({ assign: '2027-01-08' }, { 'kick-off': { due: '2027-01-20', pinned: true } }),
      [
        ['assign', ['welcome 2026-12-09 → 2027-01-11']],
        ['kick-off', ['intake 2027-01-18 → 2027-01-27']],
      ],
    ],
    [
      'nothing, when somebody is early',
      plan({ assign: '2026-12-08', welcome: '2026-12-09', 'kick-off': '2027-01-08' }),
      [],
    ],
    [
      'what comes after the contract',
      plan({ ...DATES, summary: '2027-07-05' }),
      [
        [
          'summary',
          [
            'sign-off 2027-07-07 → 2027-07-12',
            'wrap-up 2027-07-14 → 2027-07-19',
            'post-mortem 2027-07-14 → 2027-07-19',
          ],
        ],
      ],
    ],
    [
      'what a hold moves, and not the date that stays',
      plan(DATES, ON_HOLD),
      [
        [
          'on hold',
          [
            'sign-off 2027-07-07 → 2027-08-03',
            'wrap-up 2027-07-14 → 2027-08-10',
            'post-mortem 2027-07-14 → 2027-08-10',
          ],
        ],
      ],
    ],
    ['nothing, while a step is only overdue: it may be done today', plan({ assign: '2026-12-08' }), []],
  ])('%s', (_, steps, expected) => {
    const made = movesByCause(steps, forecast(steps, null));

    expect(
      made.map(({ cause, moves }) => [
        cause,
        moves.map(({ step: key, from, to }) => `${key} ${from} → ${to}`),
      ]),
    ).toEqual(expected);
  });

  it('is nothing at a launch whose dates leave less time than the steps need: nothing has happened', () => {
    const tight = plan({}).map((one) =>
      one.key === 'kick-off'
        ? { ...one, planned: '2026-12-09', baseline: '2026-12-09', due: '2026-12-09' }
        : one,
    );

    expect(forecast(tight, null).steps.get('kick-off')?.forecast).toBe('2026-12-14');
    expect(movesByCause(tight, forecast(tight, null))).toEqual([]);
  });

  it('is earlier only for who asks: what keeps its distance follows, what waits for a date stays', () => {
    const early = plan({ assign: '2026-12-02', 'kick-off': '2027-01-06', welcome: '2026-12-03' });

    expect(proposed(early)).toEqual([]);
    expect(movesForward(early, pulled(early, '2027-01-06'))).toEqual([
      { step: 'intake', from: '2027-01-18', to: '2027-01-13' },
    ]);
    expect(movesForward(early, pulled(early, '2027-01-15'))).toEqual([
      { step: 'intake', from: '2027-01-18', to: '2027-01-15' },
    ]);
    const soon = plan({ assign: '2026-12-02' });
    expect(movesForward(soon, pulled(soon, '2026-12-02'))).toEqual([
      { step: 'welcome', from: '2026-12-09', to: '2026-12-03' },
    ]);
  });
});

describe('why', () => {
  it.each<[string, readonly DatedStep[], string]>([
    [
      'intake',
      plan({ assign: '2026-12-08', welcome: '2026-12-09', 'kick-off': '2027-01-25' }),
      '5 working days after kick-off, done 2027-01-25, as planned',
    ],
    [
      'kick-off',
      plan({ assign: '2027-01-08' }),
      '3 working days after welcome, forecast for 2027-01-11: it needs 3 working days',
    ],
    ['kick-off', plan({}), 'as planned'],
    [
      'kick-off',
      plan({}, { 'kick-off': { due: '2027-01-20', pinned: true } }),
      'set to 2027-01-20 by a person',
    ],
    ['summary', plan(DATES, ON_HOLD), 'planned for 2027-06-30, and 19 working days on hold since'],
    [
      'post-mortem',
      plan({ ...DATES, summary: '2027-07-05' }).map((one) =>
        one.key === 'post-mortem' ? { ...one, after: [{ step: 'wrap-up', until: 'started' }] } : one,
      ),
      '5 working days after wrap-up, to start on 2027-07-12, as planned',
    ],
  ])('%s: %s', (key, steps, words) => {
    const because = forecast(steps, null).steps.get(key)?.because ?? null;

    expect(because && reasonText(because, TITLES)).toBe(words);
  });

  it.each<[string, readonly DatedStep[], string | null]>([
    [
      'summary',
      plan(DATES, ON_HOLD),
      "cannot be held: forecast 2027-07-27, 19 working days after the contract's end. A change request *dates* would do",
    ],
    [
      'summary',
      plan(DATES, { summary: { held: 45 } }),
      "cannot be held: forecast 2027-09-01, 45 working days after the contract's end. A change request *extension* would do",
    ],
    [
      'kick-off',
      plan({ assign: '2027-01-08' }, { 'kick-off': { due: '2027-01-12', pinned: true } }),
      'cannot be held: earliest 2027-01-14, and a person has set 2027-01-12. A later date would do, or `/ps due auto`',
    ],
    ['sign-off', plan(DATES, ON_HOLD), null],
  ])('%s: %#', (key, steps, words) => {
    const found = forecast(steps, null).steps.get(key);

    expect(found && cannotBeHeldText(found, CONTRACT, CALENDAR, WITH_REQUESTS)).toBe(words);
  });

  it('of work that is of use until a day moves to that day and no further, and it is said what would do', () => {
    const steps = [
      step('assign', '2026-12-08', { doneOn: '2026-12-16' }),
      step('links', '2026-12-10', { ...after('assign'), slip: 'slack', needs: 3, latest: '2026-12-17' }),
    ];
    const found = forecast(steps, null);

    expect(movesByCause(steps, found)).toEqual([
      { cause: 'assign', moves: [{ step: 'links', from: '2026-12-10', to: '2026-12-17' }] },
    ]);
    const links = found.steps.get('links');
    const words = (change: string): string =>
      `cannot be held: forecast 2026-12-21, and after 2026-12-17 it is of no use. Sooner, or later dates with the customer (${change}), would do`;
    expect(links && cannotBeHeldText(links, CONTRACT, CALENDAR, WITH_REQUESTS)).toBe(
      words('a change request *dates*'),
    );
    expect(links && cannotBeHeldText(links, CONTRACT, CALENDAR, { steps: [] })).toBe(
      words('`dates` of the SOW, in its file or the CRM'),
    );
  });

  it('two months are those of the calendar: a day decides between dates and extension', () => {
    const until = (due: string, end: string, to: string, process = WITH_REQUESTS): string | null =>
      cannotBeHeldText(
        { due, forecast: to, pinned: false, latest: null, cannotBeHeld: true, because: null },
        { dates: { end } },
        CALENDAR,
        process,
      );

    expect(until('2027-06-30', '2027-06-30', '2027-08-29')).toContain('*dates*');
    expect(until('2027-06-30', '2027-06-30', '2027-08-30')).toContain('*extension*');
    expect(until('2026-12-31', '2026-12-31', '2027-02-27')).toContain('*dates*');
    expect(until('2026-12-31', '2026-12-31', '2027-02-28')).toContain('*extension*');
    expect(until('2026-12-31', '2026-12-31', '2027-02-28', { steps: [] })).toContain(
      'A later end, agreed with the customer (`dates` of the SOW, in its file or the CRM), would do',
    );
  });
});

const ORDER = PLAN.map(({ key }) => key);
const day = fc.integer({ min: 0, max: 250 }).map((days) => {
  return new Date(Date.UTC(2026, 11, 1) + days * 86_400_000).toISOString().slice(0, 10);
});

/** A history: a prefix of the steps is done, on whatever days; holds, and dates that people have set. */
const history = fc
  .record({
    done: fc.integer({ min: 0, max: ORDER.length }),
    days: fc.array(day, { minLength: ORDER.length, maxLength: ORDER.length }),
    held: fc.integer({ min: 0, max: 40 }),
    pinned: fc.option(fc.record({ key: fc.constantFrom(...ORDER), due: day }), { nil: null }),
    today: day,
  })
  .map(({ done, days, held, pinned, today }) => {
    const sorted = days.toSorted();
    const ended = Object.fromEntries(ORDER.slice(0, done).map((key, index) => [key, sorted[index] ?? today]));
    const steps = plan(ended).map((one) => ({
      ...one,
      held: one.doneOn === null ? held : 0,
      ...(pinned?.key === one.key ? { due: pinned.due, pinned: true } : {}),
    }));
    return { steps, today };
  });

describe('whatever happens', () => {
  it(
    'no forecast is a day off, nothing moves earlier, and what is done or pinned keeps its date',
    PROOF,
    () => {
      fc.assert(
        fc.property(history, ({ steps, today }) => {
          const made = forecast(steps, today);
          const next = afterMoves(steps, proposed(steps));
          const dates = [...made.steps.values()].flatMap(({ forecast: date }) => date ?? []);
          expect(dates.filter((date) => !isWorkingDay(date, CALENDAR))).toEqual([]);
          const earlier = steps.filter(
            (one) => !one.pinned && (made.steps.get(one.key)?.forecast ?? '9999') < (one.baseline ?? ''),
          );
          expect(earlier).toEqual([]);
          const stays = (one: DatedStep): boolean => one.pinned || one.doneOn !== null;
          expect(next.filter(stays)).toEqual(steps.filter(stays));
        }),
        proofRuns(200, 5_000),
      );
    },
  );

  it(
    'what is proposed is exactly what applying writes; applied, nothing more is proposed and the end stays',
    PROOF,
    () => {
      fc.assert(
        fc.property(history, ({ steps }) => {
          const moves = proposed(steps);
          const next = afterMoves(steps, moves);
          const written = steps.flatMap(({ key, due }, index): DateMove[] => {
            const to = next[index]?.due ?? null;
            return due === null || to === null || to === due ? [] : [{ step: key, from: due, to }];
          });
          expect(moves.toSorted(byStep)).toEqual(written.toSorted(byStep));
          expect(proposed(next)).toEqual([]);
          expect(forecast(next, null).end).toBe(forecast(steps, null).end);
        }),
        proofRuns(200, 5_000),
      );
    },
  );

  it('one cause applied by itself leaves what the others propose as it was', PROOF, () => {
    fc.assert(
      fc.property(history, ({ steps }) => {
        const [first, ...others] = movesByCause(steps, forecast(steps, null));
        const next = afterMoves(steps, first?.moves ?? []);
        expect(proposed(next).toSorted(byStep)).toEqual(
          others.flatMap(({ moves }) => moves).toSorted(byStep),
        );
      }),
      proofRuns(200, 5_000),
    );
  });

  it('what was pulled forward once is not pulled again, and is not pushed back', PROOF, () => {
    fc.assert(
      fc.property(history, ({ steps, today }) => {
        const settled = afterMoves(steps, proposed(steps));
        const next = afterMoves(settled, movesForward(settled, pulled(settled, today)));
        expect(movesForward(next, pulled(next, today))).toEqual([]);
        expect(proposed(next)).toEqual([]);
      }),
      proofRuns(200, 5_000),
    );
  });

  it('later work and longer holds never make anything earlier', PROOF, () => {
    fc.assert(
      fc.property(
        history,
        fc.record({ held: fc.integer({ min: 0, max: 20 }), late: fc.integer({ min: 0, max: 30 }) }),
        ({ steps, today }, more) => {
          const worse = steps.map((one) => {
            if (one.doneOn === null) return { ...one, held: one.held + more.held };
            return { ...one, doneOn: addCalendarDays(one.doneOn, more.late) };
          });
          const [before, after] = [forecast(steps, today), forecast(worse, today)];
          for (const [key, { forecast: date }] of before.steps)
            expect((after.steps.get(key)?.forecast ?? '') >= (date ?? '')).toBe(true);
        },
      ),
      proofRuns(200, 5_000),
    );
  });
});

function byStep(one: DateMove, other: DateMove): number {
  return ORDER.indexOf(one.step) - ORDER.indexOf(other.step);
}

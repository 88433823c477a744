/** The table of dates that move, row by row: 2027 in Berlin, a SOW from 11 January to 30 June. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Calendar, DEFAULT_CALENDAR, isWorkingDay } from '#domain/base/calendar.ts';
import { type DatedStep, type Forecast, forecastDates, movedTo, replanned } from '#domain/dates/forecast.ts';

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
    pinned: false,
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

const forecast = (steps: readonly DatedStep[], today: string): Forecast =>
  forecastDates(steps, CLOSING, { today, calendar: CALENDAR });

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
      plan(
        DATES,
        Object.fromEntries(CLOSING.concat('summary', 'sign-off').map((key) => [key, { held: 19 }])),
      ),
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
    const held = { held: 19 };
    const { end, criticalPath } = forecast(
      plan(DATES, { summary: held, 'sign-off': held, 'wrap-up': held, 'post-mortem': held }),
      '2027-03-30',
    );

    expect({ end, criticalPath }).toEqual({
      end: '2027-08-10',
      criticalPath: ['summary', 'sign-off', 'wrap-up'],
    });
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
  it('no forecast is a day off, nothing moves earlier, and what is done or pinned keeps its date', () => {
    fc.assert(
      fc.property(history, ({ steps, today }) => {
        const made = forecast(steps, today);
        const next = replanned(steps, made);
        const dates = [...made.steps.values()].flatMap(({ forecast: date }) => date ?? []);
        expect(dates.filter((date) => !isWorkingDay(date, CALENDAR))).toEqual([]);
        const earlier = steps.filter(
          (one) => !one.pinned && (made.steps.get(one.key)?.forecast ?? '9999') < (one.baseline ?? ''),
        );
        expect(earlier).toEqual([]);
        const stays = (one: DatedStep): boolean => one.pinned || one.doneOn !== null;
        expect(next.filter(stays)).toEqual(steps.filter(stays));
      }),
      { numRuns: 200 },
    );
  });

  it('a proposal that was applied proposes nothing more, and leaves the end as it was', () => {
    fc.assert(
      fc.property(history, ({ steps, today }) => {
        const made = forecast(steps, today);
        const next = replanned(steps, made);
        const again = forecast(next, today);
        expect(next.map((one) => movedTo(one, again))).toEqual(next.map(() => null));
        expect(again.end).toBe(made.end);
      }),
      { numRuns: 200 },
    );
  });

  it('later work and longer holds never make anything earlier', () => {
    fc.assert(
      fc.property(history, fc.integer({ min: 0, max: 20 }), ({ steps, today }, more) => {
        const held = steps.map((one) => (one.doneOn === null ? { ...one, held: one.held + more } : one));
        const [before, after] = [forecast(steps, today), forecast(held, today)];
        for (const [key, { forecast: date }] of before.steps)
          expect((after.steps.get(key)?.forecast ?? '') >= (date ?? '')).toBe(true);
      }),
      { numRuns: 200 },
    );
  });
});

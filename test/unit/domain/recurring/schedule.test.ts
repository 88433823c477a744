import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { addCalendarDays, type Calendar, instantOf, isWorkingDay, localDate } from '#domain/base/calendar.ts';
import { newMemory, type TrackerMemory } from '#domain/recurring/memory.ts';
import { Recurs } from '#domain/recurring/recurs.ts';
import {
  type Occurrence,
  occurrencesUntil,
  openingsAt,
  slotCountsFrom,
  type Tracker,
} from '#domain/recurring/schedule.ts';
import {
  type Look,
  needsThreads,
  settleThreads,
  settleUnread,
  type Thread,
} from '#domain/recurring/settle.ts';
import { readSlot, slotText } from '#domain/recurring/slot.ts';
import { occurrenceMarker } from '#domain/recurring/thread.ts';
import { PROOF, proofRuns } from '#test/support/proof.ts';

const BERLIN: Calendar = {
  timeZone: 'Europe/Berlin',
  weekend: ['sat', 'sun'],
  holidays: ['2026-12-25', '2027-01-01', '2027-03-26', '2027-03-29', '2027-05-06', '2027-05-17'],
  workingHours: { from: '09:00', to: '17:00' },
};

function tracker(every: object, changes: Partial<Tracker> = {}): Tracker {
  const start = changes.start ?? '2027-01-25';
  return {
    recurs: Recurs.parse(every),
    start,
    slots: [{ slot: 'Tue 10:00', from: addCalendarDays(start, 1) }],
    stops: [],
    moved: [],
    skipped: [],
    calendar: BERLIN,
    ...changes,
  };
}

const CALLS = { every: 'week', on: 'tue 10:00' };
const at = (date: string, time: string): string => instantOf(date, time, BERLIN);
const dates = (from: Tracker, to: string): string[] => occurrencesUntil(from, to).map(({ date }) => date);
const ids = (occurrences: readonly Occurrence[]): string[] => occurrences.map(({ id }) => id);

describe('slots', () => {
  it.each([
    ['Tue 10:00 Europe/Berlin', 'Tue 10:00 Europe/Berlin'],
    ['tuesday, 9:30', 'Tue 09:30'],
    ['Thursdays at 14:00', 'Thu 14:00'],
    ['thu', 'Thu'],
    ['Wed 09.15 (America/New_York)', 'Wed 09:15 America/New_York'],
  ])('reads %j', (text, expected) => {
    const slot = readSlot(text);
    expect(slot === null ? null : slotText(slot)).toBe(expected);
  });

  it.each(['Weekly', '10:00', 'Tue 25:00', 'Tue 10:75', 'Tue 10:00 Mars/Base', 'tue Europe/Berlin', ''])(
    'takes %j for none',
    (text) => expect(readSlot(text)).toBeNull(),
  );
});

describe('dates of occurrences', () => {
  it('lie after the day the beginning was done, week by week', () => {
    expect(dates(tracker(CALLS, { start: '2027-01-26' }), '2027-02-10')).toEqual([
      '2027-02-02',
      '2027-02-09',
    ]);
  });

  it.each([
    ['before', ['2027-04-29', '2027-05-05', '2027-05-13']],
    ['after', ['2027-04-29', '2027-05-07', '2027-05-13']],
  ])('move a holiday to the working day %s it, and keep the id', (on_holiday, expected) => {
    const updates = tracker(
      { every: 'week', on: 'thu', on_holiday },
      { slots: [{ slot: 'Thu', from: '2027-04-26' }], start: '2027-04-25' },
    );
    expect(dates(updates, '2027-05-14')).toEqual(expected);
    expect(ids(occurrencesUntil(updates, '2027-05-14'))).toEqual(['2027-04-29', '2027-05-06', '2027-05-13']);
  });

  it('are every second week from the first one on, and the first such weekday of a month', () => {
    expect(dates(tracker({ every: '2 weeks', on: 'tue' }), '2027-02-25')).toEqual([
      '2027-01-26',
      '2027-02-09',
      '2027-02-23',
    ]);
    expect(dates(tracker({ every: 'month', on: 'tue' }), '2027-05-25')).toEqual([
      '2027-02-02',
      '2027-03-02',
      '2027-04-06',
      '2027-05-04',
    ]);
  });

  it('are all working days for every: day', () => {
    expect(dates(tracker({ every: 'day' }, { start: '2027-03-24', slots: [] }), '2027-03-31')).toEqual([
      '2027-03-25',
      '2027-03-30',
      '2027-03-31',
    ]);
  });

  it('are never two on one day: what a long closure would push onto the one before falls out', () => {
    const closed = {
      ...BERLIN,
      holidays: ['2027-02-02', '2027-02-03', ...week('2027-02-04', 6), '2027-02-01'],
    };
    const [, second, third] = occurrencesUntil(tracker(CALLS, { calendar: closed }), '2027-02-16');
    expect(second).toMatchObject({ id: '2027-02-02', date: '2027-01-29', fate: 'planned' });
    expect(third).toMatchObject({ id: '2027-02-09', fate: 'day off' });
  });

  it('follow a new slot from the next period on', () => {
    const before = tracker(CALLS);
    const from = slotCountsFrom(before, '2027-02-02');
    const slots = [...before.slots, { slot: 'Thu 14:00', from }];
    expect(dates({ ...before, slots }, '2027-02-20')).toEqual([
      '2027-01-26',
      '2027-02-02',
      '2027-02-11',
      '2027-02-18',
    ]);
  });
});

function week(from: string, days: number): string[] {
  return Array.from({ length: days }, (_, index) => addCalendarDays(from, index));
}

describe('the calendar of half a year', () => {
  const stops = [{ from: '2027-03-01', to: '2027-03-30' }];
  const runs = (skipped: (day: string) => boolean): string[] =>
    week('2027-01-25', 184)
      .filter((day) => !skipped(day))
      .flatMap((day) => ['09:00', '13:00'].map((time) => at(day, time)));
  const isAway = (day: string): boolean => day >= '2027-05-01' && day <= '2027-05-09';
  const isOnHold = (day: string): boolean => day >= '2027-03-01' && day < '2027-03-30';

  it.each([
    ['calls', CALLS, 'Tue 10:00', 23, 27],
    ['updates', { every: 'week', on: 'thu' }, 'Thu', 22, 26],
  ])('has of the %s every one that was not held over', (_, every, slot, opened, all) => {
    const series = tracker(every, { stops, slots: [{ slot, from: '2027-01-26' }] });
    const played = play(
      series,
      runs((day) => isAway(day) || isOnHold(day)),
      '2027-07-27',
    );

    expect(played.memory).toMatchObject({ held: opened, heldOver: 4, missed: 0, skipped: 0 });
    expect(played.threads).toHaveLength(opened);
    expect(occurrencesUntil(series, '2027-07-27')).toHaveLength(all);
  });

  it('opens late what no run has opened in time, two threads of a tracker at most', () => {
    const calls = tracker(CALLS);
    const updates = tracker({ every: 'week', on: 'thu' }, { slots: [{ slot: 'Thu', from: '2027-01-26' }] });

    expect(ids(openingsAt(calls, '2027-04-27', at('2027-05-10', '09:00')).open)).toEqual([
      '2027-05-04',
      '2027-05-11',
    ]);
    expect(ids(openingsAt(updates, '2027-04-29', at('2027-05-10', '09:00')).open)).toEqual(['2027-05-06']);
    expect(openingsAt(calls, '2027-03-02', at('2027-05-10', '09:00')).open).toHaveLength(2);
    expect(
      openingsAt(tracker({ ...CALLS, catch_up: 'none' }), '2027-03-02', at('2027-05-10', '09:00')).open,
    ).toHaveLength(1);
  });

  it('opens nothing before its moment, and nothing while nobody works', () => {
    const calls = tracker(CALLS);
    expect(openingsAt(calls, '2027-01-26', at('2027-02-01', '08:59')).open).toEqual([]);
    expect(ids(openingsAt(calls, '2027-01-26', at('2027-02-01', '09:00')).open)).toEqual(['2027-02-02']);
    expect(openingsAt(calls, '2027-01-26', at('2027-02-06', '10:00')).open).toEqual([]);
    expect(openingsAt(calls, '2027-01-26', at('2027-02-01', '17:00')).open).toEqual([]);
  });
});

interface Played {
  readonly memory: TrackerMemory;
  readonly threads: readonly { readonly id: string; readonly openedAt: string }[];
}

/** Runs at these instants, one after the other; `forgets`: runs after which the record was not written. */
function play(
  series: Tracker,
  instants: readonly string[],
  end: string,
  forgets: (run: number) => boolean = () => false,
): Played {
  let memory = newMemory(
    series.start,
    series.slots.map((slot) => ({ ...slot, note: null })),
  );
  const threads: { id: string; openedAt: string }[] = [];
  for (const [run, now] of instants.entries()) {
    const look = lookAt(now, localDate(now, BERLIN) <= end);
    const isRead = needsThreads(series, memory, look);
    const settled = isRead
      ? settleThreads(series, memory, threads.map(threadOf), look)
      : settleUnread(series, memory, look);
    for (const { occurrence } of settled.open) threads.push({ id: occurrence.id, openedAt: now });
    if (!forgets(run)) memory = settled.memory;
  }
  return { memory, threads };
}

function lookAt(now: string, isOpen: boolean): Look {
  return {
    now,
    isOpen,
    mayNudge: false,
    isOurs: (id) => id === 1,
    isMember: () => true,
    isClosed: () => false,
  };
}

function threadOf({ id }: { readonly id: string }, index: number): Thread {
  const body = `${occurrenceMarker('project-calls', id)}\n## Call\n`;
  const author = { id: 1, username: 'bot' };
  return { id: `d${index}`, notes: [{ id: index + 1, author, body, createdAt: '2027-01-01T00:00:00Z' }] };
}

describe('any schedule of runs', () => {
  const someDay = fc.integer({ min: 0, max: 200 }).map((days) => addCalendarDays('2027-01-20', days));
  const someTracker = fc
    .record({
      every: fc.constantFrom('week', '2 weeks', 'month', 'day'),
      on_holiday: fc.constantFrom('before', 'after', 'skip'),
      open: fc.integer({ min: 0, max: 4 }),
      catch_up: fc.constantFrom('last', 'none'),
      slot: fc.constantFrom('Tue 10:00', 'Thu', 'Mon 09:00', 'Fri 16:00'),
      hold: fc.tuple(someDay, fc.integer({ min: 0, max: 40 })),
      moved: fc.option(fc.constant({ id: '2027-02-09', to: '2027-02-11', time: '14:00' })),
    })
    .map(({ slot, hold: [from, days], moved, ...every }) =>
      tracker(
        { ...every, ...(every.every === 'day' ? {} : { on: slot }) },
        {
          slots: every.every === 'day' ? [] : [{ slot, from: '2027-01-26' }],
          stops: [{ from, to: addCalendarDays(from, days) }],
          moved: moved === null || every.every === 'day' ? [] : [moved],
        },
      ),
    );
  // The clocks go forward on 28 March and back on 31 October; a clock may also be set back an hour between two runs.
  const someRuns = fc
    .array(fc.tuple(someDay, fc.integer({ min: 0, max: 23 }), fc.constantFrom(0, 0, 0, -1)), {
      maxLength: 80,
    })
    .map((runs) =>
      runs
        .map(([day, hour, back]) => ({ day, hour, back }))
        .toSorted((a, b) => (a.day === b.day ? a.hour - b.hour : a.day < b.day ? -1 : 1))
        .map(({ day, hour, back }) => at(day, `${String(Math.max(0, hour + back)).padStart(2, '0')}:30`)),
    );

  it('opens at most one thread for each occurrence, only where there is one', PROOF, () => {
    fc.assert(
      fc.property(
        someTracker,
        someRuns,
        someDay,
        fc.integer({ min: 2, max: 5 }),
        (series, runs, end, nth) => {
          const played = play(series, runs, end, (run) => run % nth === 0);
          const known = new Map(occurrencesUntil(series, '2027-12-31').map((one) => [one.id, one]));
          expect(new Set(played.threads.map(({ id }) => id)).size).toBe(played.threads.length);
          for (const { id, openedAt } of played.threads) {
            const occurrence = known.get(id);
            expect(occurrence?.fate).toBe('planned');
            const { date = '' } = occurrence ?? {};
            expect(date > series.start).toBe(true);
            expect(isWorkingDay(date, BERLIN)).toBe(true);
            expect(series.stops.some((stop) => stop.from <= date && date < (stop.to ?? '9999'))).toBe(false);
            expect(localDate(openedAt, BERLIN) <= end).toBe(true);
            expect(isWorkingDay(localDate(openedAt, BERLIN), BERLIN)).toBe(true);
          }
        },
      ),
      proofRuns(60),
    );
  });

  it('never has fewer threads for more runs, and never more than occurrences', PROOF, () => {
    fc.assert(
      fc.property(someTracker, someRuns, fc.integer({ min: 0, max: 79 }), (series, runs, count) => {
        const [some, all] = [
          play(series, runs.slice(0, count), '2027-12-31'),
          play(series, runs, '2027-12-31'),
        ];
        expect(all.threads.length).toBeGreaterThanOrEqual(some.threads.length);
        expect(all.threads.length).toBeLessThanOrEqual(occurrencesUntil(series, '2027-12-31').length);
        const counted = all.memory;
        expect(counted.held).toBe(all.threads.length);
      }),
      proofRuns(60),
    );
  });
});

describe('a memory that is lost', () => {
  it('is made again from the threads: nothing is opened twice, and the counters are what they were', () => {
    const series = tracker(CALLS);
    const played = play(series, [at('2027-01-25', '09:00'), at('2027-02-01', '09:00')], '2027-12-31');
    const threads = played.threads.map(threadOf);
    const again = settleThreads(
      series,
      newMemory(series.start, []),
      threads,
      lookAt(at('2027-02-01', '10:00'), true),
    );
    expect(again.open).toEqual([]);
    expect(again.memory).toMatchObject({ last: '2027-02-02', held: 2, missed: 0, heldOver: 0 });
  });
});

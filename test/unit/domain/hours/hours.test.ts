import { describe, expect, it } from 'vitest';
import { addWorkingDays, DEFAULT_CALENDAR } from '#domain/base/calendar.ts';
import { DEFAULT_HOURS } from '#domain/base/settings.ts';
import { type HoursInput, hoursOf, withTold } from '#domain/hours/hours.ts';
import {
  type HoursMemory,
  MOST_DAYS,
  NO_HOURS,
  oldestDay,
  totalOf,
  withStatement,
} from '#domain/hours/memory.ts';
import { hoursText } from '#domain/hours/words.ts';
import { anIssue, aSow } from '#test/support/builders.ts';

const TODAY = '2027-04-30';

function input(changes: Partial<HoursInput> = {}): HoursInput {
  return {
    memory: NO_HOURS,
    sow: aSow({ hours: { scoped: 480 } }),
    issues: [],
    thresholds: DEFAULT_HOURS,
    calendar: DEFAULT_CALENDAR,
    today: TODAY,
    ...changes,
  };
}

function statement(days: Readonly<Record<string, number>>, source = 'time tool', on?: string) {
  const entries = Object.entries(days).map(([day, hours]) => [day, { hours, unbilled: 0 }] as const);
  return { source, on: on ?? Object.keys(days).toSorted().at(-1) ?? '', days: new Map(entries) };
}

function text(changes: Partial<HoursInput>): string {
  const { reading } = hoursOf(input(changes));
  return reading === null ? 'nothing' : hoursText(reading);
}

describe('hours of an engagement', () => {
  it('are those of the first source that has data, with source and day, never added up', () => {
    const spent = [anIssue('kick-off', { timeSpentSeconds: 36_000 })];
    const consumed = aSow({ hours: { scoped: 480, consumed: 300, consumed_on: '2027-04-28' } });

    expect(text({})).toBe('none recorded yet, of 480 h');
    expect(text({ issues: spent })).toBe('10 of 480 h (2 %), /spend, 30 Apr');
    expect(text({ issues: spent, sow: consumed })).toBe('300 of 480 h (62 %), SOW, 28 Apr');
    expect(text({ issues: spent, sow: consumed, statement: statement({ '2027-04-29': 312.5 }) })).toBe(
      '312.5 of 480 h (65 %), time tool, 29 Apr',
    );
    expect(text({ sow: aSow() })).toBe('nothing');
  });

  it('have the day on which a number without one was first seen', () => {
    const sow = aSow({ hours: { scoped: 480, consumed: 300 } });
    const { memory } = hoursOf(input({ sow, today: '2027-04-26' }));

    expect(text({ memory, sow })).toBe('300 of 480 h (62 %), SOW, 26 Apr');
  });

  it('that are more than eight working days old are stale, and warn nobody', () => {
    const hours = statement({ '2027-04-20': 470 });

    expect(hoursOf(input({ statement: hours })).due).toContain('attention');
    const old = hoursOf(input({ statement: statement({ '2027-04-19': 470 }) }));
    expect(old.reading).toMatchObject({ isStale: true, level: null });
    expect(old.due).toEqual([]);
    expect(old.reading && hoursText(old.reading)).toBe('470 of 480 h (97 %), time tool, 19 Apr, stale');
  });

  it('tell each threshold once for the hours sold, and anew when more are sold', () => {
    let memory: HoursMemory = NO_HOURS;
    const tell = (scoped: number, spent: number): readonly string[] => {
      const hours = hoursOf(
        input({ memory, sow: aSow({ hours: { scoped } }), statement: statement({ [TODAY]: spent }) }),
      );
      memory = withTold(hours);
      return hours.due;
    };

    expect(tell(400, 299)).toEqual([]);
    expect(tell(400, 300)).toEqual(['notice']);
    expect(tell(400, 365)).toEqual(['attention']);
    expect(tell(400, 365)).toEqual([]);
    expect(tell(480, 365)).toEqual(['notice']);
    expect(tell(480, 436)).toEqual(['attention']);
    expect(tell(480, 484)).toEqual(['limit']);
    expect(tell(400, 484)).toEqual([]);
    expect(tell(480, 484)).toEqual(['notice', 'attention', 'limit']);
  });

  it.each([
    ['eight hours a day for twenty days', 8, 20, '2027-06-25'],
    ['four days of data', 8, 4, null],
    ['nothing used', 0, 20, null],
  ])('with %s are used up on a day that follows from the pace', (_, hours, days, on) => {
    const worked = Object.fromEntries(
      Array.from({ length: days }, (_, index) => [addWorkingDays(TODAY, -index, DEFAULT_CALENDAR), hours]),
    );

    const { reading } = hoursOf(input({ statement: statement(worked, 'time tool', TODAY) }));

    expect(reading?.exhaustedOn).toBe(on);
  });

  it('take their pace from how a sum grew where no days are known', () => {
    let memory: HoursMemory = NO_HOURS;
    for (const [day, consumed] of [
      ['2027-04-01', 100],
      ['2027-04-15', 200],
      ['2027-04-29', 300],
    ] as const) {
      const sow = aSow({ hours: { scoped: 400, consumed, consumed_on: day } });
      memory = hoursOf(input({ memory, sow, today: day })).memory;
    }
    const sow = aSow({ hours: { scoped: 400, consumed: 300, consumed_on: '2027-04-29' } });

    expect(hoursOf(input({ memory, sow })).reading?.exhaustedOn).toBe('2027-05-13');
  });

  it('are the same after a second look, whatever the source', () => {
    const given = {
      sow: aSow({ hours: { scoped: 480, consumed: 300 } }),
      issues: [anIssue('kick-off', { timeSpentSeconds: 5_000 })],
      statement: statement({ '2027-04-29': 8 }),
    };
    const { memory } = hoursOf(input(given));

    expect(hoursOf(input({ ...given, memory, today: '2027-05-03' })).memory).toEqual(memory);
  });
});

describe('a statement', () => {
  it('replaces its days and no other, so that importing it twice counts once', () => {
    const april = statement({ '2027-04-01': 8, '2027-04-02': 6 });
    const once = withStatement(NO_HOURS, april);

    expect(withStatement(once, april)).toEqual(once);
    const corrected = withStatement(once, statement({ '2027-04-02': 7.25, '2027-04-05': 1 }));
    expect(corrected.statements['time tool']).toEqual({
      on: '2027-04-05',
      days: { '2027-04': '01:8 02:7.25 05:1' },
    });
    const taken = withStatement(corrected, statement({ '2027-04-01': 0 }));
    expect(totalOf(taken.statements['time tool'] ?? { on: '', days: {} })).toEqual({
      hours: 8.25,
      unbilled: 0,
    });
  });

  it('of another time tool stands beside it; the newest counts', () => {
    const memory = withStatement(NO_HOURS, statement({ '2027-04-01': 8 }));

    expect(text({ memory, statement: statement({ '2027-04-28': 3 }, 'Kantata') })).toBe(
      '3 of 480 h (0 %), Kantata, 28 Apr',
    );
  });

  it('keeps a bounded number of days one by one, and the sum of all', () => {
    let memory: HoursMemory = NO_HOURS;
    for (let index = 0; index < MOST_DAYS + 20; index += 1)
      memory = withStatement(
        memory,
        statement({ [addWorkingDays('2025-01-06', index, DEFAULT_CALENDAR)]: 1 }),
      );
    const kept = memory.statements['time tool'];

    expect(kept && totalOf(kept).hours).toBe(MOST_DAYS + 20);
    expect(oldestDay(memory, 'time tool')).toBe('2025-01-31');
    expect(JSON.stringify(kept).length).toBeLessThan(4_000);
    const again = withStatement(memory, statement({ '2025-01-06': 50 }));
    expect(again.statements['time tool']).toEqual(kept);
  });
});

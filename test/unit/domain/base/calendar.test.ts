import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  addWorkingDays,
  type Calendar,
  DEFAULT_CALENDAR,
  daysBetween,
  instantOf,
  isCalendarDate,
  isTimeZone,
  isWorkingDay,
  localDate,
  localTime,
  WEEKDAYS,
  workingDaysBetween,
} from '#domain/base/calendar.ts';

const christmas: Calendar = { ...DEFAULT_CALENDAR, holidays: ['2026-12-25', '2026-12-28'] };

const anyDate = fc
  .date({ min: new Date('2000-01-01'), max: new Date('2060-12-31'), noInvalidDate: true })
  .map((date) => date.toISOString().slice(0, 10));
const anyCalendar: fc.Arbitrary<Calendar> = fc.record({
  timeZone: fc.constant('UTC'),
  weekend: fc.uniqueArray(fc.constantFrom(...WEEKDAYS), { maxLength: 6 }),
  holidays: fc.array(anyDate, { maxLength: 20 }),
  workingHours: fc.constant(DEFAULT_CALENDAR.workingHours),
});
const anyDays = fc.integer({ min: -300, max: 300 });

describe('domain/calendar', () => {
  it.each([
    ['2026-03-05', true],
    ['2024-02-29', true],
    ['2000-02-29', true],
    ['1900-02-29', false],
    ['2026-00-10', false],
    ['2026-04-31', false],
    ['2026-04-00', false],
    ['2026-02-29', false],
    ['2026-02-30', false],
    ['2026-13-01', false],
    ['2026-3-5', false],
    ['2026-03-05T00:00:00Z', false],
    ['2026-03-05\n', false],
    ['', false],
  ])('tells whether %j is a date: %s', (text, expected) => {
    expect(isCalendarDate(text)).toBe(expected);
  });

  it.each([
    ['2026-12-24', true],
    ['2026-12-25', false],
    ['2026-12-26', false],
    ['2026-12-29', true],
  ])('knows whether people work on %s: %s', (date, expected) => {
    expect(isWorkingDay(date, christmas)).toBe(expected);
  });

  it.each([
    ['2026-12-24', 0, '2026-12-24'],
    ['2026-12-26', 0, '2026-12-29'],
    ['2026-12-26', 1, '2026-12-29'],
    ['2026-12-26', -1, '2026-12-24'],
    ['2026-12-24', 1, '2026-12-29'],
    ['2026-12-24', 5, '2027-01-04'],
    ['2026-12-29', -1, '2026-12-24'],
    ['2026-12-31', 1, '2027-01-01'],
  ])('moves %s by %d working days to %s', (date, days, expected) => {
    expect(addWorkingDays(date, days, christmas)).toBe(expected);
  });

  it.each([
    ['2026-12-24', '2026-12-29', 1],
    ['2026-12-29', '2026-12-24', -1],
    ['2026-12-24', '2026-12-24', 0],
    ['2026-12-24', '2026-12-28', 0],
    ['2026-12-25', '2026-12-28', 0],
  ])('counts the working days from %s to %s: %d', (from, to, expected) => {
    expect(workingDaysBetween(from, to, christmas)).toBe(expected);
  });

  it('counts calendar days across a change of clocks', () => {
    expect(daysBetween('2026-03-01', '2026-04-01')).toBe(31);
    expect(daysBetween('2026-04-01', '2026-03-01')).toBe(-31);
  });

  it.each([
    ['2026-03-05T23:30:00Z', 'UTC', '2026-03-05'],
    ['2026-03-05T23:30:00.000Z', 'Europe/Berlin', '2026-03-06'],
    ['2026-03-05T02:00:00Z', 'America/New_York', '2026-03-04'],
    ['2026-03-05T23:30:00-05:00', 'UTC', '2026-03-06'],
    ['2026-03-29T00:59:59Z', 'Europe/Berlin', '2026-03-29'],
    ['2026-12-31T10:00:00Z', 'Pacific/Kiritimati', '2027-01-01'],
  ])('sees %s in %s as %s', (instant, timeZone, expected) => {
    expect(localDate(instant, { ...DEFAULT_CALENDAR, timeZone })).toBe(expected);
  });

  it.each(['2026-03-05', '2026-03-05T10:00:00', 'yesterday', '', '2026-99-05T10:00:00Z'])(
    'refuses %j as an instant',
    (instant) => {
      expect(() => localDate(instant, DEFAULT_CALENDAR)).toThrow(RangeError);
    },
  );

  it('knows time zones', () => {
    expect(isTimeZone('Europe/Berlin')).toBe(true);
    expect(isTimeZone('Europe/Berlim')).toBe(false);
    expect(isTimeZone('')).toBe(false);
  });

  it('gives up instead of searching for ever when nobody ever works', () => {
    const closed: Calendar = { ...DEFAULT_CALENDAR, weekend: [...WEEKDAYS] };

    expect(() => addWorkingDays('2026-03-05', 0, closed)).toThrow(RangeError);
    expect(() => addWorkingDays('2026-03-05', 1, closed)).toThrow(RangeError);
    expect(() => addWorkingDays('2026-03-05', -1, closed)).toThrow(RangeError);
    expect(workingDaysBetween('2020-01-01', '2026-03-05', closed)).toBe(0);
  });

  it.each([
    ['2026-02-30', 1],
    ['2026-03-05', 0.5],
    ['2026-03-05', Number.NaN],
    ['2026-03-05', 1e9],
    ['9999-12-31', 10],
  ])('refuses to move %s by %d', (date, days) => {
    expect(() => addWorkingDays(date, days, DEFAULT_CALENDAR)).toThrow(RangeError);
  });

  it('never lands on a weekend or a holiday', () => {
    fc.assert(
      fc.property(anyDate, anyDays, anyCalendar, (date, days, calendar) => {
        expect(isWorkingDay(addWorkingDays(date, days, calendar), calendar)).toBe(true);
      }),
    );
  });

  it('comes back when it goes as far in the other direction', () => {
    fc.assert(
      fc.property(anyDate, anyDays, anyCalendar, (date, days, calendar) => {
        const start = addWorkingDays(date, 0, calendar);

        const end = addWorkingDays(start, days, calendar);

        expect(addWorkingDays(end, -days, calendar)).toBe(start);
        expect(workingDaysBetween(start, end, calendar) === days).toBe(true);
      }),
    );
  });

  it('is monotone in the date and in the number of days', () => {
    fc.assert(
      fc.property(anyDate, anyDate, anyDays, anyCalendar, (one, other, days, calendar) => {
        const [earlier, later] = one <= other ? [one, other] : [other, one];

        const moved = addWorkingDays(earlier, days, calendar);

        expect(moved <= addWorkingDays(later, days, calendar)).toBe(true);
        expect(moved <= addWorkingDays(earlier, days + 1, calendar)).toBe(true);
      }),
    );
  });

  it('finds the same date at every instant of a day', () => {
    fc.assert(
      fc.property(anyDate, fc.integer({ min: 0, max: 86_399 }), (date, second) => {
        const time = new Date(second * 1000).toISOString().slice(11);

        expect(localDate(`${date}T${time}`, DEFAULT_CALENDAR)).toBe(date);
      }),
    );
  });

  it.each([
    ['2026-11-25', '09:00', 'UTC', '2026-11-25T09:00:00.000Z'],
    ['2026-11-25', '09:00', 'Europe/Berlin', '2026-11-25T08:00:00.000Z'],
    ['2026-07-01', '00:00', 'Europe/Berlin', '2026-06-30T22:00:00.000Z'],
    ['2026-11-25', '00:00', 'Pacific/Auckland', '2026-11-24T11:00:00.000Z'],
    // The clock jumps from 02:00 to 03:00, and goes back from 03:00 to 02:00.
    ['2026-03-29', '09:00', 'Europe/Berlin', '2026-03-29T07:00:00.000Z'],
    ['2026-10-25', '00:00', 'Europe/Berlin', '2026-10-24T22:00:00.000Z'],
  ])('says when the wall shows %s %s in %s', (date, time, timeZone, expected) => {
    expect(instantOf(date, time, { ...DEFAULT_CALENDAR, timeZone })).toBe(expected);
  });

  it('finds back to the date and time of any instant', () => {
    const instants = fc.date({
      min: new Date('2020-01-01'),
      max: new Date('2035-12-31'),
      noInvalidDate: true,
    });
    const zones = fc.constantFrom('UTC', 'America/New_York', 'Asia/Kolkata', 'Pacific/Chatham');
    fc.assert(
      fc.property(instants, zones, (at, timeZone) => {
        const calendar = { ...DEFAULT_CALENDAR, timeZone };
        const instant = at.toISOString();
        const [date, time] = [localDate(instant, calendar), localTime(instant, calendar)];
        const again = instantOf(date, time, calendar);
        expect([localDate(again, calendar), localTime(again, calendar)]).toEqual([date, time]);
      }),
    );
  });
});

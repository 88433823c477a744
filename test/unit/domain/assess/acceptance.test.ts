import { describe, expect, it } from 'vitest';
import { type AcceptanceFacts, readAcceptance } from '#domain/assess/acceptance.ts';
import { DEFAULT_CALENDAR } from '#domain/base/calendar.ts';
import type { Reminder } from '#domain/rulings/rulings.ts';
import { aDoneWhen, aSow, aStep } from '#test/support/builders.ts';

const STEP = aStep('sign-off', {
  done_when: aDoneWhen({ acceptance: { sent: 'Sent on', working_days: 5, fills: [] } }),
});
const SOW = aSow({ sow: { number: 'SOW-1', signed_on: '2026-11-02' } });

/** Sent on Monday, 2026-11-09; the last day for an objection is the Friday, 2026-11-13. */
function count(today: string, changes: Partial<AcceptanceFacts> & { readonly sentOn?: string } = {}) {
  const { sentOn = '2026-11-09', ...facts } = changes;
  return readAcceptance(STEP, {
    sow: SOW,
    evidence: () => [{ field: 'Sent on', value: sentOn, problem: sentOn > today ? 'to-come' : null }],
    said: [],
    since: '2026-11-06',
    wasDone: false,
    calendar: DEFAULT_CALENDAR,
    today,
    ...facts,
  });
}

const warned = (on: string, date = '2026-11-13'): Reminder[] => [
  { step: 'sign-off', stage: 'acceptance', date, on },
];

describe('domain/acceptance', () => {
  it.each<[string, string, Partial<AcceptanceFacts>, boolean]>([
    ['on the last day', '2026-11-13', { said: warned('2026-11-12') }, false],
    ['after the last day, warned before', '2026-11-14', { said: warned('2026-11-12') }, true],
    ['after the last day, warned on it', '2026-11-14', { said: warned('2026-11-13') }, true],
    ['after the last day, never warned', '2026-11-14', {}, false],
    ['months after, never warned', '2027-03-01', {}, false],
    ['months after, warned today', '2027-03-01', { said: warned('2027-03-01') }, false],
    ['months after, warned yesterday', '2027-03-01', { said: warned('2027-02-28') }, true],
    ['warned of another day', '2026-11-14', { said: warned('2026-11-12', '2026-11-20') }, false],
    [
      'reminded of something else',
      '2026-11-14',
      { said: [{ step: 'sign-off', stage: 'late', date: '2026-11-13', on: '2026-11-12' }] },
      false,
    ],
    ['found right earlier, the warning forgotten', '2026-11-20', { wasDone: true }, true],
  ])('is accepted %s: %s', (_, today, facts, reached) => {
    expect(count(today, facts)?.reached).toBe(reached);
  });

  it.each<[string, string, string | null, string | null]>([
    ['2026-11-09', '2026-11-20', '2026-11-06', null],
    ['2026-11-06', '2026-11-20', '2026-11-06', null],
    ['2026-11-05', '2026-11-20', '2026-11-06', 'this step could begin later, on 2026-11-06'],
    ['2026-11-09', '2026-11-20', null, 'what this step waits for is not done'],
    ['2026-11-01', '2026-11-20', '2026-10-01', 'the SOW was signed later, on 2026-11-02'],
    ['2062-11-09', '2026-11-20', '2026-11-06', 'that day has not come yet'],
  ])('sent on %s, looked at on %s, possible since %s: %s', (sentOn, today, since, odd) => {
    const acceptance = count(today, { sentOn, since, said: warned('2026-11-12') });

    expect(acceptance?.odd).toBe(odd);
  });

  it('is not accepted when the day is odd, whatever was warned of', () => {
    expect(count('2026-11-20', { said: warned('2026-11-12'), since: '2026-11-10' })?.reached).toBe(false);
  });

  it('is not counted for a text that is no day', () => {
    const evidence = [{ field: 'Sent on', value: 'yesterday', problem: 'not-a-date' }] as const;

    expect(count('2026-11-20', { evidence: () => evidence })).toBeNull();
  });
});

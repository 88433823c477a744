import { describe, expect, it } from 'vitest';
import { DEFAULT_CALENDAR } from '#domain/base/calendar.ts';
import { dueDates } from '#domain/process/due-dates.ts';
import type { Step } from '#domain/process/process.ts';
import { anInputSow, anInputStep } from '#test/support/inputs.ts';

// 2026-03-05 is a Thursday.
const sow = anInputSow({
  sow: { number: 'SOW-1042', signed_on: '2026-03-02' },
  closed_won_on: '2026-03-05',
  dates: { end: '2026-06-30' },
});

const due = (...steps: readonly Step[]): Record<string, string | null> =>
  Object.fromEntries(dueDates(steps, sow, DEFAULT_CALENDAR));
const rule = (from: string, working_days: number): object => ({ from, working_days });

describe('domain/due-dates', () => {
  it.each([
    ['closed_won', 2, '2026-03-09'],
    ['closed_won', 0, '2026-03-05'],
    ['sow_signed', 1, '2026-03-03'],
    ['sow_end', -5, '2026-06-23'],
    ['sow_start', 0, null],
  ])('counts from %s %d working days: %s', (from, days, expected) => {
    expect(due(anInputStep('a', { due: [rule(from, days)] }))).toEqual({ a: expected });
  });

  it('takes the first rule whose anchor the SOW knows', () => {
    expect(
      due(anInputStep('a', { due: [rule('sow_start', 0), rule('closed_won', 10), rule('sow_end', 0)] })),
    ).toEqual({
      a: '2026-03-19',
    });
  });

  it('gives no date before the one that a rule is bounded by, where the SOW knows that', () => {
    const bounded = (from: string, anchor: string): Step =>
      anInputStep('a', {
        due: [{ from, working_days: -90, not_before: { from: anchor, working_days: 3 } }],
      });

    expect(due(bounded('sow_end', 'closed_won'))).toEqual({ a: '2026-03-10' });
    expect(due(bounded('sow_end', 'sow_start'))).toEqual({ a: '2026-02-24' });
    expect(
      due(anInputStep('a', { due: [{ ...rule('sow_end', 0), not_before: rule('closed_won', 3) }] })),
    ).toEqual({
      a: '2026-06-30',
    });
  });

  it('gives no date after the last day on which the work is of use, and none before the SOW was won', () => {
    const early = { from: 'closed_won', working_days: 9 };
    const bounded = (working_days: number, from = 'sow_end'): Step =>
      anInputStep('a', {
        due: [{ from: 'sow_end', working_days: -2, not_before: early }],
        not_after: { from, working_days },
      });
    const soon = (step: Step): string | null | undefined =>
      dueDates([step], { ...sow, dates: { end: '2026-03-11' } }, DEFAULT_CALENDAR).get('a');

    expect(soon(bounded(-1))).toBe('2026-03-10');
    expect(soon(bounded(-30))).toBe('2026-03-05');
    expect(soon(bounded(-1, 'sow_start'))).toBe('2026-03-18');
    expect(due(bounded(-1))).toEqual({ a: '2026-06-26' });
  });

  it('counts from other steps, wherever they stand', () => {
    expect(
      due(
        anInputStep('c', { due: [rule('b', 1)] }),
        anInputStep('a', { due: [rule('closed_won', 1)] }),
        anInputStep('b', { due: [rule('a', 1)] }),
      ),
    ).toEqual({ c: '2026-03-10', a: '2026-03-06', b: '2026-03-09' });
  });

  it('goes on to the next rule when the other step is left out or has no due date itself', () => {
    expect(
      due(
        anInputStep('a'),
        anInputStep('b', { due: [rule('left-out', 1), rule('a', 1), rule('closed_won', 1)] }),
        anInputStep('c', { due: [rule('a', 1)] }),
      ),
    ).toEqual({ a: null, b: '2026-03-06', c: null });
  });

  it('ends when rules go round in a circle', () => {
    expect(due(anInputStep('a', { due: [rule('b', 1)] }), anInputStep('b', { due: [rule('a', 1)] }))).toEqual(
      {
        a: null,
        b: null,
      },
    );
  });
});

import { describe, expect, it } from 'vitest';
import { DEFAULT_CALENDAR } from '#domain/base/calendar.ts';
import { dateContradictions, dueRuleProblems, sowDateProblems } from '#domain/process/date-order.ts';
import { aProcess, aSow, aStep } from '#test/support/builders.ts';

const after = (step: string, until: 'done' | 'started' = 'done') => [{ step, until }];

describe('domain/date-order', () => {
  it('finds a step that is due before one it waits for, and none that only waits for a start', () => {
    const first = { key: 'first', after: [], due: '2026-11-10' };

    expect(dateContradictions([first, { key: 'last', after: after('first'), due: '2026-11-09' }])).toEqual([
      { step: 'last', due: '2026-11-09', before: 'first', beforeDue: '2026-11-10' },
    ]);
    for (const fine of [
      { key: 'last', after: after('first'), due: '2026-11-10' },
      { key: 'last', after: after('first'), due: null },
      { key: 'last', after: after('first', 'started'), due: '2026-11-09' },
    ])
      expect(dateContradictions([first, fine])).toEqual([]);
  });

  it('warns of a SOW whose dates leave no time', () => {
    const process = aProcess({
      steps: [
        aStep('first', { due: [{ from: 'sow_start', working_days: 5 }] }),
        aStep('last', { after: after('first'), due: [{ from: 'sow_end', working_days: 0 }] }),
      ],
    });
    const problems = (end: string): readonly string[] =>
      sowDateProblems(process, aSow({ dates: { start: '2026-11-09', end } }), DEFAULT_CALENDAR).map(
        ({ severity }) => severity,
      );

    expect(problems('2026-11-10')).toEqual(['warning']);
    expect(problems('2026-12-10')).toEqual([]);
  });

  it('warns of rules that contradict the order whatever the SOW says', () => {
    const process = aProcess({
      steps: [
        aStep('first', { due: [{ from: 'closed_won', working_days: 5 }] }),
        aStep('last', { after: after('first'), due: [{ from: 'first', working_days: -1 }] }),
      ],
    });

    expect(dueRuleProblems(process, DEFAULT_CALENDAR)).toMatchObject([
      { path: 'due', severity: 'warning', message: expect.stringContaining('before first') },
    ]);
  });
});

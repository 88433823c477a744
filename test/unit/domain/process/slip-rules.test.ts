import { describe, expect, it } from 'vitest';
import { DEFAULT_CALENDAR } from '#domain/base/calendar.ts';
import type { Step } from '#domain/process/process.ts';
import { needsProblems, slipProblems } from '#domain/process/slip-rules.ts';
import { aProcess, aStep } from '#test/support/builders.ts';

const END: Pick<Step, 'due'> = { due: [{ from: 'sow_end', working_days: 0 }] };

describe('slip and needs', () => {
  it.each<[string, Partial<Step>, string | null]>([
    ['a date that stays', { ...END, slip: 'fixed', needs: 5 }, null],
    ['no date', { slip: 'fixed' }, 'slip: slip: fixed is about a due date, and this step has none'],
    [
      'a tracker',
      { ...END, slip: 'slack', until: 'first' },
      'slip: slip: slack says nothing here: this step ends with others, and no date moves for it',
    ],
    [
      'what is made on demand',
      { ...END, slip: 'slack', kind: 'on-demand' },
      'slip: slip: slack says nothing here: this step ends with others, and no date moves for it',
    ],
    [
      'occurrences',
      { kind: 'recurring', needs: 3 },
      'needs: a recurring step has occurrences, and no working days that it takes',
    ],
  ])('%s', (_, changes, expected) => {
    const found = slipProblems(aProcess({ steps: [aStep('first'), aStep('last', changes)] }));

    expect(found.map(({ path, message }) => `${path}: ${message}`)).toEqual(
      expected === null ? [] : [expected],
    );
  });

  it('warns of a rule that leaves less time than the step needs, and says both ways out', () => {
    const process = (days: number): ReturnType<typeof aProcess> =>
      aProcess({
        steps: [
          aStep('first', { due: [{ from: 'closed_won', working_days: 2 }] }),
          aStep('last', {
            after: [{ step: 'first', until: 'done' }],
            due: [{ from: 'first', working_days: days }],
            slip: 'slack',
            needs: 5,
          }),
        ],
      });

    expect(needsProblems(process(5), DEFAULT_CALENDAR)).toEqual([]);
    expect(needsProblems(process(2), DEFAULT_CALENDAR)).toMatchObject([
      {
        path: 'needs',
        severity: 'warning',
        message: 'it needs 5 working days, and its due rule gives it 2 after first',
        fix: 'Write needs: 2, or due: [{ from: first, working_days: 5 }].',
      },
    ]);
  });
});

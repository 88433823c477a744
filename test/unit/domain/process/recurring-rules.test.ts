import { describe, expect, it } from 'vitest';
import { checkShape } from '#domain/base/check-shape.ts';
import { StepFrontMatter } from '#domain/process/process.ts';
import { processProblems } from '#domain/process/rules.ts';
import { Recurs } from '#domain/recurring/recurs.ts';
import { rulesHash } from '#domain/versions/rules-hash.ts';
import { aDoneWhen, aProcess, aStep } from '#test/support/builders.ts';

const WEEKLY = { every: 'week', on: 'thu' };

function problemsOf(recurs: object, kind: 'once' | 'recurring' = 'recurring'): readonly string[] {
  const { steps, ...others } = aProcess();
  const talks = aStep('calls', { kind, recurs: Recurs.parse(recurs) });
  return processProblems(aProcess({ ...others, steps: [...steps, talks] })).map(
    ({ file, at, message, fix }) => `${file} ${at?.join('.')}: ${message}. ${fix}`,
  );
}

describe('recurs in the front matter', () => {
  it('is taken in words', () => {
    expect(problemsOf(WEEKLY)).toEqual([]);
  });

  it.each([
    [WEEKLY, 'once', /recurs: only a recurring step has occurrences/],
    [{ every: 'day', on: 'thu' }, 'recurring', /recurs\.on: every working day has no weekday/],
    [{ every: 'month' }, 'recurring', /recurs\.every: every: month needs to know the weekday/],
    [
      { every: 'week', on: { step: 'frist', field: 'x', else: 'tue' } },
      'recurring',
      /there is no step "frist"\. .*first/,
    ],
    [
      { every: 'week', on: { step: 'second', field: 'Weekly', else: 'tue' } },
      'recurring',
      /the step "second" has no evidence "Weekly"/,
    ],
    [
      { every: 'week', on: { step: 'second', field: 'Held on', else: 'tue' } },
      'recurring',
      /is of kind date, so anything may be written there\. Write kind: slot/,
    ],
    [{ ...WEEKLY, agenda: 'agenda' }, 'recurring', /there is no partial "agenda"\. Write _agenda\.md/],
  ] as const)('is refused with the fix: %j', (recurs, kind, expected) => {
    expect(problemsOf(recurs, kind)).toEqual([expect.stringMatching(expected)]);
  });

  it.each([
    [{ every: 'fortnight' }, /expected one of day, week, 2 weeks, month/],
    [{ every: 'week', on: 'someday' }, /expected a weekday/],
    [{ every: 'week', on: 'thu', opens: 1 }, /unknown field/],
  ])('is read with a word for each mistake: %j', (recurs, expected) => {
    const shape = checkShape(StepFrontMatter, {
      title: 'Calls',
      owner: 'engineer',
      kind: 'recurring',
      recurs,
    });
    expect(shape.kind === 'invalid' ? shape.problems.map(({ message }) => message) : []).toEqual([
      expect.stringMatching(expected),
    ]);
  });

  it('is a rule of the process, but for its texts; without it the hash is what it was', () => {
    const hash = (recurs?: object): string =>
      rulesHash(
        aProcess({
          steps: [
            aStep('calls', {
              kind: 'recurring',
              done_when: aDoneWhen(),
              ...(recurs === undefined ? {} : { recurs: Recurs.parse(recurs) }),
            }),
          ],
        }),
      );
    expect(hash(WEEKLY)).not.toBe(hash());
    expect(hash({ ...WEEKLY, name: 'Update', form: 'form' })).toBe(hash(WEEKLY));
    expect(hash({ ...WEEKLY, open: 1, on_holiday: 'before' })).toBe(hash(WEEKLY));
    expect(hash({ ...WEEKLY, open: 2 })).not.toBe(hash(WEEKLY));
  });
});

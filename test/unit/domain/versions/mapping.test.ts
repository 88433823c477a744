import { describe, expect, it } from 'vitest';
import { formatProblem } from '#domain/base/input-problem.ts';
import { Mapping, stepChanges } from '#domain/versions/mapping.ts';
import { mappingNumberProblems, mappingProblems } from '#domain/versions/mapping-problems.ts';
import { aDoneWhen, aProcess, aStep } from '#test/support/builders.ts';

const asked = (field: string) => aDoneWhen({ evidence: [{ field, kind: 'text', required: true }] });

const ONE = aProcess({
  version: 1,
  steps: [
    aStep('kick-off', { done_when: asked('Weekly call') }),
    aStep('intake-aws'),
    aStep('register'),
    aStep('change-order', { kind: 'on-demand', created: 'command' }),
    aStep('summary'),
  ],
  closeWhen: ['summary'],
});
const TWO = aProcess({
  version: 2,
  steps: [
    aStep('kick-off', { done_when: asked('Slot') }),
    aStep('intake-cloud'),
    aStep('design-review'),
    aStep('change-request', { kind: 'on-demand', created: 'command' }),
    aStep('summary'),
  ],
  closeWhen: ['summary'],
});

const RIGHT = {
  from: 1,
  to: 2,
  steps: {
    'intake-aws': { becomes: 'intake-cloud' },
    'change-order': { becomes: 'change-request' },
    register: { why: 'A table now.' },
  },
};

function problemsOf(changes: object): readonly string[] {
  const mapping = Mapping.parse({ ...RIGHT, ...changes });
  return mappingProblems(mapping, { from: ONE, to: TWO }).map(formatProblem);
}

describe('a mapping between two versions', () => {
  it('says what goes on, under which name, what ends and what is new', () => {
    const changes = stepChanges(
      Mapping.parse({ ...RIGHT, evidence: { 'kick-off': { 'Weekly call': { as: 'Slot' } } } }),
      ONE,
      TWO,
    );

    expect(Object.fromEntries(changes.becomes)).toEqual({
      'kick-off': 'kick-off',
      'intake-aws': 'intake-cloud',
      'change-order': 'change-request',
      summary: 'summary',
    });
    expect([...changes.retired]).toEqual([['register', 'A table now.']]);
    expect([...changes.added]).toEqual(['design-review']);
    expect(changes.evidence).toEqual({ 'kick-off': { Slot: 'Weekly call' } });
  });

  it.each([
    [{}, []],
    [
      { steps: { ...RIGHT.steps, intake: { becomes: 'intake-cloud' } } },
      [
        'steps.intake: version 1 has no step intake. Fix: Did you mean "intake-aws"?',
        'steps.intake-aws.becomes: intake becomes intake-cloud, too. Fix: Two steps cannot become one: retire one of them.',
        'steps.intake.becomes: intake-aws becomes intake-cloud, too. Fix: Two steps cannot become one: retire one of them.',
      ],
    ],
    [
      { steps: { ...RIGHT.steps, 'intake-aws': { becomes: 'intake-clout' } } },
      ['steps.intake-aws.becomes: version 2 has no step intake-clout. Fix: Did you mean "intake-cloud"?'],
    ],
    [
      { steps: { ...RIGHT.steps, 'intake-aws': { becomes: 'summary' } } },
      [
        'steps.intake-aws.becomes: version 1 has a step summary of its own. Fix: Say what becomes of summary, or give the step of version 2 another id.',
      ],
    ],
    [
      { steps: { 'change-order': { becomes: 'change-request' }, register: { why: 'x' } } },
      [
        'steps: the step intake-aws of version 1 is not in version 2, and nothing says what becomes of it. Fix: Add intake-aws: { becomes: … }, or intake-aws: { becomes: null, why: … }.',
      ],
    ],
    [
      { steps: { ...RIGHT.steps, register: {} } },
      [
        'steps.register: nobody is asked for this step any more, and nothing says why. Fix: Add why: in a sentence; people read it in the issue that is closed.',
      ],
    ],
    [
      { steps: { ...RIGHT.steps, 'change-order': { becomes: 'design-review' } } },
      [
        'steps.change-order.becomes: change-order and design-review are not of one kind: only one of them is made by /ps add. Fix: Retire the one and let the other be new.',
      ],
    ],
    [
      { new: { 'kick-off': { unless_done: 'summary' }, 'design-review': { unless_done: 'sumary' } } },
      [
        'new.kick-off: kick-off is not new: version 1 has it. Fix: Take the line away.',
        'new.design-review.unless_done: version 2 has no step sumary. Fix: Did you mean "summary"?',
      ],
    ],
    [
      { evidence: { 'kick-off': { 'Weekly cal': { as: 'Slot' } }, register: { Any: { as: 'Slot' } } } },
      [
        'evidence.kick-off.Weekly cal: the step kick-off of version 1 has no evidence field "Weekly cal". Fix: Did you mean "Weekly call"?',
        'evidence.register: register does not go on in version 2. Fix: Take the line away.',
      ],
    ],
  ])('of which lint says what is wrong: %j', (changes, expected) => {
    expect(problemsOf(changes)).toEqual(expected);
  });

  it('needs new steps to have an id that the old version did not use, because an issue must be of one step on the way', () => {
    const mapping = Mapping.parse({ ...RIGHT, steps: { ...RIGHT.steps, summary: { why: 'x' } } });

    expect(mappingProblems(mapping, { from: ONE, to: TWO }).map(formatProblem)).toEqual([
      'steps.summary: version 1 has a step summary that ends or is called otherwise, and version 2 has a new one of this name. Fix: Give the new step another id: an issue must be of one step while a migration is under way.',
    ]);
  });

  it.each([
    [
      { from: 1, to: 3 },
      '1-to-2.yml',
      'from: the file is called 1-to-2.yml, and maps version 1 to version 3. Fix: Call it 1-to-3.yml, or correct the numbers.',
    ],
    [
      { from: 2, to: 1 },
      '2-to-1.yml',
      'to: expected a version after 2, got 1. Fix: A mapping leads to a later version; the way back is known from what the migration has done.',
    ],
    [
      { from: 1, to: 4 },
      '1-to-4.yml',
      'to: there is no version 4, or it cannot be read. Fix: Versions that can be read: 2, 1. procession versions lists them.',
    ],
  ])(
    'has the numbers of versions that are there, and a name that says them: %j',
    (numbers, name, expected) => {
      expect(mappingNumberProblems(numbers, name, [2, 1]).map(formatProblem)).toEqual([expected]);
    },
  );
});

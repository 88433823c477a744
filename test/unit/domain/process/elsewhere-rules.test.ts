import { describe, expect, it } from 'vitest';
import { elsewhereProblems, unknownElsewhere } from '#domain/process/elsewhere-rules.ts';
import { anInputProcess, anInputStep } from '#test/support/inputs.ts';

const delivery = anInputProcess([anInputStep('kick-off'), anInputStep('sign-off')], { id: 'delivery' });

function sales(...places: readonly object[]): ReturnType<typeof anInputProcess> {
  return anInputProcess([anInputStep('acceptance', { same_as: places })], { id: 'sales' });
}

describe('domain/process/elsewhere-rules', () => {
  it.each([
    [{ process: 'delivery', step: 'sign-off' }, []],
    [{ process: 'delivry', step: 'sign-off' }, ['there is no process "delivry" Did you mean "delivery"?']],
    [
      { process: 'delivery', step: 'signoff' },
      ['the process "delivery" has no step "signoff" Did you mean "sign-off"?'],
    ],
  ])('knows the process and the step of another engagement: %o', (place, expected) => {
    const problems = unknownElsewhere([delivery, sales(place)]);

    expect(problems.map(({ message, fix }) => `${message} ${fix}`)).toEqual(expected);
    expect(problems.map(({ file }) => file)).toEqual(
      expected.map(() => 'issue_templates/test/acceptance.md'),
    );
  });

  it('lets a process stand among several that an installation does not have', () => {
    const places = [
      { process: 'delivery', step: 'sign-off' },
      { process: 'training', step: 'roster' },
    ];

    expect(unknownElsewhere([delivery, sales(...places)])).toEqual([]);
  });

  it('refuses what needs an issue of its own, and two places of one issue', () => {
    const place = { process: 'delivery', step: 'sign-off' };
    const step = anInputStep('acceptance', {
      same_as: place,
      done_by: place,
      appoints: 'engineer',
      done_when: { approval: { role: 'manager' } },
    });

    expect(elsewhereProblems({ steps: [step] }).map(({ message }) => message)).toEqual([
      'a step has done_by or same_as, not both',
      '"done_when" needs an issue, and the issue of this step is in another engagement',
      '"appoints" needs an issue, and the issue of this step is in another engagement',
    ]);
  });
});

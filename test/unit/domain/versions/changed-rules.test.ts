import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ProcessDefinition, Step } from '#domain/process/process.ts';
import { changedRules, changedTexts, ruleChangeText } from '#domain/versions/changed-rules.ts';
import { rulesHash } from '#domain/versions/rules-hash.ts';
import { anInputProcess, anInputStep } from '#test/support/inputs.ts';

const WELCOME = anInputStep('welcome', { owner: 'manager' });
const KICK_OFF = anInputStep('kick-off', {
  after: ['welcome'],
  when: { deployment: 'aws' },
  done_when: { evidence: [{ field: 'Held on', kind: 'date' }, { field: 'Minutes' }] },
});
const LAST = anInputStep('last', { after: ['kick-off'] });
const BEFORE = anInputProcess([WELCOME, KICK_OFF, LAST]);

function said(after: ProcessDefinition, before = BEFORE): readonly string[] {
  return changedRules([before], [after]).map(ruleChangeText);
}

function withKickOff(frontMatter: Readonly<Record<string, unknown>>): ProcessDefinition {
  const { id: _, body: __, file: ___, ...rules } = KICK_OFF;
  return anInputProcess([WELCOME, anInputStep('kick-off', { ...rules, ...frontMatter }), LAST]);
}

describe('domain/process/changed-rules', () => {
  it('is empty for the same rules', () => {
    expect(said(anInputProcess([WELCOME, KICK_OFF, LAST]))).toEqual([]);
  });

  it.each<[string, ProcessDefinition, readonly string[]]>([
    [
      'another predecessor',
      withKickOff({ after: [{ step: 'welcome', until: 'started' }] }),
      ['kick-off after: [welcome] → [{ step: welcome, until: started }]'],
    ],
    ['another owner', withKickOff({ owner: 'manager' }), ['kick-off owner: engineer → manager']],
    [
      'a condition',
      withKickOff({ when: { deployment: ['aws', 'on-prem'], 'customer.region': 'eu west' } }),
      ['kick-off when.deployment: aws → [aws, on-prem]', 'kick-off when.customer.region: nothing → eu west'],
    ],
    [
      'no condition any more',
      withKickOff({ when: undefined }),
      ['kick-off when: { deployment: aws } → nothing'],
    ],
    [
      'evidence: a row more, and one of another kind',
      withKickOff({
        done_when: {
          evidence: [
            { field: 'Slot' },
            { field: 'Held on', kind: 'date' },
            { field: 'Minutes', kind: 'url' },
          ],
        },
      }),
      [
        'kick-off done_when.evidence.Minutes.kind: text → url',
        'kick-off done_when.evidence.Slot: nothing → { kind: text, required: true }',
      ],
    ],
    [
      'evidence in another order',
      withKickOff({ done_when: { evidence: [{ field: 'Minutes' }, { field: 'Held on', kind: 'date' }] } }),
      ['kick-off done_when.evidence: [Held on, Minutes] → [Minutes, Held on]'],
    ],
    [
      'a step more and one less',
      anInputProcess([WELCOME, anInputStep('review'), LAST]),
      ['kick-off: a step → nothing', 'review: nothing → a step'],
    ],
    [
      'steps in another order',
      anInputProcess([KICK_OFF, WELCOME, LAST]),
      ['steps: [welcome, kick-off, last] → [kick-off, welcome, last]'],
    ],
    [
      'other closing steps',
      { ...BEFORE, closeWhen: ['last', 'kick-off'] },
      ['close_when: [last] → [last, kick-off]'],
    ],
  ])('names %s', (_, after, expected) => {
    expect(said(after)).toEqual(expected);
  });

  it('names what only a profile changes at the profile, and a profile that came or went', () => {
    const strict = (after: readonly string[]): ProcessDefinition => {
      const last = anInputStep('last', { after });
      return { ...BEFORE, steps: [WELCOME, KICK_OFF, last], profile: 'strict' };
    };

    expect(
      changedRules(
        [BEFORE, strict(['welcome']), { ...BEFORE, profile: 'old' }],
        [BEFORE, strict([]), { ...BEFORE, profile: 'new' }],
      ).map(ruleChangeText),
    ).toEqual([
      'profiles.strict.after.last: [welcome] → []',
      'profiles.old: a profile → nothing',
      'profiles.new: nothing → a profile',
    ]);
  });

  it('tells a change once, though it holds in every profile', () => {
    const strict = { ...BEFORE, profile: 'strict' };
    const after = withKickOff({ owner: 'manager' });

    expect(
      changedRules([BEFORE, strict], [after, { ...after, profile: 'strict' }]).map(ruleChangeText),
    ).toEqual(['kick-off owner: engineer → manager']);
  });

  it('is empty exactly when the hashes are equal', () => {
    const step = (id: string) =>
      fc
        .record({
          owner: fc.constantFrom('engineer', 'manager'),
          title: fc.constantFrom('One title', 'Another'),
          after: fc.subarray(['a', 'b', 'c']),
          when: fc.constantFrom(undefined, { deployment: 'aws' }, { deployment: ['aws'] }),
          evidence: fc.shuffledSubarray([
            { field: 'Day', kind: 'date' },
            { field: 'Link' },
            { field: 'Who' },
          ]),
          hint: fc.constantFrom(undefined, 'a hint'),
          checklist: fc.boolean(),
        })
        .map(({ evidence, hint, checklist, ...rules }): Step => {
          const hinted = evidence.map((field) => ({ ...field, ...(hint === undefined ? {} : { hint }) }));
          return anInputStep(id, { ...rules, done_when: { evidence: hinted, checklist } });
        });
    const process = fc
      .tuple(fc.shuffledSubarray(['a', 'b', 'c'], { minLength: 2 }), step('a'), step('b'), step('c'))
      .map(([ids, ...steps]) => anInputProcess(ids.flatMap((id) => steps.filter((it) => it.id === id))));

    fc.assert(
      fc.property(process, process, (one, other) => {
        expect(changedRules([one], [other]).length === 0).toBe(rulesHash(one) === rulesHash(other));
      }),
      { numRuns: 100 },
    );
  });

  it('tells texts by their files', () => {
    const after: ProcessDefinition = {
      ...BEFORE,
      summary: 'Another summary.',
      epicBody: 'Another text.',
      partials: { mail: 'Hello' },
      steps: [{ ...WELCOME, title: 'Another title' }, { ...KICK_OFF, body: 'Another text.' }, LAST],
    };

    expect(changedTexts(BEFORE, after)).toEqual([
      '_mail.md',
      'epic.md',
      'kick-off.md',
      'process.yml',
      'welcome.md',
    ]);
    expect(changedRules([BEFORE], [after])).toEqual([]);
    expect(changedTexts(BEFORE, withKickOff({ owner: 'manager' }))).toEqual([]);
  });
});

import { describe, expect, it } from 'vitest';
import { formatProblem } from '#domain/base/input-problem.ts';
import { effectsName, readEffects } from '#domain/changes/read-effects.ts';
import { wantedChange } from '#domain/changes/wanted-change.ts';
import type { Sow } from '#domain/sow/sow.ts';
import { aSow } from '#test/support/builders.ts';

const block = (...lines: readonly string[]): string =>
  ['## The change', '', 'More of it.', '', '```yaml change', ...lines, '```', '', '## Checklist'].join('\n');
const sow = aSow({
  hours: { scoped: 400 },
  dates: { start: '2027-01-11', end: '2027-06-30' },
  deliverables: [
    { id: 'D1', title: 'First region' },
    { id: 'D2', title: 'Runbook' },
  ],
});

const problemsOf = (lines: readonly string[], spent: number | null = null): readonly string[] => {
  const wanted = wantedChange(block(...lines), sow, spent);
  return wanted.kind === 'wrong' ? wanted.problems.map(formatProblem) : [];
};
const after = (...lines: readonly string[]): Sow => {
  const wanted = wantedChange(block(...lines), sow, null);
  if (wanted.kind !== 'ok') throw new Error(JSON.stringify(wanted));
  return wanted.sow;
};

describe('effects of a change request', () => {
  it.each([
    ['hours: +80', 480],
    ['hours: -20', 380],
    ['hours: −20', 380],
    ['hours: 480', 480],
    ['hours: "+80.5"', 480.5],
  ])('%s leaves %d hours', (line, scoped) => {
    expect(after(line).hours?.scoped).toBe(scoped);
  });

  it('keep the order of what is delivered: what is put in place of another stands there, what is new comes last', () => {
    const { deliverables } = after(
      'deliverables:',
      '  drop: [D1]',
      '  add:',
      '    - { id: D3, title: Second region, acceptance_criteria: Failover shown, milestone: M3 }',
      '    - { id: D1, title: Both regions }',
    );
    expect(deliverables).toEqual([
      { id: 'D1', title: 'Both regions' },
      { id: 'D2', title: 'Runbook' },
      { id: 'D3', title: 'Second region', acceptance_criteria: 'Failover shown', milestone: 'M3' },
    ]);
  });

  it('reach every other field that may change, and nothing else', () => {
    const lines = [
      'start: 2027-02-01',
      'end: 2027-07-27',
      'deployment: on-prem',
      'type: Fixed',
      'passive_days: 10',
    ];
    expect(after(...lines, 'cost: no', 'services: { add: [{ name: Training, hours: 12.5 }] }')).toEqual({
      ...sow,
      dates: { start: '2027-02-01', end: '2027-07-27' },
      deployment: 'on-prem',
      type: 'fixed',
      passive_acceptance: { in_sow: true, days: 10 },
      services: [...(sow.services ?? []), { name: 'Training', hours: 12.5 }],
    });
  });

  it('are none while nobody has written any: no block, a quoted one, comments alone, fields without values', () => {
    expect(readEffects('## The change\n\n```yaml\nhours: +80\n```').kind).toBe('none');
    expect(readEffects(block('# hours: +80', '', '# end: 2027-07-27')).kind).toBe('none');
    expect(readEffects('> ```yaml change\n> hours: +80\n> ```').kind).toBe('none');
    expect(after('hours:', 'end: 2027-07-27').hours?.scoped).toBe(400);
  });

  it.each([
    ['an unknown field', ['hour: +80'], /effects:1 hour: unknown field\. Fix: Did you mean "hours"\?/],
    [
      'a decimal comma',
      ['hours: 80,5'],
      /hours: expected \+80 \(more\), -20 \(fewer\) or 480 \(in total\), got .*Write it like \+80\./,
    ],
    [
      'a day that does not exist',
      ['hours: +80', 'end: 2027-02-30'],
      /effects:2 end: expected a date that exists/,
    ],
    [
      'an end before the start',
      ['end: 2027-01-10'],
      /effects:1 end: .*2027-01-11.*Fix: Give an end on or after/,
    ],
    [
      'a deliverable twice',
      ['deliverables:', '  add:', '    - { id: D3, title: A }', '    - { id: D3, title: B }'],
      /effects:4 deliverables\.add\[1\]: "D3" is there twice/,
    ],
    [
      'a deliverable that is there',
      ['deliverables: { add: [{ id: D1, title: A }] }'],
      /the SOW has "D1" already/,
    ],
    [
      'dropping what is not there',
      ['deliverables: { drop: [D9] }'],
      /the SOW has no "D9"\. Fix: It has: "D1", "D2"/,
    ],
    ['dropping everything', ['deliverables: { drop: [D1, D2] }'], /expected at least one deliverable/],
    ['an amount', ['cost: 1200 EUR'], /cost: expected yes or no, got .*Use one of: yes, no/],
    ['a field twice', ['hours: +80', 'hours: +90'], /effects:2 hours: the field is there twice/],
    ['no YAML', ['hours: [+80'], /not valid YAML/],
    ['a list', ['- hours: +80'], /expected a group of fields/],
  ])('with %s are refused with line and fix', (_, lines, message) => {
    expect(problemsOf(lines).join('\n')).toMatch(message);
  });

  it('that leave fewer hours than are spent are refused with both numbers', () => {
    expect(problemsOf(['hours: 300'], 312.5)).toEqual([
      'effects:1 hours: this leaves 300 hours, and 312.5 are spent already. Fix: Leave at least 312.5, or settle first what happens to hours that are spent.',
    ]);
    expect(problemsOf(['hours: -500'])).toHaveLength(1);
    expect(problemsOf(['hours: 300'], 299)).toEqual([]);
  });

  it('that would share the issue of another deliverable or milestone are refused', () => {
    expect(problemsOf(['deliverables: { add: [{ id: d1, title: Small }], drop: [D1] }'])).toEqual([
      'effects:1 deliverables.add[0]: "d1" would share the issue of "D1". Fix: Give it an id that differs in more than signs and capital letters.',
    ]);
    const staged = { ...sow, deliverables: [{ id: 'D1', title: 'First', milestone: 'M1' }] };
    const add = (milestone: string): string =>
      wantedChange(
        block(`deliverables: { add: [{ id: D9, title: X, milestone: ${milestone} }] }`),
        staged,
        null,
      ).kind;
    expect([add('m1'), add('M1'), add('M2')]).toEqual(['wrong', 'ok', 'ok']);
  });

  it('are known by 128 bits of a hash that people cannot steer, whatever blanks stand around them', () => {
    expect(effectsName('hours: +80')).toBe('fd2d730bba7c086ab03f84aa8f0e213e');
    expect(effectsName(' hours: +80\n')).toBe(effectsName('hours: +80'));
  });

  it('in two blocks are refused', () => {
    const read = readEffects(`${block('hours: +80')}\n${block('hours: +90')}`);
    expect(read.kind === 'wrong' && read.problems.map(formatProblem)).toEqual([
      'there are two blocks of effects. Fix: Keep one of them.',
    ]);
  });
});

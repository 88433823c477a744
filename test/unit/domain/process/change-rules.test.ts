import { describe, expect, it } from 'vitest';
import { formatProblem } from '#domain/base/input-problem.ts';
import { changeProblems } from '#domain/process/change-rules.ts';
import type { Step } from '#domain/process/process.ts';
import { aDoneWhen, aProcess, aStep } from '#test/support/builders.ts';
import { CHANGING } from '#test/support/changes.ts';

const request = CHANGING.steps.find(({ id }) => id === 'change-request') ?? aStep('change-request');
const problems = (changes: Partial<Step>, ...others: readonly Step[]): string =>
  changeProblems(aProcess({ steps: [{ ...request, ...changes }, ...others] }))
    .map(formatProblem)
    .join('\n');

describe('rules about change requests and aliases', () => {
  it('find nothing wrong with a step that follows them', () => {
    expect(problems({}, aStep('last'))).toBe('');
  });

  it('refuse an alias that is the id of a step, or belongs to two', () => {
    expect(problems({}, aStep('change-order'))).toContain(
      'there is a step "change-order": an alias must not be its id. Fix: Remove the alias.',
    );
    expect(problems({ aliases: ['change-request'] })).toContain('there is a step "change-request"');
    const other = { ...request, id: 'wish', aliases: ['change-order'] };
    expect(problems({}, other)).toContain('wish has the alias "change-order", too');
  });

  it('refuse both on a step that every launch makes', () => {
    expect(problems({ created: 'launch' })).toContain('has an issue only when somebody asks for one');
    expect(problems({ created: 'launch' })).toContain('only /ps add knows aliases');
  });

  it('want the fields that are named, and the words for what comes of a request', () => {
    expect(problems({ changes: { result: 'Result', paper: 'Documents', reason: 'Reason' } })).toContain(
      'there is no evidence field "Documents". Fix: Did you mean "Document"?',
    );
    const evidence = [{ field: 'Result', kind: 'choice' as const, required: true, choices: ['yes', 'no'] }];
    expect(problems({ done_when: aDoneWhen({ evidence }) })).toContain(
      'choices: [executed, confirmed in writing, new SOW, rejected, withdrawn]',
    );
  });
});

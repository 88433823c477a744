import { describe, expect, it } from 'vitest';
import { fatalProblems, templateProblems } from '#domain/template/problems.ts';

const context = { partials: {}, file: 'x.md', kind: 'step', about: 'sow' } as const;

function nested(depth: number): string {
  return `${'{{#is.aws}}\n'.repeat(depth)}text\n${'{{/is.aws}}\n'.repeat(depth)}`;
}

/** Partials `p0` … each of which includes the next. */
function chained(length: number): Record<string, string> {
  return Object.fromEntries(
    Array.from({ length }, (_, at) => [`p${at}`, at + 1 < length ? `{{> p${at + 1}}}\n` : 'text\n']),
  );
}

const messages = (template: string, partials = {}): readonly string[] =>
  templateProblems(template, { ...context, partials }).map(({ message }) => message);

describe('a template that is nested', () => {
  it('is fine with 51 sections in each other, which has 50 around the innermost', () => {
    expect(messages(nested(51))).toEqual([]);
  });

  it.each([
    ['3,000 kept sections', Array.from({ length: 3000 }, (_, at) => `{{#kept.a${at}}}`).join('')],
    ['20,000 sections', '{{#is.aws}}'.repeat(20_000)],
    ['52 sections', nested(52)],
  ])('too deeply, %s, is told once', (_, template) => {
    expect(messages(template)).toEqual([expect.stringContaining('is nested too deeply')]);
    expect(fatalProblems(template, context)).toHaveLength(1);
  });

  it('too deeply by partials is told at the partial', () => {
    expect(messages('{{> p0}}', chained(50))).toEqual([]);
    expect(templateProblems('{{> p0}}', { ...context, partials: chained(5000) })).toMatchObject([
      { file: '_p50.md', message: expect.stringContaining('is nested too deeply') },
    ]);
  });
});

import { describe, expect, it } from 'vitest';
import type { EvidenceField } from '#domain/process/process.ts';
import { type TemplateContext, templateProblems } from '#domain/template/problems.ts';

function problems(template: string, context: Partial<TemplateContext> = {}): string[] {
  return templateProblems(template, {
    partials: {},
    file: 'issue_templates/delivery/a.md',
    kind: 'step',
    about: 'sow',
    ...context,
  }).map(({ file, line, message }) => `${file?.replace('issue_templates/delivery/', '')}:${line} ${message}`);
}

const DECISION: readonly EvidenceField[] = [
  { field: 'Decision', kind: 'choice', choices: ['yes', 'no'], formerly: ['Verdict'], required: true },
];

describe('domain/template-problems', () => {
  it('has nothing to say about a good template', () => {
    const template = [
      'Hello {{customer.name}}, see [SOW]({{sow.url}}) and `@name` and ada@example.com, C# and issue 12.',
      '',
      '| # | Question |',
      '|---|---|',
      '| 1.1 | Is `#1` fine? |',
      '',
      '{{> evidence}}',
      '',
      '- [ ] either/or, and/or; 24/7',
      '',
      '```text',
      '{{#text}}',
      '/close',
      '@root {{customer.name}}',
      '{{/text}}',
      '```',
      '',
      '[Mail](mailto:{{#encode}}{{contacts.customer.main.email}}{{/encode}}?body={{#encode}}Hello @{{customer.name}},',
      '/close #1{{/encode}})',
      '<!-- @root #1 -->',
      '',
      'see <!-- @root',
      '/close #1 -->',
      '',
      '<!--',
      '@root #1',
      '-->',
      'In a template \\{{customer.name}} and \\{{#x}} and `\\{{{y}}}` stand for nothing.',
    ].join('\n');

    expect(problems(template, { evidence: DECISION })).toEqual([]);
  });

  it('reports everything at once, in order', () => {
    expect(
      problems('one\n/close\n{{custmer.name}} {{{x}}}\nthanks @root\nsee #12, !3 and &4\n{{#is.tm}}', {
        evidence: DECISION,
      }),
    ).toEqual([
      'a.md:1 the step has evidence fields, but {{> evidence}} is missing: add it where the table shall stand',
      'a.md:2 a line that begins with /close may run a quick action in GitLab: put words before it',
      'a.md:3 unknown name {{custmer.name}}. Did you mean "customer.name"?',
      expect.stringContaining('a.md:3 {{{x}}} and {{& x}} are refused'),
      expect.stringContaining('a.md:4 @root would notify somebody'),
      expect.stringContaining('a.md:5 #12 would be a reference'),
      'a.md:6 {{#is.tm}} is never closed: add {{/is.tm}}',
    ]);
  });

  it.each([
    ['{{banana}}', 'to show the braces themselves, write \\{{'],
    ['{{ banana', 'or write \\{{ to show the braces themselves'],
    ['/{{customer.name}}', 'begins with /{{'],
    ['#{{acceptance_days}}', 'the sign before {{acceptance_days}}'],
    ['@{{customer.name}}', 'the sign before {{customer.name}}'],
    ['[x](https://x.example.com/{{customer.name}})', 'stands in a link address'],
    ['[x](https://x.example.com/{{sow.url}})', 'stands in a link address'],
    ['`code`\n```\n{{customer.name}}\n```', 'stands in a code fence'],
    ['{{#encode}}x{{/encode}}', 'belongs inside the address of a link'],
    ['{{> evidence}}\n```\n{{> evidence}}\n```', 'cannot be filled in inside a code fence'],
    ['{{people.enginer.name}}', 'Did you mean "people.engineer.name"'],
  ])('reports %j', (template, message) => {
    expect(problems(template, { roles: ['manager', 'engineer'] })).toEqual([
      expect.stringContaining(message),
    ]);
  });

  it('knows only the roles it is told, and any role when it is told none', () => {
    expect(problems('{{people.architect.name}}')).toEqual([]);
    expect(problems('{{people.architect.name}}', { roles: ['architect'] })).toEqual([]);
    expect(problems('{{people.architect.name}}', { roles: ['manager'] })).toHaveLength(1);
  });

  it('looks into partials where they are used, and names their file and line', () => {
    const partials = {
      rows: 'fine\n{{title}} {{milestne}}',
      mail: '```text\n{{#text}}\n{{> words}}\n{{/text}}\n```\n',
      words: 'Dear {{customer.name}}\n@you',
    };

    expect(problems('{{#deliverables}}\n{{> rows}}\n{{/deliverables}}\n{{> mail}}', { partials })).toEqual([
      '_rows.md:2 unknown name {{milestne}}. Did you mean "milestone"?',
    ]);
    expect(problems('{{> rows}}', { partials }).map((problem) => problem.split('.')[0])).toEqual([
      '_rows',
      '_rows',
    ]);
    expect(problems('{{> words}}{{> words}}', { partials })).toEqual([
      expect.stringContaining('_words.md:2 @you would notify'),
    ]);
    expect(problems('{{> a}}', { partials: { a: '{{> b}}', b: '{{> a}}' } })).toEqual([
      expect.stringContaining('a → b → a'),
    ]);
  });

  it('refuses rows that would be read as evidence nobody filled in, also in kept sections and partials', () => {
    const rows =
      '{{#kept.facts}}\n| **decision** | {{customer.name}} |\n{{/kept.facts}}\nDecision | What happens';
    const template = `{{> evidence}}\n${rows}\n{{> help}}\n| Decision so far | – |`;
    const called = (name: string): string =>
      `this row is called "${name}", as the evidence field is, and would be read as its value: give it another name`;

    expect(
      problems(template, { evidence: DECISION, partials: { help: '| Verdict | as it was called |' } }),
    ).toEqual([
      `a.md:3 ${called('**decision**')}`,
      `a.md:5 ${called('Decision')}`,
      `_help.md:1 ${called('Verdict')}`,
    ]);
  });

  it('finds the evidence table in a partial', () => {
    expect(problems('{{> end}}', { evidence: DECISION, partials: { end: '{{> evidence}}' } })).toEqual([]);
  });

  it('knows that an epic has no step and no evidence, and a title no partials', () => {
    expect(problems('{{step.title}}', { kind: 'epic' })).toEqual([
      expect.stringContaining('means nothing on an epic'),
    ]);
    expect(problems('{{> evidence}}', { kind: 'epic' })).toEqual([
      expect.stringContaining('belongs to a step'),
    ]);
    expect(problems('{{step.title}} #1', { kind: 'title' })).toEqual([]);
    expect(problems('{{> a}}', { kind: 'title', partials: { a: 'x' } })).toEqual([
      expect.stringContaining('no partials'),
    ]);
  });

  it('does not blame what stands inside a section it does not know', () => {
    expect(problems('{{#deliverable}}{{title}}{{/deliverable}}')).toEqual([
      'a.md:1 unknown name {{deliverable}}. Did you mean "deliverables"?',
    ]);
  });

  it('shows fields of a list only inside it', () => {
    expect(problems('{{number}} {{title}}')).toHaveLength(2);
    expect(problems('{{#assumptions}}{{text}} {{number}} {{title}}{{/assumptions}}')).toHaveLength(1);
    expect(problems('{{^deliverables}}{{title}}{{/deliverables}}')).toHaveLength(1);
  });

  it('has nothing to say about kept sections that stand alone, with what follows inside', () => {
    const template =
      '{{#kept.facts}}\n{{hours.scoped}}\n{{#deliverables}}\n- {{title}}\n{{/deliverables}}\n{{/kept.facts}}\n\n{{> mail}}\n- [ ] Tick';
    const partials = {
      mail: '{{#kept.mail}}\n```text\n{{#text}}\n{{customer.name}}\n{{/text}}\n```\n{{/kept.mail}}',
    };

    expect(problems(template, { partials })).toEqual([]);
    expect(problems(template, { partials, kind: 'epic' })).toEqual([]);
  });

  it.each([
    ['{{#kept.a}}\nx', 'a.md:1 {{#kept.a}} is never closed: add {{/kept.a}}'],
    ['{{#kept}}\nx\n{{/kept}}', 'a.md:1 {{kept}} is no kept section: write {{#kept.name}}'],
    ['{{#kept.My_Mail}}\nx\n{{/kept.My_Mail}}', 'a.md:1 {{kept.My_Mail}} is no kept section'],
    ['{{^kept.a}}\nx\n{{/kept.a}}', 'a.md:1 {{^kept.a}} means nothing: write {{#kept.a}}'],
    ['see {{#kept.a}}\nx\n{{/kept.a}}', 'a.md:1 {{#kept.a}} must stand alone on its line'],
    ['{{#kept.a}}\nx{{/kept.a}}', 'a.md:1 {{/kept.a}} must stand alone on its line'],
    ['```\n{{#kept.a}}\nx\n{{/kept.a}}\n```', 'a.md:2 {{#kept.a}} cannot stand in a code fence'],
    [
      '{{#is.tm}}\n{{#kept.a}}\nx\n{{/kept.a}}\n{{/is.tm}}',
      'a.md:2 {{#kept.a}} cannot stand inside another section',
    ],
    ['{{#kept.a}}\n- [ ] Tick\n{{/kept.a}}', 'a.md:2 a box to be ticked cannot stand in a kept section'],
    [
      '{{#kept.a}}\n{{> boxes}}\n{{/kept.a}}',
      '_boxes.md:1 a box to be ticked cannot stand in a kept section',
    ],
    ['{{#kept.a}}\n{{> evidence}}\n{{/kept.a}}', 'a.md:2 {{> evidence}} cannot stand in a kept section'],
    [
      '{{#kept.a}}\nx\n{{/kept.a}}\n{{#kept.a}}\ny\n{{/kept.a}}',
      'a.md:4 there are two sections {{#kept.a}}: give each a name of its own',
    ],
  ])('refuses %j', (template, expected) => {
    expect(problems(template, { partials: { boxes: '- [ ] One\n' } })).toEqual([
      expect.stringContaining(expected),
    ]);
  });
});

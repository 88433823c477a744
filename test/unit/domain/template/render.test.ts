import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { TemplateError } from '#domain/base/errors.ts';
import type { EvidenceField } from '#domain/process/process.ts';
import { Sow } from '#domain/sow/sow.ts';
import { evidenceTable } from '#domain/template/evidence-table.ts';
import { renderTemplate, renderTitle } from '#domain/template/render.ts';
import { renderKept } from '#domain/template/render-kept.ts';
import { templateView, type View, type ViewInput } from '#domain/template/view.ts';
import { keptDifference } from '#domain/text/kept-sections.ts';

const SOW = Sow.parse({
  sow: { number: 'SOW-1042', signed_on: '2026-02-20', url: 'https://crm.example.com/sow/1042' },
  customer: { name: 'Acme | Sons' },
  engagement: 'GitLab on AWS',
  stage: 'closed_won',
  closed_won_on: '2026-03-01',
  type: 't&m',
  deployment: 'aws',
  deliverables: [{ title: 'Architecture' }, { title: 'Handover', milestone: 'M2' }],
  contacts: {
    customer: { main: { name: 'Ada', email: 'ada@example.com' }, admins: [{ name: 'Bo' }] },
    ours: { finance: { name: 'Fin' } },
  },
  assumptions: ['The network is ready.', '{{customer.name}}'],
  hours: { scoped: 0 },
  opportunity: { amount: 90000 },
  billing: { currency: 'EUR', rate: 200 },
  passive_acceptance: { in_sow: true, days: 7 },
});

function aView(changes: Partial<ViewInput> = {}): View {
  return templateView({
    sow: SOW,
    process: { id: 'delivery', name: 'Project delivery' },
    step: {
      id: 'kick-off',
      title: 'Kick-off',
      dueOn: '2026-03-12',
      afterTitles: ['Welcome'],
      nextTitles: ['Intake', 'Calls'],
    },
    people: {
      manager: { name: 'Mo', username: 'mo', email: null, chosen: true },
      engineer: { name: null, username: null, email: null, chosen: false },
    },
    showAmounts: false,
    evidence: [],
    ...changes,
  });
}

function render(template: string, view: View = aView(), partials: Record<string, string> = {}): string {
  return renderTemplate(template, view, { partials, file: 'issue_templates/delivery/kick-off.md' });
}

function problemsOf(template: string, partials: Record<string, string>): TemplateError['problems'] {
  try {
    render(template, aView(), partials);
  } catch (error) {
    if (error instanceof TemplateError) return error.problems;
    throw error;
  }
  return [];
}

describe('kept sections', () => {
  const template = [
    'Before {{customer.name}}',
    '',
    '{{#kept.facts}}',
    '| Hours | {{hours.scoped}} |',
    '|---|---|',
    '{{#people.engineer.chosen}}',
    '| Engineer | {{people.engineer.name}} |',
    '{{/people.engineer.chosen}}',
    '{{/kept.facts}}',
    '',
    '{{> mail}}',
  ].join('\n');
  const partials = {
    mail: '{{#kept.mail}}\n```text\n{{#text}}\nDear {{contacts.customer.main.name}}\n{{/text}}\n```\n{{/kept.mail}}\n',
  };
  const options = { partials, file: 'a.md' };

  it('stand between two lines of ours, by which they are found again', () => {
    const text = renderTemplate(template, aView(), options);

    expect(text).toMatch(
      /^Before Acme .*\n\n<!-- procession:kept facts [0-9a-f]{16} -->\n\| Hours \| 0 \|\n\|---\|---\|\n<!-- procession:kept-end -->\n\n<!-- procession:kept mail /,
    );
    expect(keptDifference(text, renderKept(template, aView(), options)).changes).toEqual([]);
    expect(keptDifference(text, renderKept(template, aView(), options)).byHand).toEqual([]);
  });

  it('are rendered alone, those of partials too, from the facts as they are', () => {
    const engineer = { name: 'Noor', username: 'noor', email: null, chosen: true };
    const view = aView({ people: { engineer } });

    expect(renderKept(template, view, options)).toEqual([
      { name: 'facts', content: '| Hours | 0 |\n|---|---|\n| Engineer | Noor |' },
      { name: 'mail', content: '```text\nDear Ada\n```' },
    ]);
  });

  it('are never told as they were: whichever fact changes, and changes back, they say what a new text says', () => {
    const all = [
      '{{#kept.facts}}',
      '{{customer.name}} {{step.due_on}} {{step.next_titles}} {{item.title}} {{process.name}} {{acceptance_days}}',
      '{{#deliverables}}{{number}} {{title}} {{milestone}} {{sow.number}}{{/deliverables}}',
      '{{#assumptions}}{{text}} {{customer.name}}{{/assumptions}}',
      '{{^is.aws}}not on AWS{{/is.aws}}{{#is.amounts_shown}}{{opportunity.amount}}{{/is.amounts_shown}}',
      '{{#people.engineer.named}}{{people.engineer.name}}{{/people.engineer.named}}',
      '{{> inside}}',
      '{{/kept.facts}}',
    ].join('\n');
    const inside = { partials: { inside: '{{hours.scoped}}\n' }, file: 'a.md' };
    const engineer = { name: 'Noor', username: 'noor', email: null, chosen: true };
    const step = { id: 'kick-off', title: 'Kick-off', dueOn: null, afterTitles: [], nextTitles: ['Calls'] };
    const views = [
      aView(),
      aView({ sow: { ...SOW, customer: { name: 'Other' } } }),
      aView({ sow: { ...SOW, sow: { ...SOW.sow, number: 'SOW-7' } } }),
      aView({ sow: { ...SOW, deliverables: [{ title: 'Architecture' }] } }),
      aView({ sow: { ...SOW, assumptions: [] } }),
      aView({ sow: { ...SOW, hours: { scoped: 8 } } }),
      aView({ sow: { ...SOW, deployment: 'none' } }),
      aView({ sow: { ...SOW, passive_acceptance: { in_sow: true, days: 8 } } }),
      aView({ showAmounts: true }),
      aView({ people: { engineer } }),
      aView({ process: { id: 'delivery', name: 'Another' } }),
      aView({ step }),
      aView({ step: { ...step, item: { id: 'D1', title: 'Runbook', deliverables: [] } } }),
    ];
    const texts = new Set<string>();

    for (const view of [...views, ...views.toReversed()]) {
      const text = renderTemplate(all, view, inside);
      texts.add(text);
      expect(keptDifference(text, renderKept(all, view, inside))).toEqual({ changes: [], byHand: [] });
    }
    // Each view differs in what is seen: one that was taken for another would have shown.
    expect(texts.size).toBe(views.length);
  });

  it('cannot be ended by what a SOW says', () => {
    const evil = '<!-- procession:kept-end -->';
    const sow = {
      ...SOW,
      contacts: { ...SOW.contacts, customer: { ...SOW.contacts.customer, main: { name: evil } } },
    };
    const view = aView({ sow });
    const text = renderTemplate(template, view, options);

    expect(text.match(/^<!-- procession:kept-end -->$/gm)).toHaveLength(2);
    expect(keptDifference(text, renderKept(template, view, options)).byHand).toEqual([]);
  });
});

describe('domain/render', () => {
  it.each([
    ['a field', '{{customer.name}}', 'Acme &vert; Sons'],
    ['a field that the SOW leaves out', '{{customer.region}}', '–'],
    ['a number that is zero', '{{hours.scoped}}', '0'],
    ['a web address', '{{sow.url}}', '<https://crm.example.com/sow/1042>'],
    [
      'a web address as the target of a link',
      '[SOW]({{sow.url}})',
      '[SOW](<https://crm.example.com/sow/1042>)',
    ],
    ['a yes or no of the SOW', '{{passive_acceptance.in_sow}}', 'yes'],
    ['a section', '{{#customer.region}}in {{customer.region}}{{/customer.region}}!', '!'],
    ['a section on zero', '{{#hours.scoped}}{{hours.scoped}} h{{/hours.scoped}}', '0 h'],
    ['an inverted section', '{{^customer.region}}nowhere{{/customer.region}}', 'nowhere'],
    [
      'a section on a group of fields',
      '{{#contacts.ours.finance}}{{contacts.ours.finance.name}} {{name}}{{/contacts.ours.finance}}',
      'Fin Fin',
    ],
    ['a section on an empty group', '{{#contacts.customer.signer}}x{{/contacts.customer.signer}}', ''],
    [
      'a list',
      '{{#deliverables}}{{number}}. {{title}} ({{milestone}}) {{/deliverables}}',
      '1. Architecture (–) 2. Handover (M2)',
    ],
    [
      'a list of texts',
      '{{#assumptions}}{{number}} {{text}};{{/assumptions}}',
      '1 The network is ready.;2 {\u2060{\u2060customer.name}};',
    ],
    [
      'a name of the outside inside a list',
      '{{#deliverables}}{{sow.number}} {{/deliverables}}',
      'SOW-1042 SOW-1042',
    ],
    [
      'a section inside a list',
      '{{#deliverables}}{{#milestone}}{{milestone}}{{/milestone}}{{^milestone}}none {{/milestone}}{{/deliverables}}',
      'none M2',
    ],
    [
      'an empty list',
      '{{#out_of_scope}}x{{/out_of_scope}}{{^out_of_scope}}nothing{{/out_of_scope}}',
      'nothing',
    ],
    [
      'the step',
      '{{step.title}} {{step.due_on}} {{step.after_titles}} {{step.next_titles}}',
      'Kick-off 2026-03-12 Welcome Intake, Calls',
    ],
    ['the process', '{{process.name}}', 'Project delivery'],
    [
      'people',
      '{{people.manager.name}} {{people.manager.email}} {{people.engineer.name}} {{people.finance.name}}',
      'Mo – – –',
    ],
    [
      'whether somebody is known',
      '{{#people.manager.named}}yes{{/people.manager.named}}{{^people.engineer.named}}no{{/people.engineer.named}}',
      'yesno',
    ],
    ['days until acceptance', '{{acceptance_days}}', '7'],
    [
      'flags',
      '{{#is.tm}}tm{{/is.tm}}{{#is.fixed}}fixed{{/is.fixed}}{{#is.aws}}aws{{/is.aws}}{{#is.passive_acceptance}}passive{{/is.passive_acceptance}}',
      'tmawspassive',
    ],
    ['a comment', 'a{{! {{not}} }}b', 'a }}b'],
    ['blanks in tags', '{{ customer.name }}{{# is.tm }}x{{/ is.tm }}', 'Acme &vert; Sonsx'],
    [
      'an absent value in a link',
      '[x](https://x.example.com/?q={{#encode}}{{customer.region}}{{/encode}})',
      '[x](https://x.example.com/?q=)',
    ],
    [
      'an encoded value',
      '[x](mailto:{{#encode}}{{contacts.customer.main.email}}{{/encode}}?subject={{#encode}}{{customer.name}} & co{{/encode}})',
      '[x](mailto:ada%40example.com?subject=Acme%20%7C%20Sons%20%26%20co)',
    ],
  ])('shows %s', (_, template, expected) => {
    expect(render(template)).toBe(`${expected}\n`);
  });

  it('shows values in a code fence as plain text', () => {
    expect(
      render(
        '```text\n{{#text}}\nTo: {{customer.name}}, {{customer.region}}\n{{#deliverables}}\n{{number}}. {{title}}\n{{/deliverables}}\n{{/text}}\n```',
      ),
    ).toBe('```text\nTo: Acme | Sons, –\n1. Architecture\n2. Handover\n```\n');
  });

  it('keeps amounts out unless they are shown', () => {
    const template =
      '{{opportunity.amount}} {{billing.rate}} {{billing.currency}}{{#is.amounts_shown}} shown{{/is.amounts_shown}}';

    expect(render(template)).toBe('– – EUR\n');
    expect(render(template, aView({ showAmounts: true }))).toBe('90000 200 EUR shown\n');
  });

  it('waits five days for acceptance when the SOW does not say', () => {
    const { passive_acceptance: _, ...sow } = SOW;

    expect(
      render('{{acceptance_days}}{{#is.passive_acceptance}}!{{/is.passive_acceptance}}', aView({ sow })),
    ).toBe('5\n');
  });

  it('leaves one blank line where sections leave several, but nothing changes inside code fences', () => {
    expect(
      render(
        '\n\na\n\n{{#customer.region}}\nx\n{{/customer.region}}\n\n{{#is.fixed}}\ny\n{{/is.fixed}}\n\nb\n\n\n```\n\n\n\n```\n\n',
      ),
    ).toBe('a\n\nb\n\n```\n\n\n\n```\n');
    expect(render('')).toBe('\n');
  });

  it('reads templates with CRLF', () => {
    expect(render('a\r\n{{#is.tm}}\r\nb\r\n{{/is.tm}}\r\nc\r\n')).toBe('a\nb\nc\n');
  });

  it('puts partials in their place, however their file ends', () => {
    expect(render('a\n{{> note}}\nb', aView(), { note: 'For {{customer.name}}\n\n' })).toBe(
      'a\nFor Acme &vert; Sons\nb\n',
    );
    expect(render('a\n{{> note}}\nb', aView(), { note: 'x' })).toBe('a\nx\nb\n');
    expect(render('- a\n  {{> note}}\n- b', aView(), { note: '- x\n- y' })).toBe('- a\n  - x\n  - y\n- b\n');
    expect(render('see {{> note}}.', aView(), { note: 'x\n' })).toBe('see x.\n');
    expect(render('{{#is.tm}}{{> note}}{{/is.tm}}\nb', aView(), { note: 'x\n' })).toBe('x\nb\n');
    expect(
      render('{{#deliverables}}\n{{> row}}\n{{/deliverables}}', aView(), { row: '{{number}} {{title}}' }),
    ).toBe('1 Architecture\n2 Handover\n');
  });

  it.each([
    ['write \\{{customer.name}} for {{customer.region}}', 'write {{customer.name}} for –\n'],
    ['\\{{#is.tm}} \\{{{x}}} \\{{> y}} \\{{', '{{#is.tm}} {{{x}}} {{> y}} {{\n'],
    [
      '```text\n{{#text}}\n\\{{ name }}: {{customer.name}}\n{{/text}}\n```',
      '```text\n{{ name }}: Acme | Sons\n```\n',
    ],
    [
      '[m](mailto:a@b.example?body={{#encode}}\\{{name}}{{/encode}})',
      '[m](mailto:a@b.example?body=%7B%7Bname%7D%7D)\n',
    ],
    ['{{> note}}', 'a {{b}}\n'],
  ])('shows braces where they are written with a backslash: %j', (template, text) => {
    expect(render(template, aView(), { note: 'a \\{{b}}\n' })).toBe(text);
  });

  it('makes no braces of what stands in a SOW', () => {
    const sow = { ...SOW, customer: { ...SOW.customer, name: '\\{{is.tm}} \uE002is.tm}}' } };

    expect(render('{{customer.name}}', aView({ sow }))).toBe('&bsol;{\u2060{\u2060is.tm}} is.tm}}\n');
  });

  it('shows the evidence table', () => {
    const evidence: EvidenceField[] = [
      { field: 'Held on', kind: 'date', required: true },
      { field: 'How accepted', kind: 'choice', choices: ['signed', 'e-mail'], required: true },
      { field: 'Minutes', kind: 'url', required: false, hint: 'link | file' },
      { field: 'Attendees', kind: 'text', required: true },
    ];

    expect(render('## Evidence\n\n{{> evidence}}\n\nend', aView({ evidence }))).toBe(
      '## Evidence\n\n| Record | Value |\n|---|---|\n| Held on | _YYYY-MM-DD_ |\n| How accepted | _signed, e-mail_ |\n| Minutes | _link &vert; file; optional_ |\n| Attendees |  |\n\nend\n',
    );
    expect(render('{{> evidence}}')).toBe(evidenceTable([]));
  });

  it.each([
    ['{{custmer.name}}', 'Did you mean "customer.name"'],
    ['{{step.owner}}', 'unknown name {{step.owner}}'],
    ['{{.}}', '{{text}}'],
    ['{{{customer.name}}}', 'refused'],
    ['{{& customer.name}}', 'refused'],
    ['{{=<% %>=}}', 'refused'],
    ['{{customer', 'never closed'],
    ['{{#is.tm}}', 'never closed'],
    ['{{/is.tm}}', 'closes nothing'],
    ['{{#is.tm}}{{#is.aws}}{{/is.tm}}{{/is.aws}}', 'not closed before'],
    ['{{customer}}', 'group of fields'],
    ['{{deliverables}}', 'is a list'],
    ['{{is.tm}}', 'yes or no'],
    ['{{> nothing}}', 'no partial "nothing"'],
    ['{{> self}}', 'contains itself'],
    ['{{#text}}x{{/text}}', 'inside a code fence'],
    ['```\n{{#deliverables}}{{#text}}{{title}}{{/text}}{{/deliverables}}\n```', 'inside a list'],
    ['```\n{{#text}}[a](b:{{#encode}}x{{/encode}}){{/text}}\n```', 'cannot stand inside {{#text}}'],
    ['{{^encode}}{{/encode}}', 'means nothing'],
    ['{{constructor}} {{__proto__}} {{sow.constructor.name}}', 'unknown name {{constructor}}'],
  ])('refuses %j', (template, message) => {
    expect(() => render(template, aView(), { self: 'a {{> self}}' })).toThrow(TemplateError);
    expect(() => render(template, aView(), { self: 'a {{> self}}' })).toThrow(message);
  });

  it('names file, line and every problem at once', () => {
    const partials = { note: 'fine\n{{nope}}' };

    expect(problemsOf('{{customer.nmae}}\n\n{{> note}}\n{{> gone}}', partials)).toMatchObject([
      {
        file: 'issue_templates/delivery/kick-off.md',
        line: 1,
        message: expect.stringContaining('Did you mean "customer.name"'),
      },
      {
        file: 'issue_templates/delivery/kick-off.md',
        line: 4,
        message: expect.stringContaining('no partial "gone"'),
      },
      {
        file: 'issue_templates/delivery/_note.md',
        line: 2,
        message: expect.stringContaining('unknown name {{nope}}'),
      },
    ]);
  });

  it('has no step on an epic', () => {
    const { step: _, ...epic } = {
      sow: SOW,
      process: { id: 'p', name: 'P' },
      people: {},
      showAmounts: false,
      evidence: [],
      step: null,
    };
    const view = templateView(epic);

    expect(() => render('{{step.title}}', view)).toThrow('means nothing on an epic');
    expect(() => renderTitle('{{step.title}}', view, 'process.yml')).toThrow('title of an epic');
    expect(renderTitle('{{sow.number}} · {{customer.name}}', view, 'process.yml')).toBe(
      'SOW-1042 · Acme | Sons',
    );
  });

  it('makes titles of one line and at most 255 characters', () => {
    const long = aView({ sow: { ...SOW, engagement: 'x'.repeat(300) } });

    expect(
      renderTitle('{{step.title}} · {{customer.name}}\n ({{customer.region}})', aView(), 'process.yml'),
    ).toBe('Kick-off · Acme | Sons (–)');
    expect(Array.from(renderTitle('{{engagement}} {{engagement}}', long, 'process.yml'))).toHaveLength(255);
    expect(() => renderTitle('{{> evidence}}', aView(), 'process.yml')).toThrow('no partials');
    expect(() => renderTitle('{{#encode}}x{{/encode}}', aView(), 'process.yml')).toThrow(
      'no place in a title',
    );
  });

  it('renders the same text again, and never renders a value', () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.constantFrom(
            '{{',
            '}}',
            '#',
            '/',
            'customer.name',
            'deliverables',
            '> evidence',
            '{',
            '}',
            ' ',
            '=<% %>=',
          ),
          { maxLength: 12 },
        ),
        (pieces) => {
          const view = aView({ sow: { ...SOW, customer: { name: pieces.join('') || 'x' } } });
          const text = render('{{customer.name}}', view);

          expect(render('{{customer.name}}', view)).toBe(text);
          expect(
            text
              .replaceAll('\u2060', '')
              .replace(/\\(?=[^\w\s])/g, '')
              .replaceAll('&gt;', '>')
              .replaceAll('&lt;', '<')
              .trim(),
          ).toBe(pieces.join('').replace(/\s+/g, ' ').trim() || (pieces.length === 0 ? 'x' : '–'));
        },
      ),
    );
  });
});

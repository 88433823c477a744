import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { InputProblem } from '#domain/base/input-problem.ts';
import { readSow, unknownFields } from '#domain/sow/problems.ts';
import { aSowFile } from '#test/support/inputs.ts';

const text = ({ path, message, fix }: InputProblem): string => `${path}: ${message}. ${fix}`.trim();

function problems(value: unknown): readonly string[] {
  const result = readSow(value);
  return result.kind === 'ok' ? [] : result.problems.map(text);
}

describe('domain/sow-problems', () => {
  it('reads a valid SOW without a word', () => {
    const result = readSow(aSowFile());

    expect(result).toMatchObject({ kind: 'ok', sow: { customer: { name: 'Example GmbH' } }, warnings: [] });
  });

  it('takes fields with nothing behind them as left out', () => {
    const result = readSow(aSowFile({ dates: { start: null, end: '2026-06-30' }, hours: null, links: {} }));

    expect(result).toMatchObject({ kind: 'ok', sow: { dates: { end: '2026-06-30' }, links: {} } });
  });

  it('takes an empty text for a field that is left out, at every depth', () => {
    const result = readSow(
      aSowFile({
        customer: { name: 'Example GmbH', region: '', segment: ' ' },
        opportunity: { url: '', name: '', amount: '' },
        dates: { start: '', end: '2026-06-30' },
        hours: { scoped: '' },
        assumptions: ['', 'The customer has an account.', null],
        contacts: {
          customer: { main: { name: 'Ada Muster', email: '' }, signer: { name: '', email: '' }, admins: [] },
        },
        flavour: '',
      }),
    );

    expect(result).toMatchObject({ kind: 'ok', warnings: [] });
    expect(result.kind === 'ok' && result.sow).toEqual(
      expect.objectContaining({
        customer: { name: 'Example GmbH' },
        dates: { end: '2026-06-30' },
        assumptions: ['The customer has an account.'],
        contacts: { customer: { main: { name: 'Ada Muster' }, admins: [] } },
      }),
    );
    expect(result.kind === 'ok' && Object.keys(result.sow)).not.toContain('opportunity');
    expect(result.kind === 'ok' && Object.keys(result.sow)).not.toContain('hours');
  });

  it.each([
    'closed_won',
    'Closed Won',
    'closed-won',
    'CLOSED_WON',
    'closedwon',
    'won',
    'Won',
    ' Closed - Won ',
    'Closed/Won',
    '7-Closed Won',
    'Ｃｌｏｓｅｄ　Ｗｏｎ',
  ])('understands the stage %j as won', (stage) => {
    expect(readSow(aSowFile({ stage }))).toMatchObject({ kind: 'ok', sow: { stage: 'closed_won' } });
  });

  it.each(['Closed Lost', 'closedlost', 'lost', '8-Closed Lost'])(
    'understands the stage %j as lost',
    (stage) => {
      expect(readSow(aSowFile({ stage }))).toMatchObject({ kind: 'ok', sow: { stage: 'closed_lost' } });
    },
  );

  it.each([
    ['closed_one', 'closed_won'],
    ['Close Won', 'closed_won'],
    ['closed', 'closed_won'],
    ['Closed Won (renewal)', 'closed_won'],
    ['closed_lots', 'closed_lost'],
  ])('asks what the stage %j means', (stage, meant) => {
    expect(problems(aSowFile({ stage }))).toEqual([
      expect.stringMatching(
        new RegExp(`^stage: expected closed_won, or a stage before it, got .+ Did you mean .*"${meant}"`),
      ),
    ]);
  });

  it.each(['Negotiating', '6-Awaiting Signature', 'Proposal', 'Onboarding', 'not won yet'])(
    'leaves the stage %j as it is',
    (stage) => {
      expect(readSow(aSowFile({ stage }))).toMatchObject({ kind: 'ok', sow: { stage } });
    },
  );

  it.each([
    [{ type: 'T&M' }, { type: 't&m' }],
    [{ type: 't & m' }, { type: 't&m' }],
    [{ type: 'Fixed' }, { type: 'fixed' }],
    [
      { deployment: 'AWS', type: 'SKU' },
      { deployment: 'aws', type: 'sku' },
    ],
    [{ deployment: 'On Prem' }, { deployment: 'on-prem' }],
    [{ deployment: 'on_prem' }, { deployment: 'on-prem' }],
  ])('understands %j', (changes, expected) => {
    expect(readSow(aSowFile(changes))).toMatchObject({ kind: 'ok', sow: expected });
  });

  it('names every missing field at once', () => {
    expect(problems({})).toEqual([
      'sow: is missing: expected a group of fields. Add "sow" with number, signed_on.',
      'customer: is missing: expected a group of fields. Add "customer" with name.',
      'engagement: is missing: expected some text. Add "engagement".',
      'stage: is missing: expected some text. Add "stage".',
      'closed_won_on: is missing: expected a date, YYYY-MM-DD. Add "closed_won_on".',
      'type: is missing: expected one of t&m, fixed, sku. Add "type".',
      'deployment: is missing: expected one of aws, on-prem, other, none. Add "deployment".',
      'deliverables: is missing: expected a list. Add "deliverables".',
      'contacts: is missing: expected a group of fields. Add "contacts" with customer.',
    ]);
  });

  it.each([
    [{ type: 'T+M' }, 'type: expected one of t&m, fixed, sku, got "T+M". Did you mean "t&m"?'],
    [
      { deployment: 'onpremise' },
      'deployment: expected one of aws, on-prem, other, none, got "onpremise". Did you mean "on-prem"?',
    ],
    [
      { deployment: 'cloud' },
      'deployment: expected one of aws, on-prem, other, none, got "cloud". Use one of: aws, on-prem, other, none.',
    ],
    [
      { closed_won_on: '2026-02-30' },
      'closed_won_on: expected a date that exists, written YYYY-MM-DD, got "2026-02-30". Write it like 2026-03-05.',
    ],
    [
      { closed_won_on: 20_260_305 },
      'closed_won_on: expected a date, YYYY-MM-DD, got 20260305. Put the value in quotes.',
    ],
    [
      { sow: { number: '1042', signed_on: '2026-03-02' } },
      'sow.number: expected SOW- and a number, got "1042". Write it like SOW-1042.',
    ],
    [{ deliverables: [] }, 'deliverables: expected at least one deliverable, got an empty list.'],
    [
      { deliverables: [{ title: 'a' }, {}] },
      'deliverables[1].title: is missing: expected some text. Add "title".',
    ],
    [
      { deliverables: 'one' },
      'deliverables: expected a list, got "one". Write one element per line, each after "- ".',
    ],
    [
      { hours: { scoped: '80 h' } },
      'hours.scoped: expected a number, got "80 h". Write it without quotes and units, for example 80.',
    ],
    [{ hours: { scoped: -1 } }, 'hours.scoped: expected an amount of 0 or more, got -1.'],
    [{ hours: { scoped: Number.NaN } }, 'hours.scoped: expected a number, got NaN.'],
    [
      { expenses_allowed: 'yes' },
      'expenses_allowed: expected true or false, got "yes". Write true or false, without quotes.',
    ],
    [
      { passive_acceptance: { in_sow: true, days: 1.5 } },
      'passive_acceptance.days: expected a whole number, got 1.5.',
    ],
    [
      { opportunity: { url: 'javascript:alert(1)' } },
      'opportunity.url: expected a web address, got "javascript:alert(1)". Write it like https://crm.example.com/opportunity/1.',
    ],
    [
      { contacts: { customer: { main: { name: 'Ada', email: 'x' } } } },
      'contacts.customer.main.email: expected an e-mail address, got "x". Write it like ada@example.com.',
    ],
    [
      { contacts: { customer: { main: { name: ' ', email: 'ada@example.com' } } } },
      'contacts.customer.main.name: is missing: expected some text. Add "name".',
    ],
    [{ customer: ['x'] }, 'customer: expected a group of fields, got a list of 1.'],
    [{ customer: { name: 'a\u001b[31m\nb\u202e' } }, ''],
    [
      { dates: { start: '2026-05-01', end: '2026-04-01' } },
      'dates.end: expected a date on or after dates.start (2026-05-01), got 2026-04-01.',
    ],
  ])('explains %j', (changes, expected) => {
    expect(problems(aSowFile(changes))).toEqual(expected === '' ? [] : [expected]);
  });

  it('tells about dates in the wrong order even when something else is wrong', () => {
    expect(problems(aSowFile({ type: 1, dates: { start: '2026-05-01', end: '2026-04-01' } }))).toEqual([
      'type: expected one of t&m, fixed, sku, got 1. Use one of: t&m, fixed, sku.',
      'dates.end: expected a date on or after dates.start (2026-05-01), got 2026-04-01.',
    ]);
  });

  it('shows hostile values harmlessly', () => {
    expect(problems(aSowFile({ type: `\u001b[2J\u202e${'x'.repeat(100)}` }))[0]).toMatch(
      /^type: expected one of t&m, fixed, sku, got "\\u001b\[2J\\u\{202e\}x{55}…"\./,
    );
  });

  it.each([[null], [undefined], ['text'], [7], [[]], [[{}]]])('refuses %j whole', (value) => {
    expect(problems(value)[0]).toMatch(/^: (is missing: )?expected a group of fields/);
  });

  it('warns about unknown fields with the closest known name', () => {
    const value = aSowFile({
      customer: { name: 'X', regoin: 'EMEA', colour: 'red' },
      closedWonOn: '2026-03-05',
      region: 'EMEA',
      deliverables: [{ title: 'a', acceptance: 'b' }],
      ['__proto__x']: 1,
    });

    const result = readSow(value);

    expect([result.kind, result.warnings.map(text)]).toEqual([
      'ok',
      [
        'customer.regoin: unknown field, ignored. Did you mean "region"?',
        'customer.colour: unknown field, ignored. Remove it; known here: name, region, segment, industry.',
        'deliverables[0].acceptance: unknown field, ignored. Did you mean "acceptance_criteria"?',
        'closedWonOn: unknown field, ignored. Did you mean "closed_won_on"?',
        'region: unknown field, ignored. Did you mean "customer.region"?',
        '__proto__x: unknown field, ignored. Remove it; known here: sow, customer, engagement, stage, closed_won_on, type, deployment, deliverables, contacts, opportunity, billing, hours, dates, services, assumptions, out_of_scope, success_criteria, passive_acceptance, links, handover, security, expenses_allowed.',
      ],
    ]);
  });

  it('stays short and quick on hostile input', () => {
    const fields = Object.fromEntries(Array.from({ length: 50_000 }, (_, index) => [`field${index}`, index]));
    const deep = JSON.parse(`${'{"customer":'.repeat(5_000)}1${'}'.repeat(5_000)}`) as unknown;
    const lists = JSON.parse(`{"deliverables":${'['.repeat(5_000)}${']'.repeat(5_000)}}`) as unknown;
    const wide = { deliverables: Array.from({ length: 50_000 }, () => ({ x: 1 })) };

    expect(unknownFields(fields, 'sow').length).toBe(50);
    expect(problems(wide).length).toBeLessThan(220);
    for (const value of [deep, lists]) expect(readSow(value).kind).toBe('invalid');
  });

  it('does not let a JSON key reach the prototype', () => {
    const result = readSow(JSON.parse(`{"__proto__":{"polluted":1},"constructor":{"x":1}}`));

    expect(result.warnings.map(({ path }) => path)).toEqual(['__proto__', 'constructor']);
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
  });

  it('never throws, whatever the data', () => {
    const names = fc.constantFrom(
      'sow',
      'customer',
      'contacts',
      'main',
      'deliverables',
      'title',
      'dates',
      'start',
      'end',
      'name',
      'x',
    );
    const { tree } = fc.letrec((tie) => ({
      tree: fc.oneof(
        { maxDepth: 5 },
        fc.jsonValue({ maxDepth: 2 }),
        fc.array(tie('tree'), { maxLength: 3 }),
        fc.dictionary(names, tie('tree'), { maxKeys: 5 }),
      ),
    }));

    fc.assert(
      fc.property(tree, (value) => ['ok', 'invalid'].includes(readSow(value).kind)),
      { numRuns: 30 },
    );
  });
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { InputProblem } from '#domain/base/input-problem.ts';
import { DEFAULT_DEALS, type DealSettings } from '#domain/base/settings.ts';
import { DEAL_STAGES, dealStageOf, hasReached } from '#domain/sow/deal-stage.ts';
import { readDeal, readSubject } from '#domain/sow/read-deal.ts';
import { isDeal, keyOf, withoutAmounts } from '#domain/sow/subject.ts';
import { aDealFile, aSowFile } from '#test/support/inputs.ts';

const text = ({ path, message, fix }: InputProblem): string => `${path}: ${message}. ${fix}`.trim();

function problems(value: unknown): readonly string[] {
  const result = readDeal(value, DEFAULT_DEALS);
  return result.kind === 'ok' ? [] : result.problems.map(text);
}

function withDeal(changes: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const file = aDealFile();
  return { ...file, deal: { ...(file['deal'] as object), ...changes } };
}

function stageRead(stage: string, deals: Partial<DealSettings> = {}): unknown {
  const read = readDeal(withDeal({ stage }), { ...DEFAULT_DEALS, ...deals });
  return read.kind === 'ok' && isDeal(read.subject) ? read.subject.deal.stage : read;
}

/** Of what may be more than one number, or none. */
const UNCLEAR =
  'Write digits alone, with a point before decimals and without quotes, separators and currency, for example 12000.50.';

describe('domain/sow/read-deal', () => {
  it('reads a valid deal without a word, and tells it from a SOW by its shape', () => {
    const deal = readSubject(aDealFile(), DEFAULT_DEALS);
    const sow = readSubject(aSowFile(), DEFAULT_DEALS);

    expect(deal).toMatchObject({ kind: 'ok', warnings: [], subject: { deal: { key: 'DEAL-88121' } } });
    expect(sow).toMatchObject({ kind: 'ok', subject: { sow: { number: 'SOW-1042' } } });
    expect([deal, sow].map((read) => (read.kind === 'ok' ? keyOf(read.subject) : null))).toEqual([
      'DEAL-88121',
      'SOW-1042',
    ]);
  });

  it('says of a field that belongs beside the deal where to write it', () => {
    const read = readDeal(withDeal({ sow: { number: 'SOW-1042' }, urll: 'x' }), DEFAULT_DEALS);

    expect(read.warnings.map(text)).toEqual([
      'deal.sow: unknown field, ignored. Write "sow" beside "deal", not in it.',
      'deal.urll: unknown field, ignored. Did you mean "url"?',
    ]);
  });

  it('names every problem at once', () => {
    expect(problems({ deal: { stage: 'scoping' }, customer: {} })).toEqual([
      'deal.key: is missing: expected some text. Add "key": DEAL- and the number of the opportunity, for example DEAL-88121.',
      'deal.url: is missing: expected a web address. Write it like https://crm.example.com/opportunity/1.',
      'deal.name: is missing: expected some text. Add "name".',
      'deal.opened_on: is missing: expected a date, YYYY-MM-DD. Add "opened_on".',
      'customer.name: is missing: expected some text. Add "name".',
      'ask: is missing: expected some text. Add "ask".',
    ]);
  });

  it.each([
    [
      'SOW-1042',
      'deal.key: expected DEAL- and the number of the opportunity, got "SOW-1042", which is the number of a SOW. Write the key of the deal here, for example DEAL-88121, and the number of its SOW into sow.number.',
    ],
    [
      '88121',
      'deal.key: expected DEAL- and the number of the opportunity, got "88121". Did you mean DEAL-88121?',
    ],
    [88121, 'deal.key: expected some text, got 88121. Did you mean DEAL-88121?'],
    [
      'deal 88121',
      'deal.key: expected DEAL- and the number of the opportunity, got "deal 88121". Did you mean DEAL-88121?',
    ],
  ])('says what is meant by the key %j', (key, expected) => {
    expect(problems(withDeal({ key }))).toEqual([expected]);
  });

  it.each<readonly [string, string]>([
    ['46,800.50', 'Write 46800.5: digits alone, without quotes, separators and currency.'],
    ['46.800,50 EUR', 'Write 46800.5: digits alone, without quotes, separators and currency.'],
    ['1,234,567', 'Write 1234567: digits alone, without quotes, separators and currency.'],
    ['62.000,00', 'Write 62000: digits alone, without quotes, separators and currency.'],
    ['62 000 €', 'Write 62000: digits alone, without quotes, separators and currency.'],
    ["62'000.50", 'Write 62000.5: digits alone, without quotes, separators and currency.'],
    ['€ 62,000.00', 'Write 62000: digits alone, without quotes, separators and currency.'],
    ['62000', 'Write 62000: digits alone, without quotes, separators and currency.'],
    ['62000,5', 'Write 62000.5: digits alone, without quotes, separators and currency.'],
    ...['46,800', '62.000', '1e5', '0x10', '-5', '62k'].map((text) => [text, UNCLEAR] as const),
  ])('says how to write the amount %j', (amount, fix) => {
    expect(problems(withDeal({ amount }))).toEqual([
      `deal.amount: expected a number, got ${JSON.stringify(amount)}. ${fix}`,
    ]);
  });

  it('refuses an estimate and a close that lie the wrong way round', () => {
    const value = { ...withDeal({ expected_close: '2026-10-01' }), hours: { low: 200, high: 80 } };

    expect(problems(value)).toEqual([
      'hours.high: expected as many hours as hours.low (200) or more, got 80.',
      'deal.expected_close: expected a date on or after deal.opened_on (2026-11-02), got 2026-10-01.',
    ]);
  });

  it('knows whether a deal is large, and keeps no number where amounts stay out of GitLab', () => {
    const large = (amount: number | undefined, largeFrom: number | null): unknown => {
      const read = readDeal(withDeal({ amount }), { ...DEFAULT_DEALS, largeFrom });
      return read.kind === 'ok' ? withoutAmounts(read.subject).deal : read;
    };

    expect(large(50_000, 50_000)).toMatchObject({ large: true, amount: undefined });
    expect(large(49_999.99, 50_000)).toMatchObject({ large: false, amount: undefined });
    expect(large(50_000, null)).not.toHaveProperty('large');
    expect(large(undefined, 50_000)).not.toHaveProperty('large');
  });

  it('stays short and quick on hostile input', () => {
    const deep = JSON.parse(`${'{"deal":'.repeat(5_000)}1${'}'.repeat(5_000)}`) as unknown;

    expect(
      problems({ deal: Object.fromEntries(Array.from({ length: 50_000 }, (_, n) => [`f${n}`, n])) }).length,
    ).toBeLessThan(10);
    expect(readDeal(deep, DEFAULT_DEALS).kind).toBe('invalid');
    fc.assert(
      fc.property(fc.anything(), (value) => {
        expect(['ok', 'invalid']).toContain(readDeal(value, DEFAULT_DEALS).kind);
      }),
    );
  });
});

describe('the stage of a deal', () => {
  it.each([
    ['1-Discovery', 'discovery'],
    ['2-Scoping', 'scoping'],
    ['3-Technical Evaluation', 'scoping'],
    ['4-Proposal', 'proposal'],
    ['5-Negotiating', 'negotiating'],
    ['6-Awaiting Signature', 'signature'],
    ['Closed Won', 'closed_won'],
    ['8-Closed Lost', 'lost'],
    ['9-Unqualified', 'lost'],
    ['10-Duplicate', 'lost'],
    ['appointmentscheduled', 'discovery'],
    ['qualifiedtobuy', 'scoping'],
    ['presentationscheduled', 'scoping'],
    ['decisionmakerboughtin', 'proposal'],
    ['contractsent', 'signature'],
    ['closedwon', 'closed_won'],
    ['closedlost', 'lost'],
    ['Stale', 'stale'],
  ])('%s is %s', (theirs, ours) => {
    expect(stageRead(theirs)).toBe(ours);
  });

  it('goes by the map of the settings first, in whatever spelling', () => {
    const stages = { 'Commit (best case)': 'negotiating', '4-Proposal': 'scoping' };

    expect(stageRead('commit  BEST case', { stages })).toBe('negotiating');
    expect(stageRead('4-Proposal', { stages })).toBe('scoping');
    expect(stageRead('5-Negotiating', { stages })).toBe('negotiating');
  });

  it('is kept as it is when nobody knows it, with a word about where to say what it means', () => {
    const read = readDeal(withDeal({ stage: 'Scopping' }), DEFAULT_DEALS);

    expect(stageRead('Scopping')).toBe('Scopping');
    expect(read.warnings.map(text)).toEqual([
      'deal.stage: "Scopping" is no stage of ours, and changes nothing. Did you mean "scoping"? Say what it means in procession.yml (crm.<name>.stages); ours are discovery, scoping, proposal, negotiating, signature, closed_won, lost, stale.',
    ]);
  });

  it('is compared on the way to the signature; what is lost or stale is nowhere on it', () => {
    expect(DEAL_STAGES.filter((stage) => hasReached(stage, 'negotiating'))).toEqual([
      'negotiating',
      'signature',
      'closed_won',
    ]);
    expect(hasReached('Scopping', 'discovery')).toBe(false);
    expect(dealStageOf('')).toBe('');
  });
});

import { describe, expect, it } from 'vitest';
import type { ChangeKind } from '#domain/base/settings.ts';
import { Effects } from '#domain/changes/effects.ts';
import { fieldsOf, kindOf, rulesOf } from '#domain/changes/kinds.ts';
import { changedBy, type KeptSow, NO_HISTORY, signedEndOf, takeSource } from '#domain/sow/history.ts';
import type { Sow } from '#domain/sow/sow.ts';
import { aSow } from '#test/support/builders.ts';

const effects = (given: object): Effects => Effects.parse(given);
const ending = (end: string) =>
  aSow({ type: 't&m', hours: { scoped: 400 }, dates: { start: '2026-01-11', end } });
const sow = ending('2027-06-30');
const kind = (given: object, signedEnd: string | null = '2027-06-30'): ChangeKind =>
  kindOf(effects(given), sow, signedEnd);

describe('the kind of a change', () => {
  it.each<[ChangeKind, object]>([
    ['clarification', { cost: 'no' }],
    ['clarification', { deliverables: { add: [{ id: 'D3', title: 'Second region' }] } }],
    ['clarification', { deployment: 'on-prem', start: '2027-02-01', passive_days: '10' }],
    ['clarification', { hours: '400', end: '2027-06-30', type: 't&m' }],
    ['dates', { end: '2027-07-27' }],
    ['dates', { end: '2027-06-01' }],
    ['extension', { end: '2027-09-30' }],
    ['increase', { hours: '+80' }],
    ['increase', { hours: '480' }],
    ['increase', { cost: 'yes' }],
    ['decrease', { hours: '-20' }],
    ['decrease', { hours: '380', cost: 'yes' }],
    ['type', { type: 'fixed' }],
    ['type', { type: 'sku', hours: '+80', end: '2027-12-31' }],
    ['increase', { hours: '+80', end: '2027-12-31' }],
    ['decrease', { hours: '-20', end: '2027-07-27' }],
  ])('is %s with %j', (expected, given) => {
    expect(kind(given)).toBe(expected);
  });

  it.each([
    ['2027-06-30', '2027-08-29', 'dates'],
    ['2027-06-30', '2027-08-30', 'extension'],
    ['2026-12-31', '2027-02-27', 'dates'],
    ['2026-12-31', '2027-02-28', 'extension'],
    ['2027-12-31', '2028-02-28', 'dates'],
    ['2027-12-31', '2028-02-29', 'extension'],
    ['2026-12-30', '2027-02-28', 'extension'],
  ])('with a signed end %s and a wanted end %s is %s', (signed, end, expected) => {
    expect(kindOf(effects({ end }), ending(signed), signed)).toBe(expected);
  });

  it('of any end is an extension where no end was ever signed', () => {
    expect(kind({ end: '2027-07-01' }, null)).toBe('extension');
  });

  it.each<[ChangeKind, string, readonly string[]]>([
    ['clarification', 'written confirmation', ['manager']],
    ['dates', 'written confirmation', ['manager']],
    ['extension', 'signed order', ['manager', 'engagement-manager']],
    ['increase', 'signed order', ['manager', 'engagement-manager', 'finance']],
    ['decrease', 'signed order', ['manager', 'engagement-manager', 'finance']],
    ['type', 'signed order', ['manager', 'engagement-manager', 'finance', 'legal']],
    ['other work', 'new SOW', ['manager']],
  ])('%s needs a %s and the approvals of %j', (which, paper, approvals) => {
    expect(rulesOf(which, {})).toEqual({ paper, approvals });
  });

  it('needs what the settings say, where they say something', () => {
    const own = { dates: { paper: 'signed order' as const }, type: { approvals: ['manager'] } };
    expect(rulesOf('dates', own)).toEqual({ paper: 'signed order', approvals: ['manager'] });
    expect(rulesOf('type', own)).toEqual({ paper: 'signed order', approvals: ['manager'] });
  });

  it('knows by the fields which changes are about one thing', () => {
    expect(
      fieldsOf(
        effects({
          hours: '+8',
          cost: 'yes',
          deliverables: { add: [{ id: 'D3', title: 'x' }], drop: ['D1'] },
        }),
      ),
    ).toEqual(['hours', 'deliverables[D3]', 'deliverables[D1]']);
  });
});

type Kept = KeptSow & { readonly sow: Sow };

describe('the last signed end', () => {
  const kept: Kept = { sow, history: NO_HISTORY };
  const agreed = (from: Kept, end: string, paper: 'written confirmation' | 'signed order'): Kept => {
    const to = { ...from.sow, dates: { ...from.sow.dates, end } };
    const given = { step: 'change-request/1', paper, namesEnd: true, on: '2027-05-01', by: 'mira' };
    return { ...changedBy(from, { to, ...given }), sow: to };
  };
  const next = (from: Kept, end: string): ChangeKind => kindOf(effects({ end }), from.sow, signedEndOf(from));

  it('stays where it was when a later one is only confirmed: the second six weeks are an extension', () => {
    const confirmed = agreed(kept, '2027-08-15', 'written confirmation');
    expect(confirmed.history.revisions.at(-1)).toMatchObject({
      number: 2,
      paper: 'written confirmation',
      fields: ['dates.end'],
      origin: { kind: 'change', name: 'change-request/1' },
    });
    expect(signedEndOf(confirmed)).toBe('2027-06-30');
    expect(next(confirmed, '2027-09-10')).toBe('extension');
    expect(next(confirmed, '2027-08-29')).toBe('dates');
  });

  it('is the new one when an order was signed, or a source says it', () => {
    const signed = agreed(agreed(kept, '2027-08-15', 'written confirmation'), '2027-08-15', 'signed order');
    expect(signedEndOf(signed)).toBe('2027-08-15');
    expect(next(signed, '2027-09-10')).toBe('dates');

    const confirmed = agreed(kept, '2027-08-15', 'written confirmation');
    const said = { ...confirmed.sow, dates: { ...sow.dates, end: '2027-09-15' } };
    const origin = { kind: 'file', name: null, commit: null, at: null } as const;
    expect(takeSource(confirmed, { origin, sow: said }, { mode: 'apply', on: '2027-05-02' }).kind).toBe(
      'conflict',
    );
    const heard = takeSource(
      confirmed,
      { origin, sow: { ...confirmed.sow, engagement: 'Another name' } },
      { mode: 'apply', on: '2027-05-02' },
    );
    expect(heard.kind === 'taken' && signedEndOf(heard.kept)).toBe('2027-06-30');
  });
});

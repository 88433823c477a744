import { describe, expect, it } from 'vitest';
import { changeText, otherIdentity, sowChanges } from '#domain/sow/changes.ts';
import type { Sow } from '#domain/sow/sow.ts';
import { sampleSow } from '#test/support/engagement.ts';

const sow = await sampleSow('SOW-1042');
const changed = (changes: Partial<Sow>): Sow => ({ ...sow, ...changes });
const texts = (changes: Partial<Sow>): readonly string[] => sowChanges(sow, changed(changes)).map(changeText);

describe('changes of a SOW', () => {
  it('are none between equal ones, whatever order lists have', () => {
    expect(sowChanges(sow, structuredClone(sow))).toEqual([]);
    expect(texts({ deliverables: sow.deliverables.toReversed() })).toEqual([]);
  });

  it('name the field, what it was and what it is', () => {
    const scoped = sow.hours?.scoped;

    expect(texts({ hours: { ...sow.hours, scoped: 480 } })).toEqual([`hours.scoped: ${scoped} → 480`]);
    expect(texts({ customer: { ...sow.customer, name: 'Other Ltd' } })).toEqual([
      `customer.name: ${sow.customer.name} → Other Ltd`,
    ]);
  });

  it('name what came and what went', () => {
    const [first, ...others] = sow.deliverables;

    expect(texts({ deliverables: [...sow.deliverables, { id: 'D9', title: 'Second region' }] })).toEqual([
      'deliverables[D9].title is now Second region',
    ]);
    expect(texts({ deliverables: others }).every((text) => / is left out \(was .+\)$/.test(text))).toBe(true);
    expect(first).toBeDefined();
  });

  it('leave money out', () => {
    const dear = {
      opportunity: { ...sow.opportunity, amount: 123_456 },
      billing: { ...sow.billing, rate: 777 },
      services: [{ name: 'Rollout', price: 9_999 }],
    };

    expect(JSON.stringify(sowChanges(sow, changed(dear)))).not.toMatch(/123456|777|9999/);
  });
});

describe('the identity of a SOW', () => {
  const url = 'https://crm.example.com/opportunity/other';

  it.each<[string, Partial<Sow>]>([
    ['its hours', { hours: { scoped: 1 } }],
    ['the name of its customer', { customer: { ...sow.customer, name: 'Renamed AG' } }],
    ['its signing day', { sow: { ...sow.sow, signed_on: '2020-01-02' } }],
  ])('is the same with a change of %s alone', (_, changes) => {
    expect(otherIdentity(sow, changed(changes))).toEqual([]);
  });

  it('is another with another customer and signing day', () => {
    const other = changed({
      customer: { ...sow.customer, name: 'Other Ltd' },
      sow: { ...sow.sow, signed_on: '2020-01-02' },
      opportunity: { ...sow.opportunity, url },
    });

    expect(otherIdentity(sow, other).map(({ field }) => field)).toEqual(
      expect.arrayContaining(['sow.signed_on', 'customer.name']),
    );
  });

  it('is the same when the customer is only written otherwise', () => {
    const other = changed({
      customer: { ...sow.customer, name: ` ${sow.customer.name.toUpperCase()}.` },
      sow: { ...sow.sow, signed_on: '2020-01-02' },
    });

    expect(otherIdentity(sow, other)).toEqual([]);
  });
});

import { describe, expect, it } from 'vitest';
import { renumbered } from '#domain/sow/doubles.ts';
import type { Sow } from '#domain/sow/sow.ts';
import { sampleSow } from '#test/support/engagement.ts';

const sow = await sampleSow('SOW-1042');
const file = (number: string, changes: Partial<Sow> = {}) => ({
  file: `sows/${number}.yml`,
  sow: { ...sow, ...changes, sow: { ...sow.sow, number } },
});

describe('SOWs of one deal with two numbers', () => {
  it('are told, with the file of the other and what to do', () => {
    const [found, ...more] = renumbered([file('SOW-7'), file('SOW-8')]);

    expect(more).toEqual([]);
    expect(found).toMatchObject({ severity: 'warning', file: 'sows/SOW-8.yml' });
    expect(found?.message).toContain('of SOW-7 (sows/SOW-7.yml)');
    expect(found?.fix).toContain('sows/archive/');
  });

  it('are nothing special with another customer, or where no opportunity is named', () => {
    const customer = { ...sow.customer, name: 'Other Ltd' };

    expect(renumbered([file('SOW-7'), file('SOW-8', { customer })])).toEqual([]);
    const none = { opportunity: undefined };
    expect(renumbered([file('SOW-7', none), file('SOW-8', none)])).toEqual([]);
  });
});

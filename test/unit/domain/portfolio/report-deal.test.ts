import { describe, expect, it } from 'vitest';
import { reportDeal } from '#domain/portfolio/report-deal.ts';
import { Deal } from '#domain/sow/deal.ts';
import { NO_HISTORY, type SowHistory } from '#domain/sow/history.ts';
import { aSow } from '#test/support/builders.ts';

const deal = Deal.parse({
  deal: {
    key: 'DEAL-1',
    url: 'https://crm.example.com/opportunities/1',
    name: 'Migration to GitLab',
    stage: 'negotiating',
    opened_on: '2026-11-02',
    expected_close: '2026-12-04',
    amount: 77_123,
  },
  customer: { name: 'Vale Example Energy plc' },
  ask: 'Move 340 repositories.',
});

const origin = { kind: 'crm', name: null, commit: null, at: null } as const;

function changed(number: number, on: string, fields: readonly string[]): SowHistory['revisions'][number] {
  return { number, on, origin, fields: [...fields], by: null };
}

function saidLost(more: Readonly<Record<string, unknown>>): SowHistory {
  const fields = { deal: { ...deal.deal, ...more } };
  return {
    ...NO_HISTORY,
    sources: { crm: { at: null, differs: {}, offer: { origin, fields } } },
  };
}

describe('what a report says of a deal', () => {
  it('is its stage with the day on which it came there last, its dates and its opportunity, and no amount', () => {
    const history = {
      ...NO_HISTORY,
      revisions: [
        changed(2, '2026-11-10', ['deal.stage']),
        changed(3, '2026-11-16', ['deal.stage', 'ask']),
        changed(4, '2026-11-18', ['ask']),
      ],
    };

    expect(reportDeal({ sow: deal, withdrawn: false }, history)).toEqual({
      stage: 'negotiating',
      stageSince: '2026-11-16',
      openedOn: '2026-11-02',
      expectedClose: '2026-12-04',
      opportunity: 'https://crm.example.com/opportunities/1',
      lost: null,
    });
  });

  it('is no day where the deal has been in its stage since its launch', () => {
    expect(reportDeal({ sow: deal, withdrawn: false }, NO_HISTORY)?.stageSince).toBeNull();
  });

  it.each([
    ['lost', 'No budget this year'],
    ['stale', undefined],
  ])('is that its source calls it %s, until people have answered', (stage, reason) => {
    const history = saidLost({ stage, ...(reason === undefined ? {} : { lost_reason: reason }) });
    const asked = reportDeal({ sow: deal, withdrawn: false }, history);

    expect(asked?.lost).toEqual({ stage, reason: reason ?? null, asked: true });
    const settled = reportDeal({ sow: deal, withdrawn: true }, history);
    expect(settled?.lost).toEqual({ stage, reason: reason ?? null, asked: false });
  });

  it('is nothing of a SOW', () => {
    expect(reportDeal({ sow: aSow(), withdrawn: false }, NO_HISTORY)).toBeNull();
  });
});

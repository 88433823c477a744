import { describe, expect, it } from 'vitest';
import { isEngagementKey, subjectOf } from '#domain/base/keys.ts';
import { changedInputs } from '#domain/sow/changed-inputs.ts';
import { sharedSows } from '#domain/sow/doubles.ts';
import { recordOf } from '#domain/sow/record.ts';
import { anInputDeal } from '#test/support/inputs.ts';

describe('deals beside SOWs', () => {
  it('have keys that say what they are, so that no two collide', () => {
    expect(['SOW-1042', 'DEAL-1042', 'DEAL-SOW-1042'].map(subjectOf)).toEqual(['sow', 'deal', 'deal']);
    expect(['DEAL-', 'deal-1', 'DEAL-1/2', '1042', 'DEAL 1'].filter(isEngagementKey)).toEqual([]);
  });

  it('are seen among the changed files, but for those in the archive', () => {
    const files = ['deals/DEAL-1.yml', 'deals/archive/DEAL-2.yml', 'sows/SOW-1.yml', 'other/DEAL-3.yml'];

    expect(
      changedInputs(
        files.map((path) => ({ path, exists: true })),
        { templates: 'issue_templates', configFile: 'procession.yml' },
      ).sows,
    ).toEqual(['deals/DEAL-1.yml', 'sows/SOW-1.yml']);
  });

  it('cannot share a SOW: the second is refused, and the first named; one deal may have two SOWs', () => {
    const first = anInputDeal({ key: 'DEAL-1' }, { sow: { number: 'SOW-1', others: ['SOW-2'] } });
    const second = anInputDeal({ key: 'DEAL-2' }, { sow: { number: 'SOW-2' } });
    const found = sharedSows([
      { file: 'deals/DEAL-1.yml', deal: first },
      { file: 'deals/DEAL-2.yml', deal: second },
    ]);

    expect(found.map(({ file, path, message }) => `${file} ${path}: ${message}`)).toEqual([
      'deals/DEAL-2.yml sow.number: SOW-2 is the SOW of DEAL-1 (deals/DEAL-1.yml) already; DEAL-2 cannot have it, too',
    ]);
  });

  it('keep in GitLab neither the amount nor when the CRM changed them', () => {
    const deal = anInputDeal({ amount: 46_800, changed_at: '2026-11-25T09:00:00Z' });

    expect(recordOf(deal, { showAmounts: false }).deal).toMatchObject({
      amount: undefined,
      changed_at: undefined,
    });
    expect(recordOf(deal, { showAmounts: true }).deal).toMatchObject({
      amount: 46_800,
      changed_at: undefined,
    });
  });
});

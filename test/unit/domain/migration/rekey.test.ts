import { describe, expect, it } from 'vitest';
import { dealOf } from '#domain/migration/deal-of.ts';
import type { Rekey } from '#domain/migration/move.ts';
import { broughtAlong, finishing, leavingLast } from '#domain/migration/rekey.ts';
import { unchanged } from '#domain/plan/changes.ts';
import { Deal } from '#domain/sow/deal.ts';
import { anIssue, someSettings } from '#test/support/builders.ts';

const MARKED = (key: string): string =>
  `<!-- procession:step v1 ${key} sales estimate -->\n**Done.**\n<!-- procession:end -->\n\nTheirs.\n`;

function deal(key: string, sow?: unknown): Deal {
  return Deal.parse({
    deal: {
      key,
      url: 'https://crm.example.com/opportunities/1',
      name: 'Harbour',
      stage: 'signature',
      opened_on: '2026-11-02',
    },
    customer: { name: 'Harbour Example AG' },
    ask: 'GitLab.',
    ...(sow === undefined ? {} : { sow }),
  });
}

const REKEY: Rekey = {
  was: 'SOW-7',
  is: 'DEAL-1',
  source: {
    sow: deal('DEAL-1', { number: 'SOW-7' }),
    origin: { kind: 'file', name: null, commit: null, at: null },
  },
};

describe('the deal of an engagement', () => {
  const files = [
    { file: 'deals/a.yml', deal: deal('DEAL-1', { number: 'SOW-7', others: ['SOW-8'] }) },
    { file: 'deals/b.yml', deal: deal('DEAL-2') },
  ];

  it('is the one that names it as its SOW, as one of several, too', () => {
    expect(dealOf('SOW-7', files, false)).toBe(files[0]);
    expect(dealOf('SOW-8', files, false)).toBe(files[0]);
  });

  it.each([
    ['no deal names it', 'SOW-9', [], false, 'no file in deals/ names it', 'sow: { number: SOW-9 }'],
    [
      'the one that was named names another',
      'SOW-9',
      files.slice(0, 1),
      true,
      'DEAL-1 names SOW-7 and SOW-8, not SOW-9',
      'sow: { number: SOW-9 }',
    ],
    [
      'the one that was named names none',
      'SOW-9',
      files.slice(1),
      true,
      'DEAL-2 names no SOW',
      'sow: { number: SOW-9 }',
    ],
    [
      'two name it',
      'SOW-7',
      [...files, { file: 'deals/c.yml', deal: deal('DEAL-3', { number: 'SOW-7' }) }],
      false,
      'DEAL-1 (deals/a.yml) and DEAL-3 (deals/c.yml) both name it',
      '--deal',
    ],
  ])(
    'is unknown where %s: the refusal says where, why and what next',
    (_name, key, given, named, message, fix) => {
      const found = dealOf(key, given, named);
      if (!('problem' in found)) throw new Error('a deal was found');
      expect(found.problem.message).toContain(message);
      expect(found.problem.fix).toContain(fix);
    },
  );
});

describe('an issue of an engagement that gets another key', () => {
  const issue = anIssue('estimate', {
    id: 5,
    description: MARKED('SOW-7'),
    labels: ['SOW-7', 'step::estimate'],
  });

  it('comes along although it is no step any more: label, marker and readers, and nothing where that is done', () => {
    const [update] = broughtAlong(new Map([['estimate', issue]]), REKEY, someSettings());
    expect(update).toMatchObject({ addLabels: ['DEAL-1'], block: '**Done.**', confidential: true });

    const there = {
      ...issue,
      description: MARKED('DEAL-1'),
      labels: ['SOW-7', 'DEAL-1'],
      confidential: true,
    };
    expect(broughtAlong(new Map([['estimate', there]]), REKEY, someSettings())).toEqual([]);
  });

  it('leaves the old label last, and once', () => {
    const [first] = finishing(new Map([['estimate', issue]]), REKEY);
    expect(first).toMatchObject({ removeLabels: ['SOW-7'], block: '**Done.**' });
    expect(finishing(new Map([['estimate', { ...issue, labels: ['DEAL-1'] }]]), REKEY)).toEqual([]);
  });

  it('is made under the old key, so that a run that was killed finds it again, and goes over last', () => {
    const create = {
      kind: 'create-issue',
      step: 'booking',
      title: 'Booking',
      description: MARKED('DEAL-1').replace('estimate', 'booking'),
      labels: ['DEAL-1'],
      assignee: null,
      dueDate: null,
      confidential: true,
    } as const;
    const epic = { ...unchanged('booking'), kind: 'update-issue' } as const;

    const actions = leavingLast([create, epic], new Map([['estimate', issue]]), REKEY);

    expect(actions.map(({ kind }) => kind)).toEqual([
      'create-issue',
      'update-issue',
      'update-issue',
      'update-issue',
    ]);
    expect(actions[0]).toMatchObject({
      labels: ['DEAL-1', 'SOW-7'],
      description: expect.stringContaining('procession:step v1 SOW-7 sales booking'),
    });
    expect(actions[2]).toMatchObject({ step: 'booking', removeLabels: ['SOW-7'], block: '**Done.**' });
    expect(actions[3]).toMatchObject({ step: 'estimate', removeLabels: ['SOW-7'], block: null });
  });
});

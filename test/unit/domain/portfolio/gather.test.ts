import { describe, expect, it } from 'vitest';
import type { EngagementReport, Turn } from '#domain/portfolio/engagement-report.ts';
import { gatherPortfolio } from '#domain/portfolio/gather.ts';
import { Portfolio } from '#domain/portfolio/portfolio.ts';
import { someSettings } from '#test/support/builders.ts';
import { aDealReport, aReport, aTurn } from '#test/support/reports.ts';

const gather = (...reports: readonly EngagementReport[]): Portfolio =>
  gatherPortfolio(reports, { settings: someSettings(), at: '2026-11-20T12:00:00Z' });

const late = (daysLate: number): EngagementReport['late'] => [
  { step: 'a', title: 'A', due: '2026-11-10', daysLate, turn: true },
];
const since = (days: number): Turn['since'] => ({ at: '2026-11-10T08:00:00Z', days, exact: true });
const eli = { kind: 'user', name: 'eli' } as const;
const noor = { kind: 'user', name: 'noor' } as const;

describe('the portfolio', () => {
  it('is as its schema says', () => {
    const made = gather(aReport('SOW-1'), aReport('SOW-2', { status: 'complete' }));

    expect(Portfolio.parse(made)).toEqual(made);
  });

  it('shows what needs a look first, then what is late, then what waits longest, then what is complete', () => {
    const { engagements } = gather(
      aReport('SOW-old', { status: 'complete', completedOn: '2026-01-05' }),
      aReport('SOW-new', { status: 'complete', completedOn: '2026-11-05' }),
      aReport('SOW-calm', { waitingFor: [aTurn({ since: since(2) })] }),
      aReport('SOW-slow', { waitingFor: [aTurn({ since: since(9) })] }),
      aReport('SOW-late', { late: late(1) }),
      aReport('SOW-later', { late: late(8) }),
      aReport('SOW-risk', { health: 'at risk' }),
      aReport('SOW-paused', { paused: true }),
    );

    expect(engagements.map(({ engagement }) => engagement)).toEqual([
      'SOW-paused',
      'SOW-later',
      'SOW-late',
      'SOW-risk',
      'SOW-slow',
      'SOW-calm',
      'SOW-new',
      'SOW-old',
    ]);
  });

  it('gathers the turns of each person over all running engagements, the most late person first', () => {
    const { people } = gather(
      aReport('SOW-1', { waitingFor: [aTurn({ who: [eli], since: since(3) })] }),
      aReport('SOW-2', { waitingFor: [aTurn({ who: [eli, noor], since: since(9) })] }),
      aReport('SOW-3', { waitingFor: [aTurn({ who: [noor], daysLate: 2, since: null })] }),
      aReport('SOW-4', { status: 'complete', waitingFor: [aTurn({ who: [eli] })] }),
    );

    expect(people.map(({ name, late, longestDays }) => [name, late, longestDays])).toEqual([
      ['noor', 1, 9],
      ['eli', 0, 9],
    ]);
    expect(people[0]?.duties.map(({ engagement }) => engagement)).toEqual(['SOW-3', 'SOW-2']);
    expect(people[1]?.duties.map(({ engagement }) => engagement)).toEqual(['SOW-2', 'SOW-1']);
  });

  it('tells a user from a person or a role of the same name', () => {
    const { people } = gather(
      aReport('SOW-1', {
        waitingFor: [aTurn({ who: [eli, { kind: 'name', name: 'eli' }, { kind: 'role', name: 'eli' }] })],
      }),
    );

    expect(people).toHaveLength(3);
  });

  it('makes what a deal waits for in its delivery nobody a duty of the deal', () => {
    const turn = aTurn({ who: [{ kind: 'engagement', name: 'SOW-2' }] });

    expect(gather(aDealReport('DEAL-1', { waitingFor: [turn] })).people).toEqual([]);
  });

  it('counts', () => {
    const { counts } = gather(
      aReport('SOW-1', { late: late(1), health: 'at risk' }),
      aReport('SOW-2', { paused: true }),
      aReport('SOW-3', { status: 'complete', late: late(1), health: 'at risk' }),
      aReport('SOW-4', { status: 'unreadable' }),
    );

    expect(counts).toMatchObject({
      engagements: 4,
      running: 2,
      closed: 1,
      completed: 0,
      complete: 1,
      unreadable: 1,
      withdrawn: 0,
      paused: 1,
      late: 1,
      withViolations: 0,
      atRisk: 1,
    });
  });

  it('counts SOWs and deals apart, and both together', () => {
    const { counts } = gather(
      aReport('SOW-1'),
      aReport('SOW-2', { status: 'complete' }),
      aDealReport('DEAL-1', { late: late(3) }),
      aDealReport('DEAL-2', { status: 'withdrawn' }),
      aDealReport('DEAL-3', { health: 'at risk' }),
    );

    expect(counts).toMatchObject({ engagements: 5, running: 3, late: 1, withdrawn: 1, atRisk: 1 });
    expect(counts.sows).toMatchObject({ engagements: 2, running: 1, closed: 1, late: 0, atRisk: 0 });
    expect(counts.deals).toMatchObject({ engagements: 3, running: 2, closed: 0, late: 1, withdrawn: 1 });
  });

  it('without deals has none of them, nobody who is waited for by one, and no delivery that names its deal', () => {
    const related = [{ engagement: 'DEAL-1', reference: 'sales&1', url: 'https://gitlab.test/sales/1' }];
    const made = gatherPortfolio(
      [
        aReport('SOW-1', { related, waitingFor: [aTurn({ who: [eli] })] }),
        aDealReport('DEAL-1', { waitingFor: [aTurn({ who: [noor] })] }),
      ],
      { settings: someSettings(), at: '2026-11-20T12:00:00Z' },
      { withoutDeals: true },
    );

    expect(Portfolio.parse(made)).toMatchObject({ withoutDeals: true, counts: { engagements: 1 } });
    expect(made.people.map(({ name }) => name)).toEqual(['eli']);
    expect(JSON.stringify(made)).not.toContain('DEAL-1');
  });
});

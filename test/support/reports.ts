/** Reports, valid by default: change one thing. */
import { subjectOf } from '#domain/base/keys.ts';
import type {
  EngagementReport,
  ReportedDeal,
  ReportedStep,
  Turn,
} from '#domain/portfolio/engagement-report.ts';
import { gatherPortfolio } from '#domain/portfolio/gather.ts';
import type { Portfolio } from '#domain/portfolio/portfolio.ts';
import { someSettings } from './builders.ts';

export function aTurn(changes: Partial<Turn> = {}): Turn {
  return {
    step: 'kick-off',
    title: 'Kick-off',
    who: [{ kind: 'user', name: 'eli' }],
    state: 'ready',
    outside: false,
    since: { at: '2026-11-10T08:00:00.000Z', days: 10, exact: true },
    due: '2026-11-30',
    daysLate: 0,
    reference: 'services/engagements#3',
    url: 'https://gitlab.test/services/engagements/-/issues/3',
    ...changes,
  };
}

export function aReportedStep(step: string, changes: Partial<ReportedStep> = {}): ReportedStep {
  return {
    step,
    title: step.replaceAll('-', ' '),
    role: 'engineer',
    who: [{ kind: 'user', name: 'eli' }],
    state: 'blocked',
    alongside: false,
    after: [],
    waitsFor: [],
    since: null,
    due: null,
    daysLate: 0,
    forecast: null,
    cannotBeHeld: false,
    doneOn: null,
    reference: null,
    url: null,
    ...changes,
  };
}

/** Two steps of three are open; nothing is wrong. */
export function aReport(engagement: string, changes: Partial<EngagementReport> = {}): EngagementReport {
  return {
    engagement,
    subject: subjectOf(engagement),
    deal: null,
    related: [],
    status: 'running',
    paused: false,
    hold: null,
    withdrawn: null,
    customer: 'Example Bakery',
    name: 'GitLab on AWS',
    process: { id: 'sample', name: 'Sample', profile: null },
    reference: 'services&3',
    url: 'https://gitlab.test/groups/services/-/epics/3',
    health: null,
    closedWonOn: '2026-11-04',
    completedOn: null,
    lastChangeAt: '2026-11-10T08:00:00.000Z',
    done: 1,
    total: 3,
    waitingFor: [aTurn()],
    nextDue: { step: 'kick-off', title: 'Kick-off', date: '2026-11-30', inDays: 10 },
    late: [],
    forecastEnd: null,
    revision: 1,
    criticalPath: [],
    hours: null,
    closedOn: null,
    money: null,
    violations: [],
    notices: [],
    waivers: [],
    steps: [
      aReportedStep('welcome-email', { state: 'done', doneOn: '2026-11-10', due: '2026-11-09' }),
      aReportedStep('kick-off', { state: 'ready', after: [{ step: 'welcome-email', until: 'done' }] }),
      aReportedStep('wrap-up', {
        after: [{ step: 'kick-off', until: 'done' }],
        waitsFor: [{ step: 'kick-off', title: 'Kick-off', until: 'done' }],
        due: '2026-12-18',
      }),
    ],
    notIncluded: [],
    ...changes,
  };
}

/** A deal in the stage scoping, with the steps of {@link aReport}. */
export function aDealReport(
  engagement: string,
  {
    deal = {},
    ...changes
  }: Partial<Omit<EngagementReport, 'deal'>> & {
    readonly deal?: Partial<ReportedDeal>;
  } = {},
): EngagementReport {
  return aReport(engagement, {
    name: 'Migration to GitLab',
    closedWonOn: null,
    deal: {
      stage: 'scoping',
      stageSince: '2026-11-16',
      openedOn: '2026-11-02',
      expectedClose: '2026-12-04',
      opportunity: 'https://crm.example.com/opportunities/1',
      lost: null,
      ...deal,
    },
    ...changes,
  });
}

export function aPortfolio(...reports: readonly EngagementReport[]): Portfolio {
  return gatherPortfolio(reports, { settings: someSettings(), at: '2026-11-20T12:00:00Z' });
}

import { localDate } from '#domain/base/calendar.ts';
import { compareText } from '#domain/base/compare-text.ts';
import type { SubjectKind } from '#domain/base/keys.ts';
import { type EngagementReport, isOver, type Turn } from './engagement-report.ts';
import type { Counts, Duty, Portfolio, WaitedPerson } from './portfolio.ts';
import type { ReportContext } from './report-engagement.ts';

/**
 * Gathers the reports of all engagements: who is waited for, and in which order to look at the engagements.
 *
 * @param withoutDeals deals are left out, and the deliveries name none
 */
export function gatherPortfolio(
  all: readonly EngagementReport[],
  { settings: { calendar }, at }: ReportContext,
  { withoutDeals }: { readonly withoutDeals: boolean } = { withoutDeals: false },
): Portfolio {
  const reports = withoutDeals ? leaveDealsOut(all) : all;
  const about = (kind: SubjectKind): Counts => countsOf(reports.filter(({ subject }) => subject === kind));
  return {
    version: 1,
    at,
    today: localDate(at, calendar),
    timeZone: calendar.timeZone,
    withoutDeals,
    counts: { ...countsOf(reports), sows: about('sow'), deals: about('deal') },
    people: peopleWaitedFor(reports.filter(({ status, money }) => status === 'running' || money === 'open')),
    engagements: reports.toSorted(byNeed),
  };
}

/** What is left is a report in which no word of a deal stands. */
function leaveDealsOut(reports: readonly EngagementReport[]): readonly EngagementReport[] {
  return reports.filter(({ subject }) => subject !== 'deal').map((report) => ({ ...report, related: [] }));
}

function countsOf(reports: readonly EngagementReport[]): Counts {
  const running = reports.filter(({ status }) => status === 'running');
  const count = (wanted: (report: EngagementReport) => boolean): number => reports.filter(wanted).length;
  return {
    engagements: reports.length,
    running: running.length,
    closed: count(({ status }) => status === 'complete'),
    completed: count(({ money }) => money === 'completed'),
    complete: count(({ status }) => status === 'complete'),
    withdrawn: count(({ status }) => status === 'withdrawn'),
    unreadable: count(({ status }) => status === 'unreadable'),
    paused: count(({ paused }) => paused),
    late: running.filter(({ late }) => late.length > 0).length,
    withViolations: count(({ violations }) => violations.length > 0),
    atRisk: running.filter(({ health }) => health === 'at risk').length,
  };
}

type Person = Pick<WaitedPerson, 'kind' | 'name'>;

function peopleWaitedFor(reports: readonly EngagementReport[]): WaitedPerson[] {
  const byPerson = new Map<string, { readonly who: Person; readonly duties: Duty[] }>();
  for (const report of reports)
    for (const turn of report.waitingFor)
      for (const { kind, name } of turn.who) {
        // Its own report says who is waited for there.
        if (kind === 'engagement') continue;
        const key = `${kind} ${name}`;
        const known = byPerson.get(key) ?? { who: { kind, name }, duties: [] };
        byPerson.set(key, known);
        known.duties.push(dutyOf(turn, report));
      }
  return [...byPerson.values()]
    .map(({ who, duties }): WaitedPerson => {
      const waits = duties.flatMap(({ days }) => days ?? []);
      return {
        ...who,
        late: duties.filter(({ daysLate }) => daysLate > 0).length,
        longestDays: waits.length === 0 ? null : Math.max(...waits),
        duties: duties.toSorted(byUrgency),
      };
    })
    .toSorted(
      (a, b) =>
        b.late - a.late ||
        (b.longestDays ?? 0) - (a.longestDays ?? 0) ||
        b.duties.length - a.duties.length ||
        compareText(a.name, b.name),
    );
}

function dutyOf({ step, title, since, daysLate, outside, url }: Turn, report: EngagementReport): Duty {
  const { engagement, customer } = report;
  return { engagement, customer, step, title, days: since?.days ?? null, daysLate, outside, url };
}

function byUrgency(a: Duty, b: Duty): number {
  return b.daysLate - a.daysLate || (b.days ?? 0) - (a.days ?? 0) || compareText(a.engagement, b.engagement);
}

/**
 * | what | comes |
 * |---|---|
 * | unreadable, rules broken, paused | first |
 * | late or at risk: the latest first | then |
 * | the others: what waits longest first | then |
 * | closed: the newest first; withdrawn | last |
 */
function byNeed(a: EngagementReport, b: EngagementReport): number {
  return (
    need(a) - need(b) ||
    mostLate(b) - mostLate(a) ||
    compareText(b.closedOn ?? '', a.closedOn ?? '') ||
    longestWait(b) - longestWait(a) ||
    compareText(a.engagement, b.engagement)
  );
}

function need({ status, violations, paused, late, health }: EngagementReport): number {
  if (isOver(status)) return 3;
  if (status === 'unreadable' || violations.length > 0 || paused) return 0;
  return late.length > 0 || health === 'at risk' ? 1 : 2;
}

function mostLate({ late }: EngagementReport): number {
  return late[0]?.daysLate ?? 0;
}

function longestWait({ waitingFor }: EngagementReport): number {
  return Math.max(0, ...waitingFor.map(({ since }) => since?.days ?? 0));
}

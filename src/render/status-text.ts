/** All engagements on one screen: who is waited for, what is late, what is broken. */

import { counted } from '#domain/base/sentence.ts';
import { type EngagementReport, isOver } from '#domain/portfolio/engagement-report.ts';
import type { Counts, Portfolio, WaitedPerson } from '#domain/portfolio/portfolio.ts';
import { dayText, lateText, momentText, waitText } from './day-text.ts';
import { bySubject, stageText } from './deal-text.ts';
import { type Paint, visible } from './paint.ts';
import { nameOf, namesOf, pauseText } from './waiting-text.ts';

/** Lines of a section; what is left out is counted, and stands in the report. */
const MOST_LINES = 8;

/** Writes the status: three sections, the most urgent lines of each. */
export function statusText(portfolio: Portfolio, paint: Paint): string {
  const { counts, people, engagements, at } = portfolio;
  const open = engagements.filter(({ status }) => !isOver(status));
  const { deals } = bySubject(open);
  return [
    paint(
      'heading',
      `${momentText(at)}: ${countsText(counts.sows)}${deals.length === 0 ? '' : `; deals: ${countsText(counts.deals)}`}`,
    ),
    ...section('Waited for', people.map(personLine), 'nobody', paint),
    ...section('Late', open.flatMap(lateLine), 'nothing', paint),
    ...section('Broken', open.flatMap(brokenLines), 'nothing', paint),
    ...ifAny(
      'Deals',
      deals.map((report) => dealLine(report, portfolio.today)),
      paint,
    ),
    ...ifAny('To be settled', open.flatMap(noticeLines), paint),
  ].join('\n');
}

/** A line, and what it is about: names stand below each other. */
type Row = readonly [who: string, what: string];

function section(title: string, rows: readonly Row[], none: string, paint: Paint): readonly string[] {
  if (rows.length === 0) return ['', `${paint('heading', title)}: ${none}`];
  const shown = rows.slice(0, MOST_LINES);
  const width = Math.max(...shown.map(([who]) => who.length));
  const more = rows.length - shown.length;
  return [
    '',
    paint('heading', title),
    ...shown.map(([who, what]) => `  ${who.padEnd(width)}  ${what}`),
    ...(more > 0 ? [paint('dim', `  and ${more} more: procession report`)] : []),
  ];
}

/** Nothing is said of what is not there: most engagements come of no deal. */
function ifAny(title: string, rows: readonly Row[], paint: Paint): readonly string[] {
  return rows.length === 0 ? [] : section(title, rows, '', paint);
}

function countsText({ running, late, atRisk, withViolations }: Counts): string {
  return `${running} running, ${late} late, ${atRisk} at risk, ${withViolations} with broken rules`;
}

/** @example `negotiating since 20 Nov, closes 4 Dec, eli: SOW draft (Vale Example Energy)` */
function dealLine(report: EngagementReport, today: string): Row {
  const { engagement, deal, customer, waitingFor, related } = report;
  const [turn] = waitingFor;
  const words = [
    ...(deal === null ? [] : [stageText(deal, today)]),
    ...(deal === null || deal.expectedClose === null ? [] : [`closes ${dayText(deal.expectedClose, today)}`]),
    ...(turn === undefined ? [] : [`${namesOf(turn.who)}: ${turn.title}`]),
    ...related.map((one) => `delivery ${one.engagement}`),
  ];
  return [engagement, visible(`${words.join(', ')}${customer === null ? '' : ` (${customer})`}`)];
}

function noticeLines({ engagement, notices }: EngagementReport): readonly Row[] {
  return notices.map((notice): Row => [engagement, visible(notice)]);
}

function personLine(person: WaitedPerson): Row {
  const [first] = person.duties;
  const late = person.late > 0 ? `, ${person.late} late` : '';
  const longest = person.longestDays === null ? '' : `, longest ${waitText(person.longestDays)}`;
  const next = first === undefined ? '' : `; first ${first.title} for ${first.engagement}`;
  return [
    visible(nameOf(person)),
    visible(`${counted(person.duties.length, 'step')}${late}${longest}${next}`),
  ];
}

function lateLine({ engagement, customer, late, waitingFor }: EngagementReport): readonly Row[] {
  const [first] = late;
  if (first === undefined) return [];
  const turn = waitingFor.find(({ step }) => step === first.step);
  const who = turn === undefined ? '' : `, ${namesOf(turn.who)}`;
  const more = late.length > 1 ? `, and ${counted(late.length - 1, 'other step')}` : '';
  const of = customer === null ? '' : ` (${customer})`;
  return [[engagement, visible(`${first.title}, ${lateText(first.daysLate)}${who}${more}${of}`)]];
}

function brokenLines(report: EngagementReport): readonly Row[] {
  const { engagement, violations, paused } = report;
  return [
    ...violations.map(({ message, rule }): Row => [engagement, visible(`${message} [${rule}]`)]),
    ...(paused ? [[engagement, visible(pauseText(report))] as const] : []),
  ];
}

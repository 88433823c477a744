/** The portfolio as Markdown: for terminals, job summaries and comments. Foreign text in it is inert. */
import { counted } from '#domain/base/sentence.ts';
import {
  type EngagementReport,
  isOver,
  type ReportedDeal,
  type Turn,
} from '#domain/portfolio/engagement-report.ts';
import type { Counts, Portfolio, WaitedPerson } from '#domain/portfolio/portfolio.ts';
import { inlineText } from '#domain/text/foreign-text.ts';
import { dayText, inDaysText, lateText, momentText, waitText } from './day-text.ts';
import { bySubject, isOverdue, stageText } from './deal-text.ts';
import { missingMinutes, nameOf, namesOf, pauseText, waiting, waiverText } from './waiting-text.ts';

/** Of one broken rule; the page of the engagement has all. */
const MOST_MISSING = 3;

/** Writes the portfolio as Markdown: who is waited for, then every engagement, then every deal. */
export function portfolioMarkdown(portfolio: Portfolio): string {
  const { counts, people, engagements, at, today } = portfolio;
  const { sows, deals } = bySubject(engagements);
  const open = sows.filter(isOpen);
  return [
    '# Who is waited for',
    '',
    `As of ${momentText(at)}: ${countsText(counts.sows)}.`,
    '',
    ...table(['Who', 'Steps', 'Late', 'Longest wait', 'First'], people.map(personCells)),
    ...section('Needs a look', open.flatMap(troubleLines)),
    ...(open.length === 0 ? [] : ['## Engagements', '']),
    ...table(
      ['Engagement', 'Done', 'Waits for', 'Next due', 'Late', 'Health'],
      open.map((report) => engagementCells(report, today)),
    ),
    ...section('Waivers', open.flatMap(waiverLines)),
    ...dealsPart(deals, portfolio),
    ...notJudged(engagements),
  ]
    .join('\n')
    .trimEnd();
}

function isOpen({ status }: EngagementReport): boolean {
  return !isOver(status);
}

/** A row of an engagement without its rules looks like one in which all is well. */
function notJudged(engagements: readonly EngagementReport[]): readonly string[] {
  const { length } = engagements.filter(({ violations }) =>
    violations.some(({ rule }) => rule === 'unknown-process'),
  );
  if (length === 0) return [];
  const names = length === 1 ? 'names' : 'name';
  return [
    '',
    `${counted(length, 'engagement')} ${names} a process that is not loaded, so that ${length === 1 ? 'its' : 'their'} steps were not judged.`,
  ];
}

function countsText(counts: Counts): string {
  const { running, late, atRisk, withViolations, paused, closed, completed, withdrawn } = counts;
  const given = withdrawn > 0 ? `, ${withdrawn} withdrawn` : '';
  return `${running} running, ${late} late, ${atRisk} at risk, ${withViolations} with broken rules, ${paused} paused, ${closed} closed, ${completed} of them completed${given}`;
}

function dealsPart(deals: readonly EngagementReport[], { counts, today }: Portfolio): readonly string[] {
  if (deals.length === 0) return [];
  const open = deals.filter(isOpen);
  const lines = [
    ...open.flatMap(troubleLines),
    ...open.flatMap(waiverLines),
    ...deals.flatMap((report) => withdrawnLines(report, today)),
  ];
  return [
    '## Deals',
    '',
    `${countsText(counts.deals)}.`,
    '',
    ...table(
      ['Deal', 'Stage', 'Waits for', 'Expected close', 'Delivery', 'Late', 'Health'],
      open.map((report) => dealCells(report, today)),
    ),
    ...lines,
  ];
}

function withdrawnLines(
  { engagement, customer, withdrawn }: EngagementReport,
  today: string,
): readonly string[] {
  if (withdrawn === null) return [];
  const { on, reason } = withdrawn;
  return [`- ${named(engagement, customer)}: withdrawn ${dayText(on, today)}: ${inlineText(reason)}`];
}

function dealCells(report: EngagementReport, today: string): readonly string[] {
  const { engagement, customer, name, deal, waitingFor, related } = report;
  const what = name === null ? '' : `: ${inlineText(name)}`;
  return [
    `${named(engagement, customer)}${what}`,
    deal === null ? '–' : inlineText(stageText(deal, today)),
    waitingFor.map(turnText).join('; '),
    deal === null ? '–' : closeText(deal, today),
    related.map(linked).join(', ') || '–',
    lateCell(report),
    healthCell(report),
  ];
}

function closeText(deal: ReportedDeal, today: string): string {
  if (deal.expectedClose === null) return '–';
  return `${dayText(deal.expectedClose, today)}${isOverdue(deal, today) ? ', passed' : ''}`;
}

/** An address with characters that end a link stays away. */
function linked({ engagement, url }: EngagementReport['related'][number]): string {
  const key = inlineText(engagement);
  return /^https?:\/\/[^\s()<>[\]|\\`]+$/i.test(url) ? `[${key}](${url})` : key;
}

function waiverLines({ engagement, waivers }: EngagementReport): readonly string[] {
  return waivers.map((waiver) => `- ${engagement}: ${inlineText(waiverText(waiver))}`);
}

function named(engagement: string, customer: string | null): string {
  return `${engagement} ${inlineText(customer ?? '')}`.trim();
}

function section(title: string, lines: readonly string[]): readonly string[] {
  return lines.length === 0 ? [] : [`## ${title}`, '', ...lines, ''];
}

function table(heads: readonly string[], rows: readonly (readonly string[])[]): readonly string[] {
  if (rows.length === 0) return [];
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  return [line(heads), line(heads.map(() => '---')), ...rows.map(line), ''];
}

function personCells(person: WaitedPerson): readonly string[] {
  const [first] = person.duties;
  return [
    `**${inlineText(nameOf(person))}**`,
    String(person.duties.length),
    String(person.late),
    person.longestDays === null ? 'not known' : waitText(person.longestDays),
    first === undefined ? '' : `${inlineText(first.title)} for ${first.engagement}`,
  ];
}

function troubleLines(report: EngagementReport): readonly string[] {
  const { engagement, violations, notices, paused } = report;
  return [
    ...(paused ? [`- ${engagement}: ${inlineText(pauseText(report))}`] : []),
    ...missingMinutes(report).map((text) => `- ${engagement}: ${inlineText(text)}`),
    ...violations.map(({ message, rule, missing }) => {
      const shown = missing.slice(0, MOST_MISSING).join('; ');
      const more = missing.length > MOST_MISSING ? `; and ${missing.length - MOST_MISSING} more` : '';
      const what = shown === '' ? '' : ` (missing: ${inlineText(shown)}${more})`;
      return `- ${engagement}: ${inlineText(message)}${what}, rule ${rule}`;
    }),
    ...notices.map((notice) => `- ${engagement}: ${inlineText(notice)}`),
  ];
}

function engagementCells(report: EngagementReport, today: string): readonly string[] {
  const { engagement, customer, done, total, waitingFor, nextDue } = report;
  return [
    named(engagement, customer),
    total === 0 ? '–' : `${done} of ${total}`,
    waitingFor.map(turnText).join('; '),
    nextDue === null
      ? '–'
      : `${dayText(nextDue.date, today)} (${inDaysText(nextDue.inDays)}): ${inlineText(nextDue.title)}`,
    lateCell(report),
    healthCell(report),
  ];
}

function lateCell({ late }: EngagementReport): string {
  const [first] = late;
  if (first === undefined) return '–';
  const more = late.length > 1 ? `, and ${late.length - 1} more` : '';
  return `${inlineText(first.title)}, ${lateText(first.daysLate)}${more}`;
}

function healthCell({ health, paused }: EngagementReport): string {
  return [...(health === null ? [] : [health]), ...(paused ? ['paused'] : [])].join(', ') || '–';
}

function turnText(turn: Turn): string {
  const since = turn.since === null ? '' : `, ${waiting(turn)}`;
  const outside = turn.outside ? ', waits for somebody outside' : '';
  return `${inlineText(namesOf(turn.who))}: ${inlineText(turn.title)}${since}${outside}`;
}

/** The portfolio as Markdown: for terminals, job summaries and comments. Foreign text in it is inert. */
import { type EngagementReport, isOver, type Turn } from '#domain/portfolio/engagement-report.ts';
import type { Portfolio, WaitedPerson } from '#domain/portfolio/portfolio.ts';
import { inlineText } from '#domain/text/foreign-text.ts';
import { dayText, inDaysText, lateText, momentText, waitText } from './day-text.ts';
import { missingMinutes, nameOf, namesOf, pauseText, waiting, waiverText } from './waiting-text.ts';

/** Of one broken rule; the page of the engagement has all. */
const MOST_MISSING = 3;

/** Writes the portfolio as Markdown: who is waited for, then every engagement. */
export function portfolioMarkdown(portfolio: Portfolio): string {
  const { counts, people, engagements, at } = portfolio;
  const open = engagements.filter(({ status }) => !isOver(status));
  return [
    '# Who is waited for',
    '',
    `As of ${momentText(at)}: ${counts.running} running, ${counts.late} late, ${counts.atRisk} at risk, ${counts.withViolations} with broken rules, ${counts.paused} paused, ${counts.closed} closed, ${counts.completed} of them completed${counts.withdrawn > 0 ? `, ${counts.withdrawn} withdrawn` : ''}.`,
    '',
    ...table(['Who', 'Steps', 'Late', 'Longest wait', 'First'], people.map(personCells)),
    ...section('Needs a look', open.flatMap(troubleLines)),
    ...(open.length === 0 ? [] : ['## Engagements', '']),
    ...table(
      ['Engagement', 'Done', 'Waits for', 'Next due', 'Late', 'Health'],
      open.map((report) => engagementCells(report, portfolio.today)),
    ),
    ...section(
      'Waivers',
      open.flatMap(({ engagement, waivers }) =>
        waivers.map((waiver) => `- ${engagement}: ${inlineText(waiverText(waiver))}`),
      ),
    ),
  ]
    .join('\n')
    .trimEnd();
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
  const { engagement, customer, done, total, waitingFor, nextDue, late, health, paused } = report;
  const [first] = late;
  return [
    `${engagement} ${inlineText(customer ?? '')}`.trim(),
    total === 0 ? '–' : `${done} of ${total}`,
    waitingFor.map(turnText).join('; '),
    nextDue === null
      ? '–'
      : `${dayText(nextDue.date, today)} (${inDaysText(nextDue.inDays)}): ${inlineText(nextDue.title)}`,
    first === undefined
      ? '–'
      : `${inlineText(first.title)}, ${lateText(first.daysLate)}${late.length > 1 ? `, and ${late.length - 1} more` : ''}`,
    [...(health === null ? [] : [health]), ...(paused ? ['paused'] : [])].join(', ') || '–',
  ];
}

function turnText(turn: Turn): string {
  const since = turn.since === null ? '' : `, ${waiting(turn)}`;
  const outside = turn.outside ? ', waits for somebody outside' : '';
  return `${inlineText(namesOf(turn.who))}: ${inlineText(turn.title)}${since}${outside}`;
}
